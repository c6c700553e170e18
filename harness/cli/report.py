"""`fallacy report`: the report of a run again."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click

from checkers.budget import Budget
from checkers.verdict import Classification
from harness.cli.exits import BY_STATUS
from harness.cli.printing import print_verdict, tell_failures
from harness.execution import prepare
from harness.report import lattice_of_models, verdict_document, verdict_json, write_report
from harness.store import RunFolder, find_run
from harness.telling import info_of_run
from harness.test import Test, TestError
from histories import read_journal


@click.command("report")
@click.argument("run", metavar="RUN")
def command(run: str) -> int:
    """Judge the recorded history of RUN (the folder of a run) again, and write its verdict and report anew."""
    folder = find_run(Path(run))
    try:
        prepared = prepare(Test.from_toml(folder.test.read_text(encoding="utf-8")))
    except TestError as error:
        raise TestError(f"{folder.test}: {error}") from None
    history = read_journal(folder.history)
    classification = prepared.workload.judge(history, Budget())
    info = info_of_run(prepared, history, classification, _statistics(folder, classification))
    lattice = lattice_of_models()
    document = verdict_document(info, history, classification, lattice=lattice)
    folder.verdict.write_text(verdict_json(document), encoding="utf-8")
    tell_failures(folder, write_report(folder.path, info, history, classification, lattice=lattice))
    print_verdict(info, history, classification, folder.report)
    return BY_STATUS[info.validity]


def _statistics(folder: RunFolder, classification: Classification) -> dict[str, int]:
    """What the run itself counted, which only its first verdict knows, without what the checker counts anew."""
    try:
        recorded = json.loads(folder.verdict.read_bytes())["statistics"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: value for name, value in recorded.items() if name not in classification.statistics}
