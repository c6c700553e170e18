"""Reads that showed nothing of a row, though versions of it would have been shown, and others not.

Such a read found the initial version, or one of those that are not shown. It precedes the versions from the next that
would have been shown, in the order of the versions; those between would have changed nothing.
"""

from __future__ import annotations

import numpy as np

from checkers.transactions.accesses import INITIAL, OPEN, Accesses, Ints, OpenReads, offsets
from checkers.transactions.edges import Edges, Type
from checkers.transactions.registers import Registers
from checkers.transactions.rows import Rows
from checkers.transactions.versions import last_writes


def newer_from(accesses: Accesses, place: Ints) -> Ints:
    """For each read the place from which on versions are newer than what it found, given those of all versions.

    For a read that showed nothing, these are the ones from the next that it would have shown.
    """
    found = np.where(accesses.version < 0, 0, np.append(place, -1)[accesses.version] + 1)
    open_reads = accesses.open_reads
    if open_reads is not None:
        found[open_reads.read] = open_reads.next_shown(place, accesses.version[open_reads.read])
    return np.minimum(found, np.diff(accesses.first)[accesses.read_key])


def anti_dependencies(accesses: Accesses, rows: Ints, sequence: Ints, newer: Ints) -> Edges:
    """Rw from the open reads to the next version that each would have shown.

    `sequence` lists the versions key by key in their order, `newer` is what `newer_from` says.
    """
    reads = np.zeros(0, dtype=np.int64) if accesses.open_reads is None else accesses.open_reads.read
    at = accesses.first[accesses.read_key[reads]] + newer[reads]
    there = at < accesses.first[accesses.read_key[reads] + 1]
    reads, version = reads[there], sequence[at[there]]
    return Edges.make(rows, Type.RW, accesses.reader[reads], accesses.writer[version], reads, version)


def row_accesses(rows: Rows, registers: Registers) -> Accesses:
    """What committed transactions left behind of rows, and what they read of each other."""
    columns, fate = rows.columns, rows.committed
    key, writer, written_at = last_writes(columns, registers.writing, fate)
    first = offsets(np.bincount(key, minlength=len(columns.keys)))
    code = key * len(columns) + writer
    source = registers.source
    seen = np.flatnonzero(source >= 0)
    by = columns.transaction[source[seen]]
    seen = seen[fate[by] & (by != columns.transaction[registers.reads[seen]])]
    read_at = np.concatenate([registers.reads[seen], rows.misses])
    shown_code = columns.key[registers.reads[seen]] * len(columns) + columns.transaction[source[seen]]
    is_open = np.array([bool(hidden) for _, hidden in rows.candidates], dtype=bool)
    version = np.concatenate([np.searchsorted(code, shown_code), np.where(is_open, OPEN, INITIAL)])
    order = np.argsort(read_at)
    read_at, version = read_at[order], version[order]
    chosen = [candidates for candidates, counts in zip(rows.candidates, is_open.tolist(), strict=True) if counts]
    at = np.flatnonzero(version == OPEN)
    parts = [_versions(code, columns.key[read_at[at]] * len(columns), [pair[i] for pair in chosen]) for i in (0, 1)]
    return Accesses(
        columns=columns,
        committed=fate,
        first=first,
        known=np.zeros(len(columns.keys), dtype=np.int64),
        writer=writer,
        written_at=written_at,
        reader=columns.transaction[read_at],
        read_at=read_at,
        version=version,
        item=rows.item[read_at],
        open_reads=OpenReads(
            read=at, shown=parts[0][0], shown_first=parts[0][1], hidden=parts[1][0], hidden_first=parts[1][1]
        )
        if len(at)
        else None,
        origin=columns.origin,
    )


def _versions(code: Ints, key: Ints, writers: list[tuple[int, ...]]) -> tuple[Ints, Ints]:
    """The versions by some writers, end to end, and where those of each read begin; `key` is the base of codes."""
    counts = np.array([len(some) for some in writers], dtype=np.int64)
    flat = np.array([writer for some in writers for writer in some], dtype=np.int64)
    return np.searchsorted(code, np.repeat(key, counts) + flat), offsets(counts)
