"""A cycle as a drawing: a box for each transaction, along the border of a rectangle, and labelled arrows."""

from __future__ import annotations

import math

import attrs

from harness.report import svg
from harness.report.cycle import Cycle, CycleEdge, CycleNode
from harness.report.words import clean, shortened, width

WIDTH = 1080
COLUMNS_MAX = 4
LINES_MAX = 7
CHARACTERS_MAX = 30
NAME_MAX = 16
NODES_MAX = 24
CHARACTER = 6.7
LINE = 17
GAP_X = 104
GAP_Y = 74
BEND = 34

STYLES = {"ww": "ww", "wr": "wr", "rw": "rw"}


@attrs.frozen(kw_only=True)
class Box:
    """Where a node is drawn: its middle, and half its width and height."""

    x: float
    y: float
    half_x: float
    half_y: float

    def border(self, towards_x: float, towards_y: float, space: float = 3.0) -> tuple[float, float]:
        """The point at which a line from the middle leaves the box."""
        across, down = towards_x - self.x, towards_y - self.y
        if across == down == 0:
            return self.x, self.y
        scale = min(
            (self.half_x + space) / abs(across) if across else math.inf,
            (self.half_y + space) / abs(down) if down else math.inf,
        )
        return self.x + across * scale, self.y + down * scale


def cycle_figure(cycle: Cycle) -> str:
    """The drawing as SVG, empty for a cycle too long to take in.

    Text that does not fit is in the title that the pointer shows.
    """
    if len(cycle.nodes) > NODES_MAX:
        return ""
    shown = {node.name: _lines(node) for node in cycle.nodes}
    longest = max(width(line) for node in cycle.nodes for line in [_name(node) + _meta(node), *shown[node.name]])
    half_x = max(longest * CHARACTER / 2 + 14, 56)
    half_y = max(len(lines) for lines in shown.values()) * LINE / 2 + 20
    boxes, height = _places(cycle, half_x, half_y)
    pairs = {frozenset((edge.source, edge.target)) for edge in cycle.edges}
    bends = len(cycle.edges) > len(pairs)
    arrows = [part for edge in cycle.edges for part in _arrow(edge, boxes, BEND if bends else 0.0)]
    parts = [*arrows, *(_box(node, shown[node.name], boxes[node.name]) for node in cycle.nodes)]
    described = "Cycle: " + ", ".join(f"{edge.source} {edge.label} {edge.target}" for edge in cycle.edges)
    return svg.picture(WIDTH, height, described, parts, "cycle")


def _name(node: CycleNode) -> str:
    return shortened(clean(node.name), NAME_MAX)


def _meta(node: CycleNode) -> str:
    return "" if node.index is None else f"  #{node.index}"


def _lines(node: CycleNode) -> list[str]:
    lines = [shortened(clean(line), CHARACTERS_MAX) for line in node.lines[:LINES_MAX]]
    return [*lines, f"… {len(node.lines) - LINES_MAX} more"] if len(node.lines) > LINES_MAX else lines


def _places(cycle: Cycle, half_x: float, half_y: float) -> tuple[dict[str, Box], float]:
    """Clockwise along a rectangle of at most four columns, as wide as the nodes need."""
    fitting = int((WIDTH - 2 * half_x) / (2 * half_x + GAP_X)) + 1
    cells = ring(len(cycle.nodes), min(max(fitting, 2), COLUMNS_MAX))
    columns, rows = max(c for c, _ in cells) + 1, max(r for _, r in cells) + 1
    step_x = min(2 * half_x + GAP_X, (WIDTH - 2 * half_x - 8) / max(columns - 1, 1))
    step_y = 2 * half_y + GAP_Y
    left = (WIDTH - step_x * (columns - 1)) / 2
    top = half_y + (BEND if rows == 1 else 6)
    boxes = {
        node.name: Box(x=left + column * step_x, y=top + row * step_y, half_x=half_x, half_y=half_y)
        for node, (column, row) in zip(cycle.nodes, cells, strict=True)
    }
    return boxes, 2 * top + step_y * (rows - 1)


def ring(nodes: int, columns_max: int) -> list[tuple[float, float]]:
    """Cells (column, row) along the border of a rectangle that is just large enough, clockwise from the left top."""
    if nodes <= 2:
        return [(float(column), 0.0) for column in range(nodes)]
    columns = min((nodes + 1) // 2, columns_max)
    rows = max(2, (nodes - 2 * columns + 1) // 2 + 2)
    right = [(float(columns - 1), float(row)) for row in range(1, rows - 1)]
    rest = nodes - columns - len(right)
    bottom = min(rest, columns)
    inset = (columns - bottom) / 2
    low = [(columns - 1 - inset - k, float(rows - 1)) for k in range(bottom)]
    left = [(0.0, float(rows - 2 - k)) for k in range(rest - bottom)]
    return [*((float(column), 0.0) for column in range(columns)), *right, *low, *left]


def _head(end_x: float, end_y: float, from_x: float, from_y: float, style: str) -> str:
    """The point of an arrow that arrives from a direction."""
    across, down = end_x - from_x, end_y - from_y
    length = math.hypot(across, down) or 1.0
    along_x, along_y = across / length * 10, down / length * 10
    corners = [
        (end_x, end_y),
        (end_x - along_x - along_y * 0.45, end_y - along_y + along_x * 0.45),
        (end_x - along_x + along_y * 0.45, end_y - along_y - along_x * 0.45),
    ]
    points = " ".join(f"{svg.number(x)},{svg.number(y)}" for x, y in corners)
    return svg.tag("polygon", class_=f"head {style}", points=points)


def style_of(edge: CycleEdge) -> str:
    """How a dependency is drawn; whatever is no dependency through data is an order."""
    return STYLES.get(edge.label.rpartition(" ")[2], "order")


def _arrow(edge: CycleEdge, boxes: dict[str, Box], bend: float) -> list[str]:
    """Bent to the left of its direction where two arrows join the same boxes."""
    source, target = boxes[edge.source], boxes[edge.target]
    across, down = target.x - source.x, target.y - source.y
    length = math.hypot(across, down) or 1.0
    aside_x, aside_y = down / length * bend, -across / length * bend
    middle_x, middle_y = (source.x + target.x) / 2 + aside_x, (source.y + target.y) / 2 + aside_y
    start_x, start_y = source.border(middle_x + aside_x, middle_y + aside_y)
    end_x, end_y = target.border(middle_x + aside_x, middle_y + aside_y)
    half_x, half_y = (start_x + end_x) / 2, (start_y + end_y) / 2
    control_x, control_y = half_x + 1.4 * aside_x, half_y + 1.4 * aside_y
    path = " ".join([
        f"M{svg.number(start_x)} {svg.number(start_y)}",
        f"Q{svg.number(control_x)} {svg.number(control_y)} {svg.number(end_x)} {svg.number(end_y)}",
    ])  # fmt: skip
    words = shortened(clean(edge.label), 12)
    pill = width(words) * CHARACTER + 14
    at_x, at_y = half_x + 0.7 * aside_x, half_y + 0.7 * aside_y
    style = style_of(edge)
    return [
        svg.tag("path", class_=f"edge {style}", d=path),
        _head(end_x, end_y, control_x, control_y, style),
        svg.tag(
            "g",
            svg.title(f"{edge.source} before {edge.target}: {edge.reason}"),
            svg.tag("rect", x=at_x - pill / 2, y=at_y - 10, width=pill, height=20, rx=10),
            svg.text(at_x, at_y + 4, words, text_anchor="middle"),
            class_=f"pill {style}",
        ),
    ]


def _box(node: CycleNode, lines: list[str], box: Box) -> str:
    left, top = box.x - box.half_x, box.y - box.half_y
    title = [svg.text(left + 12, top + 20, _name(node), class_="name")]
    if node.index is not None:
        title.append(svg.text(box.x + box.half_x - 12, top + 20, f"#{node.index}", class_="soft", text_anchor="end"))
    rows = [svg.text(left + 12, top + 20 + LINE * row, line, class_="micro") for row, line in enumerate(lines, start=1)]
    frame = svg.tag("rect", class_="box", x=left, y=top, width=2 * box.half_x, height=2 * box.half_y, rx=8)
    return svg.tag("g", svg.title("\n".join([node.name, *node.lines])), frame, *title, *rows)
