"""Pictures in files: a stack of panels with one axis of time, drawn by matplotlib without a display.

The same input gives the same bytes on the same matplotlib: nothing of the user's settings, and no time or
version goes into the file. pyplot, which keeps figures alive and looks for displays, is not used.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from harness.report.faults import Fault
from harness.report.palette import LIGHT, family_colour
from harness.report.words import clean, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DPI = 100
WIDTH = 15.0  # inches, as all lengths here
LEFT = 1.75
RIGHT = 0.35
FAULT_ROW = 0.2
SPAN = WIDTH - LEFT - RIGHT
CHARACTER = 0.068  # of the text in bars and bands

STYLE: Final[dict[Any, Any]] = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.parse_math": False,
    "text.color": LIGHT["ink"],
    "axes.edgecolor": LIGHT["line"],
    "axes.labelcolor": LIGHT["soft"],
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": LIGHT["soft"],
    "ytick.color": LIGHT["soft"],
    "ytick.major.size": 0,
    "grid.color": LIGHT["line"],
    "grid.linewidth": 0.7,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Our style, whatever the user's is; a letter that the font lacks is drawn as a box and no cause for alarm."""
    import matplotlib as mpl

    with mpl.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        yield


@attrs.define
class Canvas:
    """A figure that grows downwards, panel by panel."""

    figure: Figure
    height: float
    used: float = 0.0

    @classmethod
    def of(cls, height: float) -> Canvas:
        """A figure of a known height in inches."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=LIGHT["paper"])
        FigureCanvasAgg(figure)
        return cls(figure, height)

    def panel(self, height: float, start_s: float, stop_s: float) -> Axes:
        """The next panel, over this span of time."""
        bottom = self.height - self.used - height
        where = (LEFT / WIDTH, bottom / self.height, (WIDTH - LEFT - RIGHT) / WIDTH, height / self.height)
        self.used += height
        axes = self.figure.add_axes(where, facecolor="none")
        axes.set_xlim(start_s, stop_s)
        axes.tick_params(labelsize=8)
        return axes

    def space(self, height: float) -> None:
        """Nothing, so many inches of it."""
        self.used += height

    def line(self, words: str, *, size: float = 9, left: float = 0.35, bold: bool = False, soft: bool = False) -> None:
        """A line of text across the figure."""
        self.figure.text(
            left / WIDTH,
            1 - (self.used + size / 72 / 2 + 0.03) / self.height,
            clean(words),
            fontsize=size,
            fontweight="bold" if bold else "normal",
            color=LIGHT["soft" if soft else "ink"],
            va="center",
        )
        self.used += line_height(size)

    def legend(self) -> None:
        """What the colours of outcomes mean, at the right end of the next line."""
        left = WIDTH - RIGHT - 2.7
        for name, word, step in (("ok", "ok", 0.45), ("fail", "failed", 0.75), ("info", "indeterminate", 0.0)):
            y = 1 - (self.used + 0.12) / self.height
            for words, colour, at in (("■", LIGHT[name], left), (word, LIGHT["soft"], left + 0.16)):
                self.figure.text(at / WIDTH, y, words, fontsize=8.5, color=colour, va="center")
            left += step + 0.25

    def badge(self, number: int, left: float) -> None:
        """A number in a disc, at the height of the next line."""
        y = 1 - (self.used + line_height(9) / 2) / self.height
        self.figure.text(
            left / WIDTH, y, str(number),
            fontsize=7.5, color=LIGHT["paper"], fontweight="bold", ha="center", va="center",
            bbox={"boxstyle": "circle,pad=0.22", "facecolor": LIGHT["mark"], "edgecolor": "none"},
        )  # fmt: skip

    def save(self, path: Path) -> None:
        """Write the figure as PNG."""
        self.figure.savefig(path, format="png", dpi=DPI, metadata={"Software": None}, pil_kwargs={"compress_level": 4})


def line_height(size: float) -> float:
    """Inches that a line of text takes."""
    return size / 72 * 1.6


def fault_height(rows: Sequence[Sequence[Fault]]) -> float:
    """Inches that `fault_panel` takes."""
    return FAULT_ROW * len(rows) + 0.06 if rows else 0.0


def fault_panel(canvas: Canvas, rows: Sequence[Sequence[Fault]], start_s: float, stop_s: float) -> None:
    """A row of labelled bands per family."""
    if not rows:
        return
    axes = canvas.panel(FAULT_ROW * len(rows), start_s, stop_s)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [shortened(row[0].family, 20) for row in rows])
    axes.tick_params(bottom=False, labelbottom=False)
    axes.spines["bottom"].set_visible(False)
    inches = SPAN / (stop_s - start_s)
    for position, row in enumerate(rows):
        seen = [(fault, *_within(fault, start_s, stop_s)) for fault in row]
        boxes = [(left, right, position - 0.41, position + 0.41) for _, left, right in seen]
        rectangles(axes, boxes, LIGHT[family_colour(row[0].family)], alpha=0.4)
        for fault, left, right in seen:
            room = int((right - left) * inches / CHARACTER) - 1
            if room > 3:
                words = shortened(fault.summary, room)
                axes.text(left + 0.06 / inches, position, words, fontsize=7.5, va="center", clip_on=True)
    canvas.space(0.06)


def shade(axes: Axes, faults: Sequence[Fault]) -> None:
    """The faults behind a panel whose limits are set."""
    start_s, stop_s = axes.get_xlim()
    low, high = sorted(axes.get_ylim())
    for family in dict.fromkeys(fault.family for fault in faults):
        spans = [_within(fault, start_s, stop_s) for fault in faults if fault.family == family]
        boxes = [(left, right, low, high) for left, right in spans]
        rectangles(axes, boxes, LIGHT[family_colour(family)], alpha=0.09, zorder=0)


def _within(fault: Fault, start_s: float, stop_s: float) -> tuple[float, float]:
    """The part of a fault that can be seen; empty for one that lies outside."""
    left = max(fault.start_ns / 1e9, start_s)
    right = stop_s if fault.stop_ns is None else min(fault.stop_ns / 1e9, stop_s)
    return left, max(right, left)


def rectangles(
    axes: Axes,
    boxes: Sequence[tuple[float, float, float, float]],
    colour: Any,
    *,
    alpha: float = 1.0,
    edge: Any = "none",
    dashed: bool = False,
    zorder: float = 2,
) -> None:
    """Boxes as (left, right, low, high), as one collection: thousands of single patches would take seconds."""
    from matplotlib.collections import PolyCollection

    corners = [((left, low), (right, low), (right, high), (left, high)) for left, right, low, high in boxes]
    style = "--" if dashed else "-"
    collection = PolyCollection(
        corners, facecolors=colour, edgecolors=edge, alpha=alpha, linewidths=0.8, linestyles=style, zorder=zorder
    )
    axes.add_collection(collection, autolim=False)
