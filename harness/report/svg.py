"""SVG as text. What comes from a history goes through `text` or `title`, which escape; the rest is markup."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from harness.report.words import clean


def number(value: float) -> str:
    """At most two decimals, and none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def tag(name: str, /, *children: str, **attributes: str | float | None) -> str:
    """An element: `class_` stands for class, an underscore for a dash, None for no such attribute."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else number(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def text(x: float, y: float, content: str, **attributes: str | float | None) -> str:
    """A line of text."""
    return tag("text", escape(clean(content), quote=False), x=x, y=y, **attributes)


def title(content: str) -> str:
    """What a browser shows when the pointer rests on the element around it."""
    return f"<title>{escape(clean(content), quote=False)}</title>"


def picture(width: float, height: float, described: str, children: Iterable[str], class_: str = "") -> str:
    """A whole drawing that scales to the width of the page; `described` is read out to those who cannot see it."""
    return tag(
        "svg",
        *children,
        class_=f"picture {class_}".strip(),
        viewBox=f"0 0 {number(width)} {number(height)}",
        role="img",
        aria_label=clean(described),
        width=width,
        height=height,
    )
