"""`fallacy report`: the report of a run again."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click

from harness.cli.exits import BY_STATUS
from harness.cli.printing import print_verdict
from harness.execution import judge, prepare
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
    classification = judge(history, prepared.workload, _statistics(folder))
    info = info_of_run(prepared, history, classification, prepared.test.command())
    lattice = lattice_of_models()
    document = verdict_document(info, history, classification, lattice=lattice)
    folder.verdict.write_text(verdict_json(document), encoding="utf-8")
    for failure in write_report(folder.path, info, history, classification, lattice=lattice):
        click.echo(f"fallacy: {failure}", err=True)
    print_verdict(info, history, classification, folder.report)
    return BY_STATUS[info.validity]


def _statistics(folder: RunFolder) -> dict[str, int]:
    """What the run counted, which only its first verdict has."""
    try:
        return dict(json.loads(folder.verdict.read_bytes())["statistics"])
    except (OSError, ValueError, KeyError):
        return {}
