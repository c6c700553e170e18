"""All files of a report. None can take the verdict along: what fails is left out, logged, told and returned."""

from __future__ import annotations

import json
from collections import Counter
from html import escape
from pathlib import Path

from checkers.verdict import Classification
from harness.report.guard import Failure, Guard
from harness.report.info import RunInfo
from harness.report.lattice import Lattice
from harness.report.material import Material
from harness.report.terminal import verdict_text
from harness.report.words import clean
from histories import History

PAGE = "report.html"
ANOMALIES = "anomalies"

BARE_PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title></head>
<body><pre>{verdict}</pre></body>
</html>
"""


def write_report(
    folder: Path,
    info: RunInfo,
    history: History,
    classification: Classification,
    *,
    lattice: Lattice,
) -> tuple[Failure, ...]:
    """Write timeline.png, latency.png, rate.png, anomalies/* and report.html; what could not be made comes back.

    The page comes last, so that it can tell which pictures are missing; where it cannot be made, a bare page
    with the verdict stands in.
    """
    material = Material(info=info, history=history, classification=classification, lattice=lattice)
    guard = Guard()
    guard.attempt("timeline.png", lambda: _timeline(material, folder / "timeline.png"))
    guard.attempt("latency.png", lambda: _latency(material, folder / "latency.png"))
    guard.attempt("rate.png", lambda: _rate(material, folder / "rate.png"))
    guard.attempt(ANOMALIES, lambda: _anomalies(material, folder / ANOMALIES))
    text = guard.attempt(PAGE, lambda: _page(material, guard))
    if text is None:
        text = guard.attempt("the bare page", lambda: _bare(material, guard))
    if text is not None:
        guard.attempt(PAGE, lambda: (folder / PAGE).write_text(text, encoding="utf-8", errors="backslashreplace"))
    return tuple(guard.failures)


# What draws is imported when it draws: matplotlib alone takes longer than most runs, and may itself be broken.


def _timeline(material: Material, path: Path) -> None:
    from harness.report.timeline_picture import timeline_picture

    timeline_picture(material, path)


def _latency(material: Material, path: Path) -> None:
    from harness.report.plot_pictures import latency_picture

    latency_picture(material, path)


def _rate(material: Material, path: Path) -> None:
    from harness.report.plot_pictures import rate_picture

    rate_picture(material, path)


def _anomalies(material: Material, folder: Path) -> None:
    """Each anomaly of transactions as prose, as a document and, where it is a cycle, as a graph for Graphviz."""
    from checkers.transactions.exports import EVIDENCE, document, dot

    found = [anomaly for anomaly in material.anomalies if isinstance(anomaly.evidence, EVIDENCE)]
    counts: Counter[str] = Counter()
    for anomaly in found:
        folder.mkdir(exist_ok=True)
        counts[anomaly.type] += 1
        name = anomaly.type if counts[anomaly.type] == 1 else f"{anomaly.type}-{counts[anomaly.type]}"
        _write(folder / f"{name}.txt", anomaly.explanation + "\n")
        _write(folder / f"{name}.json", json.dumps(document(material.history, anomaly), indent=1, default=str) + "\n")
        graph = dot(material.history, anomaly)
        if graph is not None:
            _write(folder / f"{name}.dot", graph)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _page(material: Material, guard: Guard) -> str:
    from harness.report.page import page

    return page(material, guard)


def _bare(material: Material, guard: Guard) -> str:
    """The verdict and what went wrong, without any layout."""
    verdict = verdict_text(material.info, material.history, material.classification, lattice=material.lattice)
    lines = [verdict, "", *(f"{failure}." for failure in guard.failures)]
    return BARE_PAGE.format(title=escape(clean(material.info.title)), verdict=escape("\n".join(lines)))
