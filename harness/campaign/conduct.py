"""Runs the trials of a campaign on an executor, and keeps every row as soon as it is there.

`progress.jsonl` takes each row as it is finished, in whatever order; a campaign that was interrupted, or killed,
goes on from there. The results are made from the rows in the order of the plan, so they do not show any of that.
"""

from __future__ import annotations

import itertools
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
    search = Search(trials, folder.rows(), until_found=campaign.until_found)
    progress(search.decided, len(trials), None)
    running: set[Future[Row]] = set()
    waiting = search.missing()
    while True:
        for number in itertools.islice(waiting, AHEAD * jobs - len(running)):
            running.add(executor.submit(run_trial, number, trials[number].to_toml(), str(folder.path)))
        if not running:
            return search.result()
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            row = future.result()
            folder.add(row)
            search.add(row)
            progress(search.decided, len(trials), row)


class Search:
    """Which trials have their rows, and which need none: seeds after the first that found a bug, if so wished."""

    def __init__(self, trials: Sequence[Test], rows: Mapping[int, Row], *, until_found: bool) -> None:
        self._trials = trials
        self._rows: dict[int, Row] = {}
        self._until_found = until_found
        self._found: dict[Test, int] = {}
        for row in rows.values():
            self.add(row)

    def add(self, row: Row) -> None:
        """Take a row into account."""
        self._rows[row.number] = row
        if self._until_found and row.ruling is Ruling.BUG_FOUND:
            question = self._question(row.number)
            self._found[question] = min(row.number, self._found.get(question, row.number))

    def missing(self) -> Iterator[int]:
        """The numbers of the trials to run, each when it is asked for."""
        return (number for number in range(len(self._trials)) if number not in self._rows and self._wanted(number))

    @property
    def decided(self) -> int:
        """How many trials have a row or need none."""
        return sum(number in self._rows or not self._wanted(number) for number in range(len(self._trials)))

    def result(self) -> tuple[Row, ...]:
        """The rows that count, in the order of the plan."""
        return tuple(self._rows[number] for number in range(len(self._trials)) if self._wanted(number))

    def _wanted(self, number: int) -> bool:
        return not self._found or number <= self._found.get(self._question(number), number)

    def _question(self, number: int) -> Test:
        return attrs.evolve(self._trials[number], seed=0)


def counts(rows: Sequence[Row]) -> Mapping[Ruling, int]:
    """How many rows there are of each ruling, in the order of the rulings."""
    return {ruling: sum(row.ruling is ruling for row in rows) for ruling in Ruling}
