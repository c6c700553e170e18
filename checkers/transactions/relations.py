"""Why one transaction comes before another: the edges that follow from the known order of versions.

ww, wr and rw as Adya (1999) has them, but each to the next version only: the rest follows. Versions whose order is
not known come after the known ones of their key. So everybody who read the last known version comes before each of
them: pairs, or where there would be too many pairs, through an auxiliary vertex.

Session order: from each ok transaction to the next of its process. Real time: one auxiliary vertex for each moment
at which a transaction began after others had completed, in a row; three edges a transaction at any concurrency.
Nothing follows a transaction that has no ok completion.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, Mask
from checkers.transactions.conditions import Order
from checkers.transactions.edges import Edges, Type, joined
from histories.codes import ranges
from histories.transactions import OK, TransactionColumns

PAIRS_MAX: Final = 4
"""An auxiliary vertex replaces more than so many edges for each vertex that they join."""


def dependencies(accesses: Accesses) -> list[Edges]:
    """The ww, wr and rw edges that follow from the known order of versions, in parts."""
    last = np.flatnonzero(~accesses.free[1:] & (accesses.version_key[1:] == accesses.version_key[:-1]))
    begins = np.where(accesses.known > 0, accesses.first[:-1], INITIAL)
    rows = np.arange(len(accesses.columns))
    parts = _neighbours(accesses, rows, last, last + 1, begins)
    return [*parts, _over_the_end(accesses, rows), *_reads_of_the_end(accesses, rows)]


def total_dependencies(accesses: Accesses, sequence: Ints) -> list[Edges]:
    """The ww, wr and rw edges of an order of all versions, which `sequence` lists key by key, in parts."""
    same = accesses.version_key[1:] == accesses.version_key[:-1]
    begins = np.append(sequence, INITIAL)[np.where(np.diff(accesses.first) > 0, accesses.first[:-1], INITIAL)]
    rows = np.arange(len(accesses.columns))
    return _neighbours(accesses, rows, sequence[:-1][same], sequence[1:][same], begins)


def _neighbours(accesses: Accesses, rows: Ints, before: Ints, after: Ints, begins: Ints) -> list[Edges]:
    """Ww between neighbouring versions, wr, and rw from the readers of each version to the writer of the next.

    `begins` is the first version of each key, INITIAL where there is none.
    """
    writer, reader = accesses.writer, accesses.reader
    reading = np.flatnonzero(accesses.version >= 0)
    version = accesses.version[reading]
    following = np.full(len(writer) + len(begins), INITIAL)
    following[before], following[len(writer) :] = after, begins
    over = following[np.where(accesses.version >= 0, accesses.version, len(writer) + accesses.read_key)]
    if accesses.open_reads is not None:
        over[accesses.open_reads.read] = INITIAL
    reads = np.flatnonzero(over >= 0)
    over = over[reads]
    others = writer[over] != reader[reads]
    reads, over = reads[others], over[others]
    return [
        Edges.make(rows, Type.WW, writer[before], writer[after], before, after),
        Edges.make(rows, Type.WR, writer[version], reader[reading], version, reading),
        Edges.make(rows, Type.RW, reader[reads], writer[over], reads, over),
    ]


def _over_the_end(accesses: Accesses, rows: Ints) -> Edges:
    """Ww from the last known version of each key to all free ones."""
    free = np.flatnonzero(accesses.free)
    end = accesses.end[accesses.version_key[free]]
    counts = (end >= 0) & (accesses.writer[end] != accesses.writer[free])
    free, end = free[counts], end[counts]
    return Edges.make(rows, Type.WW, accesses.writer[end], accesses.writer[free], end, free)


def _reads_of_the_end(accesses: Accesses, rows: Ints) -> list[Edges]:
    """Rw from the readers of the last known version of each key to the writers of all free ones."""
    loose = np.diff(accesses.first) - accesses.known
    reads = np.flatnonzero((accesses.version == accesses.end[accesses.read_key]) & (loose[accesses.read_key] > 0))[::-1]
    if accesses.item is None:
        return _reads_over(accesses, rows, reads, loose, len(rows))
    parts = _reads_over(accesses, rows, reads[accesses.item[reads]], loose, len(rows))
    vertices = max(part.vertices for part in parts)
    return [*parts, *_reads_over(accesses, rows, reads[~accesses.item[reads]], loose, vertices)]


def _reads_over(accesses: Accesses, rows: Ints, reads: Ints, loose: Ints, vertices: int) -> list[Edges]:
    """The same for some of the reads, the last ones first; new auxiliary vertices begin at `vertices`."""
    code = accesses.read_key[reads] * len(rows) + accesses.reader[reads]
    reads = reads[np.unique(code, return_index=True)[1]]  # by key, and the last of each transaction, which says most
    readers = np.bincount(accesses.read_key[reads], minlength=len(loose))
    many = readers * loose > PAIRS_MAX * (readers + loose)
    few = reads[~many[accesses.read_key[reads]]]
    size = loose[accesses.read_key[few]]
    over = ranges((accesses.first[:-1] + accesses.known)[accesses.read_key[few]], size)
    few = np.repeat(few, size)
    others = accesses.reader[few] != accesses.writer[over]
    few, over = few[others], over[others]
    parts = [Edges.make(rows, Type.RW, accesses.reader[few], accesses.writer[over], few, over)]
    for number, key in enumerate(np.flatnonzero(many).tolist()):
        parts += _crowd(accesses, rows, vertices + 2 * number, key, reads[accesses.read_key[reads] == key])
    return parts


def _crowd(accesses: Accesses, rows: Ints, vertex: int, key: int, reads: Ints) -> list[Edges]:
    """The edges from many readers of the end of a key to its many free writers, by way of two vertices.

    Those who both read and write must not come before themselves: they pass through a vertex of their own to the
    others, and if there are several, in a ring through each other, for each of them comes before all the rest.
    """
    versions = np.arange(accesses.first[key] + accesses.known[key], accesses.first[key + 1])
    writers, readers = accesses.writer[versions], accesses.reader[reads]
    both_read, both_write = np.isin(readers, writers), np.isin(writers, readers)
    parts = []
    for auxiliary, into, out in (
        (vertex, reads[~both_read], versions),
        (vertex + 1, reads[both_read], versions[~both_write]),
    ):
        to, source = np.full(len(into), auxiliary), np.full(len(out), auxiliary)
        parts += [
            Edges.make(rows, Type.RW, accesses.reader[into], to, into, vertices=vertex + 2),
            Edges.make(rows, Type.RW_ON, source, accesses.writer[out], right=out),
        ]
    ring = reads[both_read]
    if len(ring) > 1:
        following = np.roll(accesses.reader[ring], -1)
        order = np.argsort(writers)
        over = versions[order][np.searchsorted(writers[order], following)]
        parts.append(Edges.make(rows, Type.RW, accesses.reader[ring], following, ring, over))
    return parts


def time_order(columns: TransactionColumns, committed: Mask, order: Order, vertices: int) -> Edges:
    """The edges of an order between committed transactions; new auxiliary vertices begin at `vertices`.

    Where the source does not tell real time, that is session order.
    """
    if order is Order.REALTIME and columns.real_time:
        return _real_time(columns, committed, vertices)
    session = _session(columns, committed)
    return session.where(np.arange(0)) if order is Order.NONE else session


def _session(columns: TransactionColumns, committed: Mask) -> Edges:
    return Edges.make(np.arange(len(columns)), Type.SESSION, *session_order(columns, committed))


def session_order(columns: TransactionColumns, committed: Mask) -> tuple[Ints, Ints]:
    """From each ok transaction to the next of its process, and to those of unknown fate before that."""
    chosen = np.flatnonzero(committed)
    chosen = chosen[np.argsort(columns.process[chosen], kind="stable")]
    last = np.maximum.accumulate(np.where(columns.outcome[chosen] == OK, np.arange(len(chosen)), -1))
    before = np.append(-1, last)[: len(chosen)]
    follows = np.flatnonzero(before >= 0)
    follows = follows[columns.process[chosen[follows]] == columns.process[chosen[before[follows]]]]
    return chosen[before[follows]], chosen[follows]


def _real_time(columns: TransactionColumns, committed: Mask, vertices: int) -> Edges:
    """From each ok transaction to all that began after it had completed, by way of a row of auxiliary vertices."""
    rows = np.arange(len(columns))
    ok, begun = np.flatnonzero(columns.outcome == OK), np.flatnonzero(committed)
    ok = ok[np.argsort(columns.end[ok])]
    completed = np.searchsorted(columns.end[ok], columns.index[begun])  # how many had, when each began: ascending
    begun, completed = begun[completed > 0], completed[completed > 0]
    new = np.append(True, completed[1:] > completed[:-1])[: len(completed)]
    moments, number = completed[new], vertices + np.cumsum(new) - 1
    entering = np.searchsorted(moments, np.arange(1, len(ok) + 1))
    ok, entering = ok[entering < len(moments)], entering[entering < len(moments)]
    row = vertices + np.arange(len(moments))
    return joined(
        [
            Edges.make(rows, Type.REALTIME, ok, vertices + entering, vertices=vertices + len(moments)),
            Edges.make(rows, Type.REALTIME_ON, row[:-1], row[1:]),
            Edges.make(rows, Type.REALTIME_ON, number, begun),
        ]
    )
