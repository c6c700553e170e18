"""What is wrong with reads of registers before any cycle is looked for.

Each search returns rows of micro-operations, one row an anomaly, in the order of the history.
"""

from __future__ import annotations

import numpy as np

from checkers.transactions import within
from checkers.transactions.accesses import Accesses, Ints
from checkers.transactions.list_anomalies import Rows, rows, twice_updated
from checkers.transactions.registers import GARBAGE, Registers
from checkers.transactions.within import Contradictions
from histories.transactions import FAIL, OK, READ


def register_anomalies(registers: Registers) -> list[tuple[str, Rows]]:
    """The anomalies that registers show without a graph, by name; lost updates apart, which make a cycle."""
    columns, reads, source = registers.columns, registers.reads, registers.source
    if not len(reads):
        return []
    failed = np.append((columns.outcome == FAIL)[columns.transaction], [False, False])  # GARBAGE, and NOBODY
    followed = np.full(len(failed), -1)
    before = within.earlier(columns, registers.writing)
    then = np.flatnonzero(before >= 0)
    followed[registers.writing[before[then]]] = registers.writing[then]
    aborted = np.flatnonzero(failed[source])
    early = np.flatnonzero((followed >= 0)[source] & ~failed[source] & ~registers.own)
    return [
        ("garbage-read", rows(reads[source == GARBAGE])),
        ("G1a", rows(reads[aborted], source[aborted])),
        ("G1b", rows(reads[early], source[early], followed[source[early]])),
    ]


def contradictions(registers: Registers) -> Contradictions:
    """Reads that contradict their own transaction."""
    columns = registers.columns
    at, before = _doubtful(registers, *_touches(registers))
    is_read = columns.kind[at] == READ
    read = np.searchsorted(registers.reads, at[is_read])
    own_source = np.full(len(at), -1)
    own_source[is_read] = np.where(registers.own[read], registers.source[read], -1)
    return within.of_registers(at, before, is_read, columns.value[at], own_source)


def _doubtful(registers: Registers, at: Ints, before: Ints) -> tuple[Ints, Ints]:
    """Of these micro-operations those of transactions and keys where something may be wrong, and what is before each.

    Nothing is wrong where each read finds what was read or written just before it, and nothing that comes only later.
    """
    columns, reads = registers.columns, registers.reads
    follows = np.flatnonzero((before >= 0) & (columns.kind[at] == READ))
    read, previous = at[follows], at[before[follows]]
    wrong = read[columns.value[read] != columns.value[previous]]
    wrong = np.append(wrong, reads[registers.own & (registers.source > reads)])
    if not len(wrong):
        return at[:0], before[:0]
    kept = np.flatnonzero(np.isin(within.codes(columns, at), within.codes(columns, wrong)))
    return at[kept], within.earlier(columns, at[kept])


def _touches(registers: Registers) -> tuple[Ints, Ints]:
    """The reads and writes of ok transactions, and what is before each on its key."""
    columns = registers.columns
    touched = np.zeros(len(columns.kind), dtype=bool)
    touched[registers.reads] = True
    touched[registers.writing] = (columns.outcome == OK)[columns.transaction[registers.writing]]
    at = np.flatnonzero(touched)
    return at, within.earlier(columns, at)


def lost_updates(registers: Registers, accesses: Accesses) -> Rows:
    """Reads of one version by two transactions that both write it afterwards: read, write, read, write."""
    at, before = _touches(registers)
    updates = np.flatnonzero((before >= 0) & (registers.columns.kind[at] != READ))
    updates = updates[registers.columns.kind[at[before[updates]]] == READ]
    return twice_updated(accesses, at[before[updates]], at[updates])
