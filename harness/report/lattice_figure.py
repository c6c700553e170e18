"""The lattice of consistency models as a chart: stronger above weaker, coloured by what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checkers.verdict import Finding, Status
from harness.report import svg
from harness.report.lattice import Lattice
from harness.report.layered import drawing_of
from harness.report.words import SIGNS

BOX_WIDTH = 118
BOX_HEIGHT = 36
GAP = 12
LEVEL = 66
LINE_CHARACTERS = 15


def lattice_figure(lattice: Lattice, findings: Mapping[str, Finding], claim: str) -> str:
    """The chart as SVG; a model that nothing was said of is `not testable`."""
    if not lattice.models:
        return ""
    drawing = drawing_of(lattice.models, lattice.implications, BOX_WIDTH, GAP)
    bends = [x for route in drawing.routes for x, _ in route]
    left = min([x for x, _ in drawing.places.values()] + bends) - BOX_WIDTH / 2 - 6
    right = max([x for x, _ in drawing.places.values()] + bends) + BOX_WIDTH / 2 + 6
    parts = [_route([(x - left, level) for x, level in route]) for route in drawing.routes]
    for name in lattice.models:
        x, level = drawing.places[name]
        parts.append(_node(name, findings.get(name), x - left, level, claimed=name == claim))
    height = drawing.layers * LEVEL - (LEVEL - BOX_HEIGHT) + 12
    return svg.picture(right - left, height, f"{len(lattice.models)} models, stronger above weaker", parts, "lattice")


def _top(level: int) -> float:
    return 6 + level * LEVEL


def _route(points: Sequence[tuple[float, int]]) -> str:
    """From the bottom of the upper box to the top of the lower one, straight down through the layers between."""
    x, level = points[0]
    written = [f"M{svg.number(x)} {svg.number(_top(level) + BOX_HEIGHT)}"]
    y = _top(level) + BOX_HEIGHT
    for x_next, level_next in points[1:]:
        top = _top(level_next)
        half = (y + top) / 2
        ends = (svg.number(v) for v in (x, half, x_next, half, x_next, top))
        written.append("C{} {} {} {} {} {}".format(*ends))
        x, y = x_next, top
        if (x_next, level_next) != points[-1]:
            y = top + BOX_HEIGHT
            written.append(f"V{svg.number(y)}")
    return svg.tag("path", class_="implies", d="".join(written))


def _node(name: str, finding: Finding | None, x: float, level: int, *, claimed: bool) -> str:
    status = finding.status if finding else Status.NOT_TESTABLE
    because = f": {finding.because}" if finding else ""
    top = _top(level)
    lines = _halves(name)
    first = top + (BOX_HEIGHT / 2 + 4 if len(lines) == 1 else BOX_HEIGHT / 2 - 3)
    words = [svg.text(x + 7, first + 13 * row, line, text_anchor="middle") for row, line in enumerate(lines)]
    return svg.tag(
        "g",
        svg.title(f"{name}: {status}{because}"),
        svg.tag("rect", x=x - BOX_WIDTH / 2, y=top, width=BOX_WIDTH, height=BOX_HEIGHT, rx=7),
        svg.text(x - BOX_WIDTH / 2 + 11, top + BOX_HEIGHT / 2 + 4, SIGNS[status], class_="sign", text_anchor="middle"),
        *words,
        class_=f"model {status.replace(' ', '-')}{' claimed' if claimed else ''}",
    )


def _halves(name: str) -> list[str]:
    """A name in at most two lines, broken after a hyphen so that the longer line is as short as can be."""
    if len(name) <= LINE_CHARACTERS or "-" not in name:
        return [name]
    cuts = [position + 1 for position, character in enumerate(name) if character == "-"]
    cut = min(cuts, key=lambda cut: (max(cut, len(name) - cut), cut))
    return [name[:cut], name[cut:]]
