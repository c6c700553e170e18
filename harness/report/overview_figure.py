"""A whole run in one strip: how many operations began when, by outcome, under the faults; and the clocks below it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.report import svg
from harness.report.axes import Scale, ticks
from harness.report.faults import ClockTrace, Fault, rows_of
from harness.report.palette import family_colour
from harness.report.series import OUTCOMES, Columns, density
from harness.report.words import count, seconds, shortened, signed

WIDTH = 1080
LEFT = 150
RIGHT = 1060
BINS = 240
STRIP = 64
FAULT_ROW = 12
FLAG = 3.0  # pixels within which triangles fall together
CLOCK_ROW = 34


def overview_figure(columns: Columns, faults: Sequence[Fault], marks_s: Sequence[float]) -> str:
    """The strip: `marks_s` are the moments of anomalies, shown as triangles."""
    span = columns.span_s
    x = Scale(0.0, span, LEFT, RIGHT)
    rows = rows_of(faults, int(span * 1e9))
    top = 8 + FAULT_ROW * len(rows)
    bottom = top + STRIP
    parts = fault_rows(rows, x, bottom)
    parts += _areas(density(columns, BINS), x, top, bottom)
    slots = {round(x(moment) / FLAG): moment for moment in sorted(marks_s, reverse=True)}
    for slot, moment in sorted(slots.items()):
        at = slot * FLAG
        points = f"{svg.number(at - 5)},{bottom + 11} {svg.number(at + 5)},{bottom + 11} {svg.number(at)},{bottom + 2}"
        parts.append(svg.tag("polygon", svg.title(f"anomaly at {seconds(moment * 1e9)}"), class_="flag", points=points))
    parts.append(svg.text(LEFT - 8, bottom - 4, "operations", class_="lane", text_anchor="end"))
    parts += time_axis(x, bottom + 12)
    described = f"{count(len(columns.start_s), 'operation')} over {span:.3g} s, {count(len(faults), 'fault')}"
    return svg.picture(WIDTH, bottom + 34, described, parts, "overview")


def fault_rows(rows: Sequence[Sequence[Fault]], x: Scale, bottom: float) -> list[str]:
    """A row of bands per family, each with a shade down to `bottom`."""
    parts = []
    end_ns = int(x.high * 1e9)
    for position, row in enumerate(rows):
        y = 4 + FAULT_ROW * position
        parts.append(svg.text(LEFT - 8, y + 8, shortened(row[0].family, 20), class_="lane soft", text_anchor="end"))
        for fault in row:
            left, right = x(fault.start_ns / 1e9), x(fault.until(end_ns) / 1e9)
            colour = f"fault-{family_colour(fault.family)}"
            wide = max(right - left, 1.5)
            told = f"{fault.family}: {fault.summary}, {seconds(fault.start_ns, 1)} to {seconds(fault.until(end_ns), 1)}"
            parts += [
                svg.tag("rect", class_=f"shade {colour}", x=left, y=y, width=wide, height=bottom - y),
                svg.tag(
                    "rect",
                    svg.title(told),
                    class_=f"band {colour}",
                    x=left,
                    y=y,
                    width=wide,
                    height=FAULT_ROW - 3,
                    rx=2,
                ),
            ]
    return parts


def time_axis(x: Scale, y: float) -> list[str]:
    """Seconds along the bottom."""
    parts = [svg.tag("line", class_="axis", x1=x.start, x2=x.stop, y1=y, y2=y)]
    for tick in ticks(x.low, x.high):
        at = x(tick)
        parts += [
            svg.tag("line", class_="axis", x1=at, x2=at, y1=y, y2=y + 4),
            svg.text(at, y + 16, f"{tick:g} s", class_="tick", text_anchor="middle"),
        ]
    return parts


def _areas(counts: np.typing.NDArray[np.float64], x: Scale, top: float, bottom: float) -> list[str]:
    stacked = np.vstack([np.zeros(counts.shape[1]), np.cumsum(counts, axis=0)])
    y = Scale(0.0, max(float(stacked[-1].max()), 1.0), bottom, top + 4)
    edges = np.linspace(x.low, x.high, counts.shape[1] + 1)
    parts = []
    for code, outcome in enumerate(OUTCOMES):
        if counts[code].any():
            upper = _steps(edges, stacked[code + 1], x, y)
            lower = list(reversed(_steps(edges, stacked[code], x, y)))
            parts.append(svg.tag("path", class_=f"area {outcome}", d="M" + "L".join([*upper, *lower]) + "Z"))
    return parts


def _steps(
    edges: np.typing.NDArray[np.float64], heights: np.typing.NDArray[np.float64], x: Scale, y: Scale
) -> list[str]:
    points = []
    for left, right, height in zip(edges, edges[1:], heights, strict=False):
        level = svg.number(y(float(height)))
        points += [f"{svg.number(x(float(left)))} {level}", f"{svg.number(x(float(right)))} {level}"]
    return points


def clocks_figure(traces: Sequence[ClockTrace], faults: Sequence[Fault], span_s: float) -> str:
    """A row per node: how far its clock was ahead (up) or behind (down), all rows to one scale."""
    if not traces:
        return ""
    x = Scale(0.0, span_s, LEFT, RIGHT)
    most = max((abs(offset) for trace in traces for offset in trace.offsets_s), default=0.0) or 1.0
    clock_faults = [fault for fault in faults if fault.family == "clock"]
    rows = rows_of(clock_faults, int(span_s * 1e9))
    top = 8 + FAULT_ROW * len(rows)
    bottom = top + CLOCK_ROW * len(traces)
    parts = fault_rows(rows, x, bottom)
    for row, trace in enumerate(traces):
        middle = top + CLOCK_ROW * (row + 0.5)
        y = Scale(-most, most, middle + CLOCK_ROW * 0.44, middle - CLOCK_ROW * 0.44)
        parts += [
            svg.tag("line", class_="rail", x1=LEFT, x2=RIGHT, y1=middle, y2=middle),
            svg.tag("path", class_="clock-area", d=_area(trace, most, x, y)) if any(trace.offsets_s) else "",
            svg.text(
                LEFT - 8,
                middle + 4,
                f"{shortened(trace.node, 12)} {signed(trace.farthest(0.0, span_s))}",
                class_="lane",
                text_anchor="end",
            ),
        ]
    parts += time_axis(x, bottom + 4)
    described = f"Clock offsets of {count(len(traces), 'node')}, at most {most:.3g} s"
    return svg.picture(WIDTH, bottom + 26, described, parts, "clocks")


def _area(trace: ClockTrace, most: float, x: Scale, y: Scale) -> str:
    points = zip(*trace.stepped(most, int(x.high * 1e9)), strict=True)
    return "M" + "L".join(f"{svg.number(x(moment))} {svg.number(y(offset))}" for moment, offset in points) + "Z"
