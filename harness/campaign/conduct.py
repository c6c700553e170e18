"""Runs the trials of a campaign on an executor, and keeps every row as soon as it is there.

`progress.jsonl` takes each row as it is finished, in whatever order; a campaign that was interrupted, or killed,
goes on from there. The results are made from the rows in the order of the plan, so they do not show any of that.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

import attrs
import cattrs
import msgspec

from harness.campaign.plan import Campaign
from harness.campaign.trial import Row, Ruling, run_trial
from harness.test import Test, TestError

Progress = Callable[[int, int, Row | None], None]

TRIALS_PER_PROCESS = 200  # then a fresh process takes over, so that memory stays flat
AHEAD = 4  # trials handed out per worker: enough to keep it busy, few enough to forget at an interrupt

_converter = cattrs.Converter()


@attrs.frozen
class CampaignFolder:
    """Where a campaign keeps what it finds."""

    path: Path

    @property
    def plan(self) -> Path:
        """The campaign, as TOML."""
        return self.path / "campaign.toml"

    @property
    def progress(self) -> Path:
        """The rows so far, as JSON lines, in the order in which they were finished."""
        return self.path / "progress.jsonl"

    def open(self, campaign: Campaign) -> None:
        """Make it this campaign's; `TestError` if it is already another's, `OSError` if it cannot be written."""
        self.path.mkdir(parents=True, exist_ok=True)
        if self.plan.exists() and self.plan.read_text(encoding="utf-8") != campaign.to_toml():
            raise TestError(f"{self.path} holds another campaign: choose another --out, or remove it")
        self.plan.write_text(campaign.to_toml(), encoding="utf-8")
        for scratch in self.path.glob(".trial-*"):
            shutil.rmtree(scratch, ignore_errors=True)

    def rows(self) -> dict[int, Row]:
        """The rows so far, by number; a line that a kill left torn is dropped from the file."""
        if not self.progress.exists():
            return {}
        whole, _, _torn = self.progress.read_bytes().rpartition(b"\n")
        self.progress.write_bytes(whole + b"\n" if whole else b"")
        rows = [_converter.structure(msgspec.json.decode(line), Row) for line in whole.splitlines()]
        return {row.number: row for row in rows}

    def add(self, row: Row) -> None:
        """Keep one row."""
        with self.progress.open("ab") as file:
            file.write(msgspec.json.encode(_converter.unstructure(row)) + b"\n")


@contextmanager
def processes(jobs: int) -> Iterator[Executor]:
    """So many fresh processes; at an interrupt, what they have not begun is dropped."""
    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), max_tasks_per_child=TRIALS_PER_PROCESS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def conduct(
    campaign: Campaign, folder: CampaignFolder, executor: Executor, progress: Progress, *, jobs: int
) -> tuple[Row, ...]:
    """Run what is missing; all rows, in the order of the plan."""
    folder.open(campaign)
    trials = campaign.trials()
    rows = {number: row for number, row in folder.rows().items() if number < len(trials)}
    missing = [number for number in range(len(trials)) if number not in rows]
    progress(len(rows), len(trials), None)
    for row in _finished(trials, missing, folder, executor, jobs):
        folder.add(row)
        rows[row.number] = row
        progress(len(rows), len(trials), row)
    return tuple(rows[number] for number in range(len(trials)))


def _finished(
    trials: Sequence[Test], missing: Sequence[int], folder: CampaignFolder, executor: Executor, jobs: int
) -> Iterator[Row]:
    """Rows as they are finished, with never more than a few trials handed out at once."""
    waiting = iter(missing)
    running: set[Future[Row]] = set()

    def hand_out() -> None:
        for number in waiting:
            running.add(executor.submit(run_trial, number, trials[number].to_toml(), str(folder.path)))
            if len(running) >= AHEAD * jobs:
                return

    hand_out()
    while running:
        done, running_still = wait(running, return_when=FIRST_COMPLETED)
        running.clear()
        running.update(running_still)
        for future in done:
            yield future.result()
        hand_out()


def counts(rows: Sequence[Row]) -> Mapping[Ruling, int]:
    """How many rows there are of each ruling, in the order of the rulings."""
    return {ruling: sum(row.ruling is ruling for row in rows) for ruling in Ruling}
