"""An anomaly as a drawing: its operations, numbered, among their neighbours, under the faults of that moment."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from harness.report import svg
from harness.report.faults import Fault, rows_of
from harness.report.lanes import Lanes
from harness.report.palette import family_colour
from harness.report.scene import Scene, stop_of
from harness.report.warp import Warp, warp_of
from harness.report.words import duration, label, seconds, sentence, shortened, width
from histories import Operation, Outcome

WIDTH = 1080
GUTTER = 150
MARGIN = 30
FAULT_ROW = 20
LANE = 40
BAR = 22
CHARACTER = 6.7  # of the fixed-width font at 11 px
BAR_MIN = 5.0


@attrs.frozen(kw_only=True)
class Frame:
    """Where things are in one drawing."""

    scene: Scene
    lanes: Lanes
    faults: tuple[tuple[Fault, ...], ...]
    warp: Warp

    @property
    def lanes_top(self) -> float:
        """Below the faults."""
        return 14 + FAULT_ROW * len(self.faults) + (10 if self.faults else 0)

    @property
    def lanes_bottom(self) -> float:
        """Above the axis of time."""
        return self.lanes_top + LANE * len(self.lanes.rows)

    @property
    def height(self) -> float:
        """Of the whole drawing."""
        return self.lanes_bottom + 44

    def middle(self, operation: Operation) -> float:
        """The height at which an operation's bar is centred."""
        return self.lanes_top + LANE * (self.lanes.row_of[operation.process] + 0.5)


def anomaly_figure(scene: Scene, lanes: Lanes, faults: Sequence[Fault], end_ns: int) -> str:
    """The drawing as SVG; empty where the scene is."""
    if not scene.operations:
        return ""
    start, stop = scene.start_ns, scene.stop_ns
    active = [fault for fault in faults if fault.overlaps(start, stop)]
    edges = [t for f in active for t in (f.start_ns, f.stop_ns) if t is not None and start < t < stop]
    moments = [moment for op in scene.operations for moment in (op.invoke_ns, stop_of(op))]
    frame = Frame(
        scene=scene,
        lanes=lanes.only({op.process for op in scene.operations}),
        faults=tuple(tuple(row) for row in rows_of(active, end_ns)),
        warp=warp_of(
            [*moments, *edges], [(op.invoke_ns, stop_of(op)) for op in scene.marked], GUTTER + 8, WIDTH - MARGIN
        ),
    )
    described = f"Timeline of {len(scene.operations)} operations, {len(scene.marks)} of them numbered"
    parts = [*_faults(frame, end_ns), *_lanes(frame), *_hairlines(frame), *_bars(frame), *_time_axis(frame)]
    return svg.picture(WIDTH, frame.height, described, parts, "timeline")


def _faults(frame: Frame, end_ns: int) -> list[str]:
    parts = []
    for position, row in enumerate(frame.faults):
        top = 10 + FAULT_ROW * position
        name = row[0].family
        parts.append(svg.text(GUTTER - 8, top + 12, shortened(name, 20), class_="lane soft", text_anchor="end"))
        for fault in row:
            left = frame.warp(max(fault.start_ns, frame.scene.start_ns))
            right = frame.warp(min(fault.until(end_ns), frame.scene.stop_ns))
            wide = max(right - left, 3.0)
            colour = f"fault-{family_colour(fault.family)}"
            parts += [
                svg.tag("rect", class_=f"shade {colour}", x=left, y=top, width=wide, height=frame.lanes_bottom - top),
                svg.tag(
                    "rect", svg.title(f"{fault.family}: {fault.summary}"),
                    class_=f"band {colour}", x=left, y=top, width=wide, height=FAULT_ROW - 4, rx=3,
                ),
                svg.text(left + 6, top + 12, _fit(fault.summary, wide - 10), class_="fault"),
            ]  # fmt: skip
    return parts


def _lanes(frame: Frame) -> list[str]:
    parts = []
    for row, lane in enumerate(frame.lanes.rows):
        middle = frame.lanes_top + LANE * (row + 0.5)
        parts += [
            svg.tag("line", class_="rail", x1=GUTTER, x2=WIDTH - MARGIN + 20, y1=middle, y2=middle),
            svg.text(GUTTER - 8, middle + 4, lane.name, class_="lane", text_anchor="end"),
        ]
    return parts


def _hairlines(frame: Frame) -> list[str]:
    moments = sorted({t for op in frame.scene.marked for t in (op.invoke_ns, op.end_ns) if t is not None})
    top, bottom = frame.lanes_top, frame.lanes_bottom
    return [
        svg.tag("line", class_="hair", x1=frame.warp(moment), x2=frame.warp(moment), y1=top, y2=bottom)
        for moment in moments
    ]


def _bars(frame: Frame) -> list[str]:
    parts: list[str] = []
    for op in sorted(frame.scene.operations, key=lambda op: (op.index in frame.scene.marks, op.index)):
        parts += _bar(frame, op)
    return parts


def _bar(frame: Frame, op: Operation) -> list[str]:
    left, right = frame.warp(op.invoke_ns), frame.warp(stop_of(op))
    top = frame.middle(op) - BAR / 2
    number = frame.scene.marks.get(op.index)
    room = _room(frame, op, left)
    wide = max(right - left, BAR_MIN)
    words = label(op, 60)
    inside = width(words) * CHARACTER + 8 <= wide or wide > room - wide
    words = _fit(words, wide - 8 if inside else room - wide - 8)
    role = "context" if number is None else "marked"
    when = f"{seconds(op.invoke_ns)}, {'no answer' if op.end_ns is None else duration(op.end_ns - op.invoke_ns)}"
    parts = [
        svg.title(f"#{op.index} process {op.process}: {sentence(op)} ({when})"),
        svg.tag("rect", class_="bar", x=left, y=top, width=wide, height=BAR, rx=4),
        svg.text(left + 5 if inside else left + wide + 4, top + 15, words, class_="inside" if inside else "beside"),
    ]
    if op.outcome is Outcome.INFO:
        end = WIDTH - MARGIN + 20
        parts.insert(1, svg.tag("line", class_="forever", x1=right, x2=end, y1=top + BAR / 2, y2=top + BAR / 2))
    if number is not None:
        parts += [
            svg.tag("circle", class_="badge", cx=left, cy=top - 1, r=8.5),
            svg.text(left, top + 2.8, str(number), class_="number", text_anchor="middle"),
        ]
    return [svg.tag("g", *parts, class_=f"op {op.outcome} {role}")]


def _room(frame: Frame, op: Operation, left: float) -> float:
    """Pixels from the bar's left end to the next bar of its lane."""
    row = frame.lanes.row_of[op.process]
    later = [
        frame.warp(other.invoke_ns)
        for other in frame.scene.operations
        if frame.lanes.row_of[other.process] == row and other.invoke_ns > op.invoke_ns
    ]
    return min(later, default=WIDTH - 4) - left


def _fit(words: str, pixels: float) -> str:
    most = int(pixels / CHARACTER)
    while width(words) > most:
        if len(words) < 4:
            return ""  # two letters and an ellipsis tell nobody anything
        words = shortened(words, len(words) - 1)
    return words


def _time_axis(frame: Frame) -> list[str]:
    """The moments at which numbered operations began and ended, as far as there is room to say so."""
    start = frame.scene.start_ns
    moments = sorted({t for op in frame.scene.marked for t in (op.invoke_ns, op.end_ns) if t is not None})
    y = frame.lanes_bottom + 16
    parts = [svg.tag("line", class_="axis", x1=GUTTER, x2=WIDTH - MARGIN + 20, y1=y - 12, y2=y - 12)]
    free = GUTTER - 30.0
    for moment in moments:
        x = frame.warp(moment)
        words = seconds(moment) if moment == moments[0] else f"+{duration(moment - moments[0])}"
        half = width(words) * CHARACTER / 2
        parts.append(svg.tag("line", class_="axis", x1=x, x2=x, y1=y - 12, y2=y - 8))
        if x - half >= free:
            parts.append(svg.text(x, y + 4, words, class_="tick", text_anchor="middle"))
            free = x + half + 8
    left_out = (
        f"{frame.scene.omitted:,} more operations on the same object lie between these. " if frame.scene.omitted else ""
    )
    note = f"{left_out}Time is stretched where operations are dense; the run was {seconds(start)} old at the left edge."
    parts.append(svg.text(WIDTH - MARGIN + 20, y + 22, note, class_="tick soft", text_anchor="end"))
    return parts
