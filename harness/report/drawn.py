"""Drawings on their way into a page: markup, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from harness.report.guard import Guard

if TYPE_CHECKING:
    from markupsafe import Markup


@attrs.frozen(kw_only=True)
class Drawn:
    """A drawing for the page; neither markup nor a problem where there was nothing to draw."""

    markup: Markup | None = None
    problem: str = ""


@attrs.frozen
class Easel:
    """Where drawings are made: what fails there is told in the drawing's place."""

    guard: Guard

    def draw(self, part: str, make: Callable[[], str]) -> Drawn:
        """What `make` returns, which must be escaped already."""
        from markupsafe import Markup

        made = self.guard.attempt(part, make)
        if made is None:
            return Drawn(problem=f"{self.guard.failures[-1]}.")
        return Drawn(markup=Markup(made) if made else None)  # noqa: S704  svg.py and viewer.py escape what they write
