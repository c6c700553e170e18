"""The verdict for a terminal: what was tested, what was found, why in a few lines, and what to do next."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable

from checkers.verdict import UNVERIFIED, VERIFIED, Anomaly, Classification, Status
from harness.report.info import RunInfo
from harness.report.lattice import Lattice
from harness.report.material import Material
from harness.report.words import (
    OUTCOME_WORDS,
    SIGNS,
    VERDICT_WORDS,
    clean,
    count,
    listed,
    sentence,
    shortened,
    value_text,
)
from histories import History, Outcome

WIDTH = 100
ANOMALY_LINES_MAX = 12
OPERATIONS_MAX = 6

STYLES = {Status.HOLDS: "green", Status.VIOLATED: "red", Status.UNKNOWN: "yellow", Status.NOT_TESTABLE: "yellow"}

Line = list[tuple[str, str]]  # pieces of text, each with a rich style or ""


def verdict_text(
    info: RunInfo,
    history: History,
    classification: Classification,
    *,
    lattice: Lattice | None = None,
    report: str | None = None,
    markup: bool = False,
) -> str:
    """The verdict as lines without a break at the end: rich's markup for a terminal, plain text for a pipe.

    `report` is where the page lies, as the reader would type it.
    """
    material = Material(info=info, history=history, classification=classification, lattice=lattice or Lattice())
    lines: list[Line] = [*_tested(material), [], *_verdict(material), []]
    lines += _models(material.classification, material.lattice) + _audited(material.classification)
    if report is not None:
        lines.append([("report  ", "dim"), (clean(report), "underline")])
    lines.append([("replay  ", "dim"), (clean(material.info.command), "bold")])
    return "\n".join(_written(line, markup=markup) for line in lines)


def _written(line: Line, *, markup: bool) -> str:
    if not markup:
        return "".join(text for text, _ in line).rstrip()
    tags = [*(style for _, style in line[1:]), ""]
    return "".join(
        f"[{style}]{_escaped(text, tag_follows=True)}[/]" if style else _escaped(text, tag_follows=bool(after))
        for (text, style), after in zip(line, tags, strict=False)
    )


def _escaped(text: str, *, tag_follows: bool) -> str:
    """The text so that rich prints it as it is. Backslashes count for it only before a bracket."""
    from rich.markup import escape

    escaped = escape(f"{text}.")[:-1]
    ending = len(text) - len(text.rstrip("\\"))
    return escaped + "\\" * ending if tag_follows else escaped


def _tested_words(info: RunInfo) -> str:
    """`lww, register workload, faults: clock and partition, seed 7`."""
    parts = [info.system or info.title, info.workload and f"{info.workload} workload"]
    parts.append(f"faults: {listed(info.nemeses)}" if info.nemeses else "")
    parts.append("" if info.seed is None else f"seed {info.seed}")
    return ", ".join(clean(part) for part in parts if part)


def _tested(material: Material) -> list[Line]:
    info, history, faults = material.info, material.history, material.faults
    counts = [f"{history.count(outcome):,} {OUTCOME_WORDS[outcome]}" for outcome in Outcome if history.count(outcome)]
    made = f"{count(len(history), 'operation')}: {listed(counts)}" if counts else "no operations"
    under = f", {count(len(faults), 'fault')}" if faults else ""
    lines: list[Line] = [[(_tested_words(info), "bold")], [(f"{made}, in {material.end_ns / 1e9:.1f} s{under}", "")]]
    return lines + [[("note: ", "yellow"), (clean(note), "")] for note in info.notes]


def _verdict(material: Material) -> list[Line]:
    info, classification = material.info, material.classification
    style = STYLES[info.validity]
    head: Line = [
        (f"{SIGNS[info.validity]} {VERDICT_WORDS[info.validity]}: ", f"bold {style}"),
        (clean(info.claim), f"bold {style}"),
    ]
    finding = classification.models.get(info.claim)
    anomalies = material.anomalies
    if info.validity is Status.VIOLATED and anomalies:
        return [head, *_anomaly(anomalies[0], material.history), *_others(anomalies)]
    return [head, *_wrapped(finding.because if finding else "", most=4)]


def _anomaly(anomaly: Anomaly, history: History) -> list[Line]:
    where = "" if anomaly.key is None else f" on key {value_text(anomaly.key)}"
    operations = [history.by_index[index] for index in anomaly.operations if index in history.by_index]
    shown = operations[:OPERATIONS_MAX]
    told = _wrapped(anomaly.explanation, most=ANOMALY_LINES_MAX - 1 - len(shown) - (len(operations) > len(shown)))
    lines: list[Line] = [[("  ", ""), (clean(anomaly.type) + where, "bold")], *told]
    for number, op in enumerate(shown, start=1):
        at = f" at {clean(op.node)}" if op.node else ""
        place = f"    {number:>2}  #{op.index:<6} {op.invoke_ns / 1e9:>9.3f} s  process {op.process}{at}: "
        lines.append([(place, "dim"), (shortened(sentence(op, 60), WIDTH), "")])
    if len(operations) > len(shown):
        lines.append([(f"        … and {count(len(operations) - len(shown), 'more operation')}", "dim")])
    return lines


def _others(anomalies: Iterable[Anomaly]) -> list[Line]:
    kinds = Counter(clean(anomaly.type) for anomaly in list(anomalies)[1:])
    if not kinds:
        return []
    told = listed(
        [f"{number:,} {kind}" for kind, number in sorted(kinds.items(), key=lambda kind: (-kind[1], kind[0]))]
    )
    return [[("  and ", "dim"), (f"{count(kinds.total(), 'more anomaly', 'more anomalies')}: {told}", "dim")]]


def _wrapped(prose: str, most: int) -> list[Line]:
    lines: list[str] = []
    for paragraph in clean(prose).splitlines():
        lines += textwrap.wrap(paragraph, WIDTH - 4, break_on_hyphens=False)
    if len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1] + " …"]
    return [[(f"    {line}", "")] for line in lines]


def _models(classification: Classification, lattice: Lattice) -> list[Line]:
    """The border of the lattice: the strongest that hold and the weakest that do not."""
    unknown = [model for model, finding in classification.models.items() if finding.status is Status.UNKNOWN]
    found = (
        ("holds     ", "green", lattice.strongest_holding(classification)),
        ("violated  ", "red", lattice.weakest_violated(classification)),
        ("unknown   ", "yellow", lattice.in_order(unknown)),
    )
    if len(classification.models) < 2:
        return []
    lines: list[Line] = [[(word, style), (clean(listed(models, 8)), "")] for word, style, models in found if models]
    return [*lines, []]


def _audited(classification: Classification) -> list[Line]:
    """How much of the evidence was verified."""
    verified, unverified = (classification.statistics.get(name, 0) for name in (VERIFIED, UNVERIFIED))
    if not verified:
        return []
    rest = f", {unverified:,} more would take too long" if unverified else ""
    return [
        [
            ("audit   ", "dim"),
            (f"{count(int(verified), 'proof or anomaly', 'proofs and anomalies')} verified{rest}", ""),
        ]
    ]
