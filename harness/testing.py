"""For the tests of a system of your own: one run as one assertion."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checkers.verdict import Status
from harness.execution import execute, prepare
from harness.report import verdict_text
from harness.store import RunFolder
from harness.telling import info_of_run
from harness.test import Test


def assert_claim_holds(folder: Path, **settings: Any) -> None:
    """Run the Test of these settings in a folder; `AssertionError` with the verdict in words unless its claim holds.

    An `unknown` is not a claim that holds. `RunError` if the run itself fails.
    """
    prepared = prepare(Test(**settings))
    outcome = execute(prepared, RunFolder.create(folder / prepared.test.hash, prepared.test))
    if outcome.status is not Status.HOLDS:
        info = info_of_run(prepared, outcome.history, outcome.classification, outcome.statistics)
        raise AssertionError(verdict_text(info, outcome.history, outcome.classification))
