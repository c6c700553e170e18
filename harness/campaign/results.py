"""The rows of a campaign as a table, as JSON, as JUnit XML, and which seed found which bug first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import cattrs
import msgspec

from harness.campaign.conduct import counts
from harness.campaign.plan import Campaign
from harness.campaign.trial import EXPECTED, Row, Ruling, shows
from harness.systems import load_system

WORST_FIRST = (
    Ruling.HARNESS_ERROR,
    Ruling.CLAIM_VIOLATED,
    Ruling.BUG_MISSED,
    Ruling.UNKNOWN,
    Ruling.CLAIM_HELD,
    Ruling.BUG_FOUND,
)

Combination = tuple[str, str, str, str, str]


@attrs.frozen(kw_only=True)
class Cell:
    """All seeds of one combination of system, bug, workload, claim and nemesis."""

    system: str
    bug: str
    workload: str
    claim: str
    nemesis: str
    rows: tuple[Row, ...]

    @property
    def anomalies(self) -> tuple[str, ...]:
        """The types of anomalies seen with any seed, the most frequent first."""
        seen: dict[str, int] = {}
        for row in self.rows:
            for anomaly in row.anomalies:
                seen[anomaly] = seen.get(anomaly, 0) + 1
        return tuple(sorted(seen, key=lambda anomaly: (-seen[anomaly], anomaly)))

    @property
    def ruling(self) -> Ruling:
        """All seeds together: a bug is found once any seed finds it, a claim violated once any seed violates it."""
        rulings = {row.ruling for row in self.rows}
        if self.first is not None:
            rulings.discard(Ruling.BUG_MISSED)
        return next(ruling for ruling in WORST_FIRST if ruling in rulings)

    @property
    def first(self) -> Row | None:
        """The first seed that found the bug."""
        return next((row for row in self.rows if row.ruling is Ruling.BUG_FOUND), None)


def cells(rows: Iterable[Row]) -> tuple[Cell, ...]:
    """The rows by combination, in their order."""
    grouped: dict[Combination, list[Row]] = {}
    for row in rows:
        grouped.setdefault((row.system, row.bug or "", row.workload, row.claim, row.nemesis), []).append(row)
    return tuple(
        Cell(system=system, bug=bug, workload=work, claim=claim, nemesis=nemesis, rows=tuple(group))
        for (system, bug, work, claim, nemesis), group in grouped.items()
    )


def document(campaign: Campaign, rows: Sequence[Row]) -> dict[str, Any]:
    """All of it as plain data: the same bytes for the same campaign, however often it was interrupted."""
    return {
        "format": 1,
        "campaign": campaign.hash,
        "counts": {str(ruling): count for ruling, count in counts(rows).items()},
        "rows": cattrs.unstructure(rows),
    }


def to_json(campaign: Campaign, rows: Sequence[Row]) -> bytes:
    """The document as JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(document(campaign, rows)), indent=1) + b"\n"


FAILURES = frozenset({Ruling.CLAIM_VIOLATED, Ruling.BUG_MISSED})


def to_text(rows: Sequence[Row]) -> str:
    """A line for each combination: how its seeds were ruled on, and the anomalies seen."""
    head = ("system", "workload", "claim or bug", "nemesis", "rulings", "anomalies")
    lines = [head, *map(_line, cells(rows))]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _line(cell: Cell) -> tuple[str, ...]:
    rulings = ", ".join(f"{count} {ruling}" for ruling, count in counts(cell.rows).items() if count)
    return (cell.system, cell.workload, cell.bug or cell.claim, cell.nemesis, rulings, ", ".join(cell.anomalies))


def to_junit(rows: Sequence[Row]) -> bytes:
    """One suite a combination, one case a seed; unknown is skipped, a harness error is an error."""
    suites = ET.Element("testsuites", name="fallacy campaign")
    for cell in cells(rows):
        name = " ".join(part for part in (cell.system, cell.bug, cell.workload, cell.nemesis) if part)
        suite = ET.SubElement(suites, "testsuite", name=name, tests=str(len(cell.rows)))
        tally = counts(cell.rows)
        suite.set("failures", str(sum(tally[ruling] for ruling in FAILURES)))
        suite.set("errors", str(tally[Ruling.HARNESS_ERROR]))
        suite.set("skipped", str(tally[Ruling.UNKNOWN]))
        for row in cell.rows:
            _case(suite, name, row)
    ET.indent(suites)
    return bytes(ET.tostring(suites, encoding="utf-8", xml_declaration=True)) + b"\n"


def _case(suite: ET.Element, name: str, row: Row) -> None:
    case = ET.SubElement(suite, "testcase", classname=name, name=f"seed {row.seed}")
    if row.ruling in EXPECTED:
        return
    tag = {Ruling.UNKNOWN: "skipped", Ruling.HARNESS_ERROR: "error"}.get(row.ruling, "failure")
    ET.SubElement(case, tag, message=str(row.ruling)).text = f"{_printable(row.because)}\n{row.command}"


def _printable(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)


def detections(rows: Iterable[Row]) -> list[Mapping[str, str]]:
    """For every bug that was looked for: the anomaly it shows, the first seed, and the operations of that run."""
    return [
        {
            "system": cell.system,
            "bug": cell.bug,
            "workload": cell.workload,
            "anomaly": ", ".join(shown(cell.first)) if cell.first else "not found",
            "first seed": str(cell.first.seed) if cell.first else f"none of {len(cell.rows)}",
            "operations": str(cell.first.operations) if cell.first else "",
        }
        for cell in cells(rows)
        if cell.bug
    ]


def shown(row: Row) -> list[str]:
    """Those of a run's anomalies that give its bug away."""
    wanted = load_system(row.system).bugs[row.bug or ""].anomaly
    return [anomaly for anomaly in row.anomalies if shows(anomaly, wanted)]


def markdown(table: Sequence[Mapping[str, str]]) -> str:
    """A table for a README."""
    if not table:
        return ""
    head = list(table[0])
    lines = [head, ["---"] * len(head), *([row[column] for column in head] for row in table)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
