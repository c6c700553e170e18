"""One test of a campaign: run, ruled on, and put into a row that is the same wherever and whenever it runs."""

from __future__ import annotations

import enum
import shutil
import tempfile
from pathlib import Path
from typing import Any

import attrs

from checkers.models import ANOMALIES, implied_anomalies
from checkers.verdict import Classification, Status
from harness.execution import Prepared, RunError, execute, prepare
from harness.store import RunFolder
from harness.test import Test


class Ruling(enum.StrEnum):
    """What one test of a campaign says."""

    CLAIM_HELD = "claim held"
    CLAIM_VIOLATED = "claim violated"
    BUG_FOUND = "bug found"
    BUG_MISSED = "bug missed"
    UNKNOWN = "unknown"
    HARNESS_ERROR = "harness error"


EXPECTED = frozenset({Ruling.CLAIM_HELD, Ruling.BUG_FOUND})
KEPT = frozenset({Ruling.CLAIM_VIOLATED, Ruling.UNKNOWN, Ruling.HARNESS_ERROR})  # of the others the seed is enough

OF_CLAIM = {
    Status.HOLDS: Ruling.CLAIM_HELD,
    Status.VIOLATED: Ruling.CLAIM_VIOLATED,
    Status.UNKNOWN: Ruling.UNKNOWN,
    Status.NOT_TESTABLE: Ruling.UNKNOWN,
}


@attrs.frozen(kw_only=True)
class Row:
    """A test and its ruling. `folder` is where its run is kept, below the campaign's own folder."""

    number: int
    system: str
    bug: str | None
    workload: str
    claim: str
    nemesis: str
    seed: int
    ruling: Ruling
    because: str
    anomalies: tuple[str, ...]
    operations: int
    folder: str | None
    command: str


def run_trial(number: int, text: str, root: str) -> Row:
    """Run the test that `text` (TOML) describes; keep its run below `root` if there is something to look at."""
    test = Test.from_toml(text)
    prepared = prepare(test)
    with tempfile.TemporaryDirectory(dir=root, prefix=".trial-") as scratch:
        folder = RunFolder.create(Path(scratch) / "run", test)
        try:
            outcome = execute(prepared, folder)
        except RunError as error:
            return _kept(prepared, number, root, folder, Ruling.HARNESS_ERROR, str(error), None, 0)
        ruling = rule(prepared, outcome.classification)
        because = _because(prepared, outcome.classification)
        return _kept(prepared, number, root, folder, ruling, because, outcome.classification, len(outcome.history))


def rule(prepared: Prepared, classification: Classification) -> Ruling:
    """A system with a bug must show the bug's anomaly, or one that implies it; one without must keep its claim."""
    of_claim = OF_CLAIM[classification.status(prepared.claim)]
    if prepared.test.bug is None:
        return of_claim
    wanted = prepared.system.bugs[prepared.test.bug].anomaly
    if any(shows(anomaly.type, wanted) for anomaly in classification.anomalies):
        return Ruling.BUG_FOUND
    return Ruling.UNKNOWN if of_claim is Ruling.UNKNOWN else Ruling.BUG_MISSED


def shows(anomaly: str, wanted: str) -> bool:
    """Whether an anomaly is the wanted one, or in the catalogue implies it."""
    return wanted == anomaly or (anomaly in ANOMALIES and wanted in implied_anomalies(anomaly))


def _because(prepared: Prepared, classification: Classification) -> str:
    if classification.anomalies:
        return classification.anomalies[0].explanation
    finding = classification.models.get(prepared.claim)
    return finding.because if finding else f"nothing was found out about {prepared.claim}"


def _kept(
    prepared: Prepared,
    number: int,
    root: str,
    folder: RunFolder,
    ruling: Ruling,
    because: str,
    classification: Classification | None,
    operations: int,
) -> Row:
    test = prepared.test
    kept = None
    if ruling in KEPT:
        kept = f"runs/{number:05d}-{test.hash}"
        target = Path(root) / kept
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(exist_ok=True)
        folder.path.rename(target)
    types: dict[str, Any] = (
        dict.fromkeys(anomaly.type for anomaly in classification.anomalies) if classification else {}
    )
    return Row(
        number=number,
        system=test.system,
        bug=test.bug,
        workload=test.workload,
        claim=prepared.claim,
        nemesis="+".join(test.nemesis) or "none",
        seed=test.seed,
        ruling=ruling,
        because=because,
        anomalies=tuple(types),
        operations=operations,
        folder=kept,
        command=test.command(),
    )
