"""`fallacy run`: one test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from harness.cli.options import json_option, store_option, test_options
from harness.cli.running import run_and_tell
from harness.execution import choose, prepare
from harness.store import Store
from harness.test import TestError
from nemesis import schedule as schedules


@click.command("run")
@test_options
@click.option("--schedule", metavar="FILE", help="faults written by hand (as schedule.toml has them), not drawn")
@store_option
@json_option
def command(schedule: str | None, store: str, *, as_json: bool, **settings: Any) -> int:
    """Run one test, judge it, and write its report.

    With no options: five replicas that keep the last write, under partitions and skewed clocks.
    """
    faults = None
    if schedule is not None:
        try:
            faults = schedules.from_toml(Path(schedule).read_text(encoding="utf-8"))
        except ValueError as error:
            raise TestError(f"{schedule}: {error}") from None
    return run_and_tell(prepare(choose(settings), faults), Store(Path(store)), as_json=as_json)
