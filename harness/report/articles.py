"""The anomalies of a run as the page tells them: prose, pictures, and the operations one by one."""

from __future__ import annotations

import re
from typing import Any

from checkers.verdict import Anomaly
from harness.report.anomaly_figure import anomaly_figure
from harness.report.cycle_evidence import cycle_of
from harness.report.cycle_figure import cycle_figure, style_of
from harness.report.drawn import Drawn, Easel
from harness.report.material import Material
from harness.report.scene import Scene, scene_of
from harness.report.words import clean, duration, seconds, sentence, shortened, signed, value_text
from histories import Operation

ARTICLES_MAX = 4
ROWS_MAX = 100


def articles(material: Material, easel: Easel) -> list[dict[str, Any]]:
    """The first anomaly of each of the first few kinds, in full."""
    return [_article(material, easel, anomaly) for anomaly in material.first_of_kind[:ARTICLES_MAX]]


def other_rows(material: Material) -> list[dict[str, str]]:
    """All anomalies in a line each, up to ROWS_MAX; none where the articles say everything."""
    anomalies = material.anomalies
    if len(anomalies) <= min(len(material.first_of_kind), ARTICLES_MAX):
        return []
    return [
        {
            "type": anomaly.type,
            "key": "" if anomaly.key is None else value_text(anomaly.key),
            "operations": " ".join(f"#{index}" for index in anomaly.operations[:8]),
            "explanation": shortened(anomaly.explanation, 400),
        }
        for anomaly in anomalies[:ROWS_MAX]
    ]


def _article(material: Material, easel: Easel, anomaly: Anomaly) -> dict[str, Any]:
    scene = material.scene if anomaly is material.anomalies[0] else scene_of(material.history, anomaly)
    cycle = easel.guard.attempt(f"the cycle of {anomaly.type}", lambda: cycle_of(anomaly, material.history))
    where = "" if anomaly.key is None else f" on key {value_text(anomaly.key)}"
    span = material.span_of(anomaly) or (0, 0)
    return {
        "title": anomaly.type + where,
        "meaning": material.lattice.meanings.get(anomaly.type, ""),
        "explanation": with_badges(clean(anomaly.explanation), scene),
        "figure": easel.draw(
            f"the timeline of {anomaly.type}",
            lambda: anomaly_figure(scene, material.lanes, material.faults, material.end_ns),
        ),
        "cycle": easel.draw(f"the cycle of {anomaly.type}", lambda: cycle_figure(cycle)) if cycle else Drawn(),
        "edges": [
            {
                "source": e.source,
                "target": e.target,
                "label": e.label,
                "reason": e.reason,
                "style": style_of(e),
            }
            for e in (cycle.edges if cycle else ())
        ],
        "left_out": len(set(anomaly.operations)) - len(scene.marks),
        "operations": [_row(material, op, scene) for op in scene.marked],
        "nodes": any(op.node for op in scene.marked),
        "clocks": any(
            trace.at(op.invoke_ns) for op in scene.marked for trace in material.clocks if trace.node == op.node
        ),
        "start_us": span[0] // 1000,
        "stop_us": span[1] // 1000 + 1,
    }


def _row(material: Material, op: Operation, scene: Scene) -> dict[str, Any]:
    offsets = [trace.at(op.invoke_ns) for trace in material.clocks if trace.node == op.node]
    return {
        "number": scene.marks[op.index],
        "text": sentence(op),
        "index": op.index,
        "process": op.process,
        "node": op.node or "",
        "invoked": seconds(op.invoke_ns, 6),
        "took": "no answer" if op.end_ns is None else duration(op.end_ns - op.invoke_ns),
        "clock": signed(offsets[0]) if offsets else "",
    }


def with_badges(explanation: str, scene: Scene) -> Any:
    """The prose, with the number of the picture put before each operation (`#12`) that it names."""
    from markupsafe import Markup

    pieces = [Markup.escape(piece) for piece in re.split(r"(#\d+)\b", explanation)]
    badge = Markup('<span class="ref"><i class="badge">{}</i> {}</span>')
    for at in range(1, len(pieces), 2):
        number = scene.marks.get(int(pieces[at][1:]))
        if number is not None:
            pieces[at] = badge.format(number, pieces[at])
    return Markup().join(pieces)
