"""Latencies and rates as drawings: a panel for each kind of operation, coloured by outcome, under the faults."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.report import svg
from harness.report.axes import Scale, decades, ticks
from harness.report.faults import Fault
from harness.report.overview_figure import FAULT_ROW, LEFT, RIGHT, WIDTH, fault_rows, time_axis
from harness.report.series import OUTCOMES, Columns, Floats, rates
from harness.report.words import count, duration

PANEL = 120
SPACE = 16
DOT_GRID = 1.5  # points that fall on the same square of this many pixels are drawn once


def latency_figure(columns: Columns, rows: Sequence[Sequence[Fault]]) -> str:
    """Every completed operation as a dot at its invocation, its latency on a logarithmic scale."""
    latency = columns.latency_ms
    known = latency[~np.isnan(latency) & (latency > 0)]
    if not len(known):
        return ""
    low, high = float(known.min()), float(known.max())
    low, high = (low / 2, high * 2) if high / low < 4 else (low / 1.3, high * 1.3)
    x = Scale(0.0, columns.span_s, LEFT, RIGHT)
    tops, bottom = _tops(columns, rows)
    parts = fault_rows(rows, x, bottom)
    for kind, (name, top) in enumerate(zip(columns.kinds, tops, strict=True)):
        y = Scale(low, high, top + PANEL - SPACE, top, log=True)
        parts += _panel(name, y, [(tick, duration(tick * 1e6)) for tick in decades(low, high)])
        for code, outcome in reversed(list(enumerate(OUTCOMES))):
            chosen = columns.chosen(kind, code)
            parts += _dots(columns.start_s[chosen], latency[chosen], x, y, str(outcome))
    parts += time_axis(x, bottom)
    described = f"Latency of {count(len(known), 'operation')}, from {duration(low * 1e6)} to {duration(high * 1e6)}"
    return svg.picture(WIDTH, bottom + 24, described, parts, "plot")


def rate_figure(columns: Columns, rows: Sequence[Sequence[Fault]]) -> str:
    """Operations a second by the moment they ended, a line for each outcome."""
    if not len(columns.start_s):
        return ""
    middles, found = rates(columns)
    x = Scale(0.0, columns.span_s, LEFT, RIGHT)
    tops, bottom = _tops(columns, rows)
    parts = fault_rows(rows, x, bottom)
    for kind, (name, top) in enumerate(zip(columns.kinds, tops, strict=True)):
        most = max(float(line.max()) for (k, _), line in found.items() if k == kind)
        y = Scale(0.0, most, top + PANEL - SPACE, top)
        parts += _panel(name, y, [(tick, f"{tick:g}/s") for tick in ticks(0.0, most, 4)])
        for code, outcome in enumerate(OUTCOMES):
            if (kind, code) in found:
                line = zip(middles, found[kind, code], strict=True)
                points = "L".join(f"{svg.number(x(float(t)))} {svg.number(y(float(rate)))}" for t, rate in line)
                parts.append(svg.tag("path", class_=f"curve {outcome}", d=f"M{points}"))
    parts += time_axis(x, bottom)
    return svg.picture(WIDTH, bottom + 24, f"Rate of {listed_kinds(columns)} over time", parts, "plot")


def listed_kinds(columns: Columns) -> str:
    """The kinds of operation, for a description."""
    return ", ".join(columns.kinds)


def _tops(columns: Columns, rows: Sequence[Sequence[Fault]]) -> tuple[list[float], float]:
    first = 14.0 + FAULT_ROW * len(rows)
    tops = [first + PANEL * kind for kind in range(len(columns.kinds))]
    return tops, first + PANEL * len(tops) - SPACE + 6


def _panel(name: str, y: Scale, levels: Sequence[tuple[float, str]]) -> list[str]:
    parts = [svg.text(12, y.stop + 12, name, class_="panel")]
    for level, words in levels:
        at = y(level)
        parts += [
            svg.tag("line", class_="grid", x1=LEFT, x2=RIGHT, y1=at, y2=at),
            svg.text(LEFT - 8, at + 4, words, class_="tick", text_anchor="end"),
        ]
    return parts


def _dots(times: Floats, values: Floats, x: Scale, y: Scale, outcome: str) -> list[str]:
    """Dots as one path of points, so that ten thousand of them stay small."""
    there = ~np.isnan(values)
    if not there.any():
        return []
    across = x.start + (x.stop - x.start) * times[there] / x.high
    low, high = np.log10([y.low, y.high])
    share = (np.log10(np.maximum(values[there], y.low)) - low) / (high - low)
    down = y.start + (y.stop - y.start) * share
    cells = np.unique(np.round(np.column_stack([across, down]) / DOT_GRID).astype(np.int64), axis=0)
    points = "".join(f"M{svg.number(a * DOT_GRID)} {svg.number(b * DOT_GRID)}h0" for a, b in cells.tolist())
    return [svg.tag("path", class_=f"dots {outcome}", d=points)]
