"""When each transaction can have taken effect, and so which of two versions came first: a guess that is mostly right.

A transaction took effect between its invocation and its completion, after those whose versions it read and before
those that read its own. If it cannot have come after some read of a version of a key that it wrote, its own version is
older than the one that was read, and so is whoever read its own; that narrows the windows of all of them, and those
of the transactions that hang on them. When nothing more follows, transactions are put in the order of the middles of
their windows, which agrees with all that is known of their order.

This is how a register is judged in the time of a sort (Gibbons, Korach 1997), where transactions tie registers
together. Here it is a guess: what it misses is left to the solver, and what it finds is verified.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints, Mask
from checkers.transactions.edges import Edges, Type, joined
from checkers.transactions.schedule import ENDLESS, POSITION, Ends, put_off
from histories.transactions import FOREVER

ROUNDS_MAX: Final = 20
"""So many times windows are narrowed."""


class Windows:
    """The earliest and the latest moment of each vertex of a graph of transactions and auxiliary vertices.

    `source` and `target` are the ends of the edges that real time does not imply. `hints` are those that follow from
    the windows: ww and rw.
    """

    def __init__(self, accesses: Accesses, vertices: int, source: Ends, target: Ends) -> None:
        self._accesses = accesses
        self._source, self._target = source, target
        columns = accesses.columns
        self._low, self._high = np.zeros(vertices, dtype=np.int64), np.full(vertices, ENDLESS)
        self._low[: len(columns)] = columns.index * POSITION
        in_time = np.flatnonzero(columns.end < FOREVER)
        self._high[in_time] = columns.end[in_time] * POSITION - 1
        self._whole = self._low, self._high
        self.hints = self._updates(vertices)
        self._narrow()

    def _updates(self, vertices: int) -> Edges:
        """From the readers of versions to those who read them and wrote the key: that came later."""
        accesses, reads = self._accesses, self._reads
        count = len(accesses.columns)
        code = accesses.version_key * count + accesses.writer
        order = np.argsort(code)
        wanted = accesses.read_key[reads] * count + accesses.reader[reads]
        own = order[np.minimum(np.searchsorted(code[order], wanted), len(order) - 1)] if len(order) else reads[:0]
        updates = np.flatnonzero(code[own] == wanted)
        following = np.full(len(accesses.writer), INITIAL)
        following[accesses.version[reads[updates]]] = own[updates]
        over = following[accesses.version[reads]]
        known = (over >= 0) & (accesses.writer[over] != accesses.reader[reads])
        read, over = reads[known], over[known]
        rows = np.arange(count)
        return Edges.make(rows, Type.RW, accesses.reader[read], accesses.writer[over], read, over, vertices=vertices)

    def agreeing(self, chosen: Edges) -> Edges:
        """The hints that do not say the contrary of these edges."""
        count = len(self._accesses.writer)
        ww = chosen.of(Type.WW)
        earlier = self.hints.left.copy()
        is_rw = self.hints.type == Type.RW
        earlier[is_rw] = self._accesses.version[earlier[is_rw]]
        return self.hints.where(~np.isin(self.hints.right * count + earlier, ww.left * count + ww.right))

    def order(self, edges: Edges | None = None) -> Ints | None:
        """All vertices in an order that agrees with these edges, or with the hints; None if none was found."""
        low, high = self._low, self._high
        if edges is not None:
            low, high = (each.copy() for each in self._whole)
            source, target = np.append(self._source, edges.source), np.append(self._target, edges.target)
            if not _narrowed(low, high, source, target):
                return None
        return np.argsort(low + high, kind="stable")

    def _narrow(self) -> None:
        """Narrow the windows by what follows from them, while anything does."""
        hints = self.hints
        for _ in range(ROUNDS_MAX):
            low, high = self._low.copy(), self._high.copy()
            source, target = np.append(self._source, hints.source), np.append(self._target, hints.target)
            if not _narrowed(low, high, source, target):
                break
            self._low, self._high, self.hints = low, high, hints
            new = self._forced()
            if not len(new):
                return
            hints = joined([hints, new])

    def _forced(self) -> Edges:
        """New edges between the writers and readers of neighbouring versions whose order follows from the windows."""
        writer, reader, reads = self._accesses.writer, self._accesses.reader, self._reads
        version = self._accesses.version[reads]
        latest = self._low[writer]
        np.maximum.at(latest, version, self._low[reader[reads]])  # until when each version was surely there
        rank = np.empty(len(self._low), dtype=np.int64)
        rank[np.argsort(self._low + self._high, kind="stable")] = np.arange(len(rank))
        sequence = np.argsort(self._accesses.version_key * len(rank) + rank[writer])
        same = self._accesses.version_key[sequence[1:]] == self._accesses.version_key[sequence[:-1]]
        before, after = sequence[:-1][same], sequence[1:][same]
        onwards = self._high[writer[before]] <= latest[after]
        back = ~onwards & (self._high[writer[after]] <= latest[before])
        parts = []
        for first, then in ((before[onwards], after[onwards]), (after[back], before[back])):
            following = np.full(len(writer), INITIAL)
            following[first] = then
            read = reads[following[version] >= 0]
            over = following[self._accesses.version[read]]
            parts += [
                Edges.make(self.hints.rows, Type.WW, writer[first], writer[then], first, then),
                Edges.make(self.hints.rows, Type.RW, reader[read], writer[over], read, over),
            ]
        found = joined(parts)
        return found.where(self._tells(found.source, found.target))

    @cached_property
    def _reads(self) -> Ints:
        return np.flatnonzero(self._accesses.version >= 0)

    def _tells(self, source: Ints, target: Ints) -> Mask:
        """Which of these edges narrow a window."""
        later = (self._low[source] >= self._low[target]) | (self._high[source] >= self._high[target])
        return later & (source != target)


def _narrowed(low: Ints, high: Ints, source: Ends, target: Ends) -> bool:
    """Narrow windows in place; False if some window is empty, or it takes too long."""
    if not put_off(low, source, target):
        return False
    early = -high
    if not put_off(early, target, source):
        return False
    high[:] = -early
    return bool((low <= high).all())
