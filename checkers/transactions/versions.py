"""Versions and reads of lists and registers, put together as `Accesses`."""

from __future__ import annotations

import attrs
import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, Mask, committed, offsets
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from histories import HistoryError
from histories.transactions import APPEND, LIST, NIL, READ, WRITE, TransactionColumns


def list_keys(columns: TransactionColumns) -> Mask:
    """Which keys hold lists: those appended to, or read as lists.

    Raises `HistoryError` where a key is also used as a register, and where null is written.
    """
    found, register = np.zeros(len(columns.keys), dtype=bool), np.zeros(len(columns.keys), dtype=bool)
    found[columns.key[(columns.kind == APPEND) | (columns.value == LIST)]] = True
    register[columns.key[(columns.kind == WRITE) | ((columns.kind == READ) & (columns.value >= 0))]] = True
    for bad, problem in (
        (found & register, "expected a key to be a list or a register, found both uses of key"),
        (_null_written(columns), "expected no null to be written (it is the initial value), found it written to key"),
    ):
        if bad.any():
            raise HistoryError(f"{problem} {columns.keys[int(np.flatnonzero(bad)[0])]!r}", source=columns.source)
    return found


def _null_written(columns: TransactionColumns) -> Mask:
    found = np.zeros(len(columns.keys), dtype=bool)
    found[columns.key[(columns.kind != READ) & (columns.value == NIL)]] = True
    return found


@attrs.frozen(kw_only=True, eq=False)
class _Some:
    """Some versions, by key; `last` is the micro-operation that completed each."""

    key: Ints
    writer: Ints
    last: Ints


def accesses(columns: TransactionColumns, lists: Lists, registers: Registers) -> Accesses:
    """Everything that committed transactions left behind, and what they read of each other."""
    fate = committed(columns, lists.seen, registers.seen)
    chained, version_of_element = _chained(lists, fate)
    unread = lists.appends[lists.rank[lists.appends] < 0]
    key, author, written = last_writes(columns, np.concatenate([unread, registers.writing]), fate)
    free = _new(_Some(key=key, writer=author, last=written), chained, len(columns.keys))
    known = np.bincount(chained.key, minlength=len(columns.keys))
    loose = np.bincount(free.key, minlength=len(columns.keys))
    first = offsets(known + loose)
    chained_at = np.arange(len(chained.key)) + (offsets(loose)[:-1])[chained.key]
    free_at = np.arange(len(free.key)) + offsets(known)[1:][free.key]
    writer, last = np.empty(first[-1], dtype=np.int64), np.empty(first[-1], dtype=np.int64)
    for part, at in ((chained, chained_at), (free, free_at)):
        writer[at], last[at] = part.writer, part.last
    read_at, version = _merged(
        _list_reads(lists, chained, version_of_element, chained_at), _register_reads(registers, free, free_at, fate)
    )
    known[lists.key[lists.strays]] = 0
    return Accesses(
        columns=columns,
        committed=fate,
        first=first,
        known=known,
        writer=writer,
        written_at=last,
        reader=columns.transaction[read_at],
        read_at=read_at,
        version=version,
    )


def _chained(lists: Lists, fate: Mask) -> tuple[_Some, Ints]:
    """The versions in the chains, and for each element the last version up to it, INITIAL where there is none."""
    transaction = lists.columns.transaction
    stands = lists.chain >= 0
    stands[stands] = fate[transaction[lists.chain[stands]]]
    place = np.arange(len(lists.chain)) - lists.first[lists.chain_key]
    stands[stands] = lists.rank[lists.chain[stands]] == place[stands]
    element = np.flatnonzero(stands)
    key, writer = lists.chain_key[element], transaction[lists.chain[element]]
    begins = np.ones(len(element), dtype=bool)
    begins[1:] = (key[1:] != key[:-1]) | (writer[1:] != writer[:-1])
    ends = np.append(begins[1:], True)[: len(begins)]
    version = np.append(np.cumsum(begins) - 1, INITIAL)[np.cumsum(stands) - 1]
    found = _Some(key=key[begins], writer=writer[begins], last=lists.chain[element[ends]])
    version[np.append(found.key, -1)[version] != lists.chain_key] = INITIAL
    return found, version


def last_writes(columns: TransactionColumns, writing: Ints, fate: Mask) -> tuple[Ints, Ints, Ints]:
    """The last of these writes of each committed transaction to each key: key, writer and micro-operation.

    They are sorted by key and writer.
    """
    writing = writing[fate[columns.transaction[writing]]]
    writing = np.sort(writing, kind="stable")  # it is two ascending rows at most, which are merged
    writing = writing[np.argsort(columns.key[writing], kind="stable")]
    key, writer = columns.key[writing], columns.transaction[writing]
    last = np.append((key[1:] != key[:-1]) | (writer[1:] != writer[:-1]), True)[: len(key)]
    return key[last], writer[last], writing[last]


def _new(free: _Some, chained: _Some, keys: int) -> _Some:
    """Those of some versions that are not the rest of the last one in the chain of their key."""
    if not len(chained.key):
        return free
    last = np.full(keys, -1)
    last[chained.key] = chained.writer
    new = last[free.key] != free.writer
    return _Some(key=free.key[new], writer=free.writer[new], last=free.last[new])


def _list_reads(lists: Lists, chained: _Some, version_of_element: Ints, at: Ints) -> tuple[Ints, Ints]:
    """The reads of lists: the micro-operation, and the version it found before the reader's own appends."""
    fine = np.flatnonzero(~lists.strays)
    version = np.append(version_of_element, INITIAL)[lists.last_element[fine]]
    own = np.append(chained.writer, -1)[version] == lists.columns.transaction[lists.reads[fine]]
    before = version[own] - 1
    version[own] = np.where(np.append(chained.key, -1)[before] == lists.key[fine][own], before, INITIAL)
    return lists.reads[fine], np.append(at, INITIAL)[version]


def _register_reads(registers: Registers, free: _Some, at: Ints, fate: Mask) -> tuple[Ints, Ints]:
    """The reads of registers that found what a committed transaction wrote, or nothing, and which version that was."""
    columns, source = registers.columns, registers.source
    counts = np.append(fate[columns.transaction], [False, True])[source] & ~registers.own  # GARBAGE, and NOBODY
    source, reads = (source, registers.reads) if counts.all() else (source[counts], registers.reads[counts])
    version_of = np.full(len(columns.kind) + 1, INITIAL)  # of each write, and in the end of nobody
    version_of[free.last] = at
    version = version_of[source]
    between = np.flatnonzero((version == INITIAL) & (source != INITIAL))
    if len(between):  # what was read there is not what its writer left behind
        code = free.key * len(columns) + free.writer
        wanted = columns.key[reads[between]] * len(columns) + columns.transaction[source[between]]
        version[between] = at[np.searchsorted(code, wanted)]
    return reads, version


def _merged(one: tuple[Ints, Ints], other: tuple[Ints, Ints]) -> tuple[Ints, Ints]:
    if not len(one[0]) or not len(other[0]):
        return one if len(one[0]) else other
    at, version = (np.concatenate(parts) for parts in zip(one, other, strict=True))
    order = np.argsort(at)
    return at[order], version[order]
