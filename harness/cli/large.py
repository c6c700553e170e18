"""Journals of transactions that are too large to be held as operations: judged from arrays, with progress.

Every verdict is audited, as those on small journals are: from the same arrays, by methods that share nothing with the
checkers. Only the operations that a verdict speaks of are looked up in the journal afterwards.
"""

from __future__ import annotations

import mmap
import resource
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import attrs
import msgspec
import numpy as np
import rich_click as click

from checkers.budget import Budget
from checkers.models import Data
from checkers.transactions import check_columns
from checkers.transactions.audit import audit
from checkers.verdict import Audit, Classification
from harness.workloads.workload import borne_out
from histories import Event, History
from histories.event import NEMESIS
from histories.formats import detect
from histories.history import pair
from histories.operation import Outcome
from histories.transaction_stream import stream_transactions
from histories.transactions import APPEND, FOREVER, OUTCOMES, TransactionColumns

LARGE_BYTES: Final = 32_000_000
"""Journals from this size on are read into arrays."""


@attrs.frozen(kw_only=True)
class Excerpt(History):
    """Some operations of a history, which counts them all."""

    counts: Mapping[Outcome, int] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return sum(self.counts.values())

    def count(self, outcome: Outcome) -> int:
        """How many operations ended so."""
        return self.counts.get(outcome, 0)


def large_journal(path: Path, format_name: str) -> TransactionColumns | None:
    """The transactions of a large journal that holds nothing else, None if it is none. Tells of its progress."""
    size = path.stat().st_size
    if size < LARGE_BYTES or "journal" not in (format_name, format_name == "auto" and detect(path).format.name):
        return None
    began = time.perf_counter()
    with click.progressbar(length=size, label=f"reading {path}", file=sys.stderr) as bar:
        columns = stream_transactions(path, progress=lambda position: bar.update(position - bar.pos))
    if columns is not None:
        _tell(f"{len(columns):,} transactions read in {time.perf_counter() - began:.1f} s")
    return columns


def data_of(columns: TransactionColumns) -> Data:
    """What the transactions read and write, as the name of a workload."""
    return Data.LIST_APPEND if bool((columns.kind == APPEND).any()) else Data.RW_REGISTER


def judged(columns: TransactionColumns, data: Data, budget: Budget) -> Classification:
    """The verdict, audited; its statistics say how much memory the process took.

    Raises `AuditError` where the evidence is wrong.
    """
    _tell("judging")
    began = time.perf_counter()
    classification = check_columns(columns, data, budget)
    _tell(f"judged in {time.perf_counter() - began:.1f} s")
    classification = borne_out(classification, _audited(columns, classification))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    _tell(f"{memory:,} MB of memory at most")
    return attrs.evolve(classification, statistics={**classification.statistics, "memory at most, MB": memory})


def _audited(columns: TransactionColumns, classification: Classification) -> Audit:
    _tell("auditing")
    began = time.perf_counter()
    wrong = audit(columns, classification)
    _tell(f"audited in {time.perf_counter() - began:.1f} s")
    proofs = {id(finding.certificate) for finding in classification.models.values() if finding.certificate}
    return Audit(verified=max(0, len(classification.anomalies) + len(proofs) - len(wrong)), wrong=tuple(wrong))


def excerpt(path: Path, columns: TransactionColumns, classification: Classification) -> Excerpt:
    """The operations that a verdict speaks of, and the last one; all faults; and how many operations there are."""
    spoken = {index for anomaly in classification.anomalies for index in anomaly.operations}
    end = np.where(columns.end == FOREVER, columns.index, columns.end)
    rows = np.flatnonzero(np.isin(columns.index, list(spoken)))
    rows = np.union1d(rows, np.argmax(end, keepdims=True)) if len(columns) else rows
    wanted = {*columns.index[rows].tolist(), *columns.end[rows].tolist()} - {FOREVER}
    found = pair(_events(path, wanted), source=str(path), torn=columns.torn)
    ended = np.bincount(columns.outcome, minlength=len(OUTCOMES)).tolist()
    counts = dict(zip(OUTCOMES, ended, strict=True))
    return Excerpt(operations=found.operations, faults=found.faults, source=str(path), torn=columns.torn, counts=counts)


def _events(path: Path, wanted: set[int]) -> Iterator[tuple[int, Event]]:
    """The events at some positions of a journal that this project wrote, and those of the nemesis."""
    decode = msgspec.json.Decoder(Event).decode
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
        begins = {*_begins(text, wanted), *_begins_of_faults(text)}
        for number, begin in enumerate(sorted(begins), start=1):
            yield number, decode(text[begin : text.find(b"\n", begin)])


def _begins(text: mmap.mmap, wanted: set[int]) -> Iterator[int]:
    """Where the lines of some positions begin."""
    begin = 0
    for position in sorted(wanted):
        head = b'{"index":%d,' % position
        begin = 0 if text[: len(head)] == head else text.find(b"\n" + head, begin) + 1
        yield begin


def _begins_of_faults(text: mmap.mmap) -> Iterator[int]:
    """Where the lines of the nemesis begin."""
    at = text.find(_OF_NEMESIS)
    while at >= 0:
        begin = text.rfind(b"\n", 0, at) + 1
        if at - begin < _HEAD_BYTES:
            yield begin
        at = text.find(_OF_NEMESIS, at + 1)


_OF_NEMESIS: Final = f'"process":"{NEMESIS}"'.encode()
_HEAD_BYTES: Final = 120  # by then the process has been named


def _tell(text: str) -> None:
    click.echo(text, err=True)
