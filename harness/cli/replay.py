"""`fallacy replay`: a recorded test again."""

from __future__ import annotations

from pathlib import Path

import rich_click as click

from harness.cli.options import json_option, store_option
from harness.cli.running import run_and_tell
from harness.execution import prepare
from harness.store import Store, find_run
from harness.test import Test, TestError
from nemesis import schedule


@click.command("replay")
@click.argument("run", metavar="RUN")
@store_option
@json_option
def command(run: str, store: str, *, as_json: bool) -> int:
    """Run the test of RUN (the folder of a run) again, with the same faults, and say whether the bytes are the same."""
    recorded = find_run(Path(run))
    try:
        test = Test.from_toml(recorded.test.read_text(encoding="utf-8"))
        faults = schedule.from_toml(recorded.schedule.read_text(encoding="utf-8"))
    except (ValueError, TestError) as error:
        raise TestError(f"{recorded.path}: {error}") from None
    return run_and_tell(prepare(test, faults), Store(Path(store)), as_json=as_json, compare=recorded)
