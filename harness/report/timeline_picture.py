"""timeline.png: processes as lanes, operations as bars, faults as bands, the clocks, the anomaly numbered and told."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import numpy as np

from harness.report.canvas import (
    CHARACTER,
    SPAN,
    Canvas,
    drawing,
    fault_height,
    fault_panel,
    line_height,
    rectangles,
    shade,
)
from harness.report.faults import ClockTrace, Fault, rows_of
from harness.report.lanes import Lanes
from harness.report.material import Material
from harness.report.palette import LIGHT
from harness.report.scene import stop_of
from harness.report.series import OUTCOMES, density
from harness.report.viewer import nearest
from harness.report.words import VERDICT_WORDS, clean, label, sentence, shortened, signed, value_text
from histories import Operation, freeze

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BARS_MAX = 20_000
OUTLINES_MAX = 2000
LABELS_MAX = 250  # with more bars than this in view, labels would be specks
LABEL_MIN = 8
LANES_HEIGHT_MAX = 7.0
HEADING = 0.9
AXIS = 0.5
OVERVIEW = 0.62
OVERVIEW_BINS = 400
CLOCK_ROW = 0.34
MARKS_MAX = 8
WRAP = 170


@attrs.frozen(kw_only=True)
class View:
    """What the picture shows: the bars, their lanes, and from when to when."""

    operations: Sequence[Operation]
    lanes: Lanes
    start_s: float
    stop_s: float
    whole: bool

    @property
    def lane_height(self) -> float:
        """In inches."""
        return min(0.3, LANES_HEIGHT_MAX / max(len(self.lanes.rows), 1))


def timeline_picture(material: Material, path: Path) -> None:
    """Draw it and write it: the whole run above, what is around the anomaly below, where that is only a part."""
    with drawing():
        view = _view(material)
        told = _told(material)
        clocks = [trace for trace in material.clocks if any(trace.offsets_s)]
        seen = [f for f in material.faults if f.overlaps(view.start_s * 1e9, view.stop_s * 1e9)]
        rows = rows_of(seen, material.end_ns)
        canvas = Canvas.of(_height(material, view, rows, clocks, told))
        _heading(canvas, material)
        if not view.whole:
            fault_panel(canvas, material.fault_rows, 0.0, material.end_ns / 1e9)
            _overview(canvas, material, view)
            _clocks(canvas, material, view, clocks)
        fault_panel(canvas, rows, view.start_s, view.stop_s)
        _lanes(canvas, material, view)
        if view.whole:
            _clocks(canvas, material, view, clocks)
        _explanation(canvas, material, told)
        canvas.save(path)


def _height(
    material: Material,
    view: View,
    rows: Sequence[Sequence[Fault]],
    clocks: Sequence[ClockTrace],
    told: Sequence[str],
) -> float:
    """Of the whole picture, in inches."""
    overview = 0 if view.whole else OVERVIEW + AXIS + fault_height(material.fault_rows)
    lines = len(told) + len(material.scene.marked[:MARKS_MAX])
    return (
        HEADING
        + overview
        + (CLOCK_ROW * len(clocks) + AXIS if clocks else 0)
        + fault_height(rows)
        + view.lane_height * max(len(view.lanes.rows), 1)
        + AXIS
        + (line_height(9) * lines + 0.25 if told else 0)
        + 0.1
    )


def _view(material: Material) -> View:
    """Around the first anomaly where there is one, else the whole run."""
    scene, end_s = material.scene, material.end_ns / 1e9
    start, stop = 0.0, end_s
    if scene.operations:
        own = scene.marked
        first, last = min(op.invoke_ns for op in own) / 1e9, max(stop_of(op) for op in own) / 1e9
        pad = max(0.6 * (last - first), 1e-6)
        if last - first + 2 * pad < end_s / 2:
            start, stop = max(first - pad, 0.0), min(last + pad, end_s)
    seen = [op for op in material.history.operations if op.invoke_ns <= stop * 1e9 and stop_of(op) >= start * 1e9]
    kept = nearest(seen, scene.marks, BARS_MAX)
    if len(kept) < len(seen):
        start, stop = max(start, kept[0].invoke_ns / 1e9), min(stop, stop_of(kept[-1]) / 1e9)
    return View(
        operations=kept,
        lanes=material.lanes.only({op.process for op in kept}),
        start_s=start,
        stop_s=stop if stop > start else start + 1e-6,
        whole=start <= 0.0 and stop >= end_s,
    )


def _told(material: Material) -> list[str]:
    for anomaly in material.anomalies[:1]:
        where = "" if anomaly.key is None else f" on key {value_text(anomaly.key)}"
        told = [line for part in clean(anomaly.explanation).splitlines() for line in textwrap.wrap(part, WRAP)]
        return [f"{clean(anomaly.type)}{where}", *told[:8]]
    return []


def _heading(canvas: Canvas, material: Material) -> None:
    info = material.info
    canvas.space(0.2)
    canvas.legend()
    canvas.line(shortened(clean(info.title), 100), size=15, bold=True)
    words = f"{VERDICT_WORDS[info.validity]}: {clean(info.claim)}"
    canvas.line(f"{words}    {shortened(clean(info.command), 130)}", size=9, soft=True)
    canvas.space(HEADING - canvas.used)


def _overview(canvas: Canvas, material: Material, view: View) -> None:
    end_s = material.end_ns / 1e9
    axes = canvas.panel(OVERVIEW, 0.0, end_s)
    counts = density(material.columns, OVERVIEW_BINS)
    edges = np.linspace(0.0, end_s, OVERVIEW_BINS + 1)
    below = np.zeros(OVERVIEW_BINS)
    axes.set_ylim(0, max(float(counts.sum(axis=0).max()) * 1.08, 1.0))
    for code, outcome in enumerate(OUTCOMES):
        boxes = zip(edges[:-1], edges[1:], below, below + counts[code], strict=True)
        rectangles(axes, [box for box in boxes if box[3] > box[2]], LIGHT[str(outcome)], alpha=0.75)
        below = below + counts[code]
    shade(axes, material.faults)
    axes.set_yticks([])
    axes.set_ylabel("whole run", rotation=0, ha="right", va="center", fontsize=8)
    axes.xaxis.set_major_formatter("{x:g} s")
    rectangles(axes, [(view.start_s, view.stop_s, *axes.get_ylim())], "none", edge=LIGHT["mark"])
    canvas.space(AXIS)


def _lanes(canvas: Canvas, material: Material, view: View) -> None:
    lanes = max(len(view.lanes.rows), 1)
    axes = canvas.panel(view.lane_height * lanes, view.start_s, view.stop_s)
    axes.set_ylim(lanes - 0.5, -0.5)
    every = max(1, round(0.14 / view.lane_height + 0.49))
    shown = range(0, len(view.lanes.rows), every)
    axes.set_yticks(list(shown), [view.lanes.rows[row].name for row in shown])
    axes.set_axisbelow(True)
    axes.grid(axis="y")
    axes.xaxis.set_major_formatter("{x:g} s")
    shade(axes, material.faults)
    _bars(axes, material, view)
    if len(view.operations) <= LABELS_MAX:
        _labels(axes, view)
    _marks(axes, material, view)
    if not view.operations:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no operations", transform=axes.transAxes, ha="center", va="center", color=LIGHT["soft"])
    canvas.space(AXIS)


def _bars(axes: Axes, material: Material, view: View) -> None:
    """All bars in a few collections: by outcome, and paler for objects that the anomaly does not touch."""
    least = (view.stop_s - view.start_s) / SPAN / 50
    keys = {freeze(op.key) for op in material.scene.marked}
    groups: dict[tuple[str, bool], list[tuple[float, float, float, float]]] = {}
    for op in view.operations:
        left, row = op.invoke_ns / 1e9, view.lanes.row_of[op.process]
        box = (left, max(stop_of(op) / 1e9, left + least), row - 0.36, row + 0.36)
        groups.setdefault((str(op.outcome), not keys or freeze(op.key) in keys), []).append(box)
    outlined = len(view.operations) <= OUTLINES_MAX
    for (outcome, near), boxes in sorted(groups.items()):
        colour, hollow = LIGHT[outcome], outcome == "fail"
        fill = _tint(colour, (0.12 if hollow and outlined else 0.55) if near else 0.16)
        edge = _tint(colour, 1.0 if near else 0.4) if outlined else "none"
        rectangles(axes, boxes, fill, edge=edge, dashed=hollow)


def _tint(colour: str, strength: float) -> tuple[float, float, float]:
    """A colour thinned with white, so that bars cover the lines behind them."""
    from matplotlib.colors import to_rgb

    red, green, blue = (1 - strength * (1 - part) for part in to_rgb(colour))
    return red, green, blue


def _fits(op: Operation, view: View) -> bool:
    """Whether a bar has room for its label."""
    return len(label(op, 60)) <= _room(op, view)


def _room(op: Operation, view: View) -> int:
    """How many characters a bar has room for."""
    left, right = max(op.invoke_ns / 1e9, view.start_s), min(stop_of(op) / 1e9, view.stop_s)
    return int((right - left) * SPAN / (view.stop_s - view.start_s) / CHARACTER - 0.6)


def _labels(axes: Axes, view: View) -> None:
    for op in view.operations:
        room, words = _room(op, view), label(op, 60)
        if len(words) <= room or room >= LABEL_MIN:
            at = max(op.invoke_ns / 1e9, view.start_s) + 0.05 * (view.stop_s - view.start_s) / SPAN
            axes.text(at, view.lanes.row_of[op.process], shortened(words, room), fontsize=7.5, va="center", zorder=3)


def _marks(axes: Axes, material: Material, view: View) -> None:
    from matplotlib.patches import Rectangle

    for op in material.scene.marked:
        row = view.lanes.row_of.get(op.process)
        if row is None:
            continue
        left, right = op.invoke_ns / 1e9, stop_of(op) / 1e9
        for moment in (left, right):
            axes.axvline(moment, color=LIGHT["mark"], lw=0.7, ls=(0, (2, 3)), alpha=0.7, zorder=1)
        outline = Rectangle((left, row - 0.36), right - left, 0.72, fill=False, ec=LIGHT["mark"], lw=1.8, zorder=4)
        axes.add_patch(outline)
        axes.text(
            left, row - 0.38, str(material.scene.marks[op.index]),
            fontsize=7.5, fontweight="bold", color=LIGHT["paper"], ha="center", va="center", zorder=5,
            bbox={"boxstyle": "circle,pad=0.2", "facecolor": LIGHT["mark"], "edgecolor": LIGHT["paper"]},
        )  # fmt: skip
        if not _fits(op, view):
            at = right + 0.06 * (view.stop_s - view.start_s) / SPAN
            axes.text(at, row, label(op, 40), fontsize=8, fontweight="bold", va="center", zorder=5, clip_on=True)


def _clocks(canvas: Canvas, material: Material, view: View, clocks: Sequence[ClockTrace]) -> None:
    """A row for each clock that was ever off, all to one scale, over the whole run."""
    if not clocks:
        return
    end_s = material.end_ns / 1e9
    most = max(abs(offset) for trace in clocks for offset in trace.offsets_s)
    axes = canvas.panel(CLOCK_ROW * len(clocks), 0.0, end_s)
    axes.set_ylim(len(clocks) - 0.5, -0.5)
    axes.set_yticks(range(len(clocks)), [f"{shortened(t.node, 10)} {signed(t.farthest(0.0, end_s))}" for t in clocks])
    axes.xaxis.set_major_formatter("{x:g} s")
    axes.grid(axis="y")
    shade(axes, [fault for fault in material.faults if fault.family == "clock"])
    for row, trace in enumerate(clocks):
        times, offsets = trace.stepped(most, material.end_ns)
        y = row - np.array(offsets) / most * 0.44
        axes.fill_between(times, row, y, color=LIGHT["clock"], alpha=0.45, lw=0)
        axes.plot(times, y, color=LIGHT["clock"], lw=1.1)
    if not view.whole:
        rectangles(axes, [(view.start_s, view.stop_s, *axes.get_ylim())], "none", edge=LIGHT["mark"])
    axes.text(0.0, -0.62, "clocks: up is ahead, down is behind", fontsize=7.5, color=LIGHT["soft"], va="bottom")
    canvas.space(AXIS)


def _explanation(canvas: Canvas, material: Material, told: Sequence[str]) -> None:
    if not told:
        return
    canvas.space(0.1)
    for number, line in enumerate(told):
        canvas.line(line, bold=number == 0)
    canvas.space(0.1)
    for op in material.scene.marked[:MARKS_MAX]:
        canvas.badge(material.scene.marks[op.index], 0.45)
        at = f" at {op.node}" if op.node else ""
        offsets = [trace.at(op.invoke_ns) for trace in material.clocks if trace.node == op.node]
        clock = f" (its clock {signed(offsets[0])})" if any(offsets) else ""
        when = f"{op.invoke_ns / 1e9:.6f} s"
        canvas.line(f"#{op.index}  process {op.process}{at}{clock}, {when}:  {sentence(op, 100)}", left=0.65)
