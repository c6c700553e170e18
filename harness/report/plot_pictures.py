"""latency.png and rate.png: a panel for each kind of operation, coloured by outcome, under the faults."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from harness.report.canvas import FAULT_ROW, Canvas, drawing, fault_panel, shade
from harness.report.material import Material
from harness.report.palette import LIGHT
from harness.report.series import OUTCOMES, rates
from harness.report.words import clean, duration, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL = 1.9
GAP = 0.2


def latency_picture(material: Material, path: Path) -> None:
    """Every completed operation as a dot at its invocation, its latency on a logarithmic scale."""
    columns = material.columns
    latency = columns.latency_ms
    with drawing():
        canvas = _canvas(material, "Latency")
        for kind, name in enumerate(columns.kinds):
            axes = canvas.panel(PANEL, 0.0, columns.span_s)
            for code, outcome in reversed(list(enumerate(OUTCOMES))):
                chosen = columns.chosen(kind, code) & (latency > 0)
                axes.plot(
                    columns.start_s[chosen], latency[chosen], "o", ms=2.6 if code else 2.0, mew=0,
                    color=LIGHT[str(outcome)], alpha=0.9 if code else 0.5,
                )  # fmt: skip
            if np.any(latency > 0):
                axes.set_yscale("log")
                axes.set_ylim(np.nanmin(latency[latency > 0]) / 1.5, np.nanmax(latency) * 1.5)
            axes.yaxis.set_major_formatter(lambda value, _: duration(value * 1e6))
            axes.minorticks_off()
            _finish(canvas, axes, material, name, kind)
        canvas.save(path)


def rate_picture(material: Material, path: Path) -> None:
    """Operations a second by the moment they ended, a line for each outcome."""
    columns = material.columns
    with drawing():
        canvas = _canvas(material, "Rate")
        middles, found = rates(columns)
        for kind, name in enumerate(columns.kinds):
            axes = canvas.panel(PANEL, 0.0, columns.span_s)
            for code, outcome in enumerate(OUTCOMES):
                if (kind, code) in found:
                    axes.plot(middles, found[kind, code], color=LIGHT[str(outcome)], lw=1.4)
            axes.set_ylim(bottom=0)
            axes.yaxis.set_major_formatter("{x:g}/s")
            _finish(canvas, axes, material, name, kind)
        canvas.save(path)


def _canvas(material: Material, what: str) -> Canvas:
    kinds, rows = len(material.columns.kinds), material.fault_rows
    canvas = Canvas.of(0.8 + FAULT_ROW * len(rows) + (PANEL + GAP) * max(kinds, 1) + 0.3)
    canvas.space(0.2)
    canvas.legend()
    canvas.line(f"{what}: {shortened(clean(material.info.title), 90)}", size=15, bold=True)
    if not kinds:
        canvas.line("no operations", soft=True)
    canvas.space(0.7 - canvas.used)
    fault_panel(canvas, rows, 0.0, material.columns.span_s)
    return canvas


def _finish(canvas: Canvas, axes: Axes, material: Material, name: str, kind: int) -> None:
    last = kind == len(material.columns.kinds) - 1
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_ylabel(clean(name), rotation=0, ha="right", va="center", fontsize=10, fontweight="bold", labelpad=12)
    axes.xaxis.set_major_formatter("{x:g} s")
    axes.tick_params(labelbottom=last)
    shade(axes, material.faults)
    canvas.space(GAP)
