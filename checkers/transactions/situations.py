"""What a rule is tried on: the transactions with an order of the versions, known or assumed, and an order of time."""

from __future__ import annotations

from functools import cached_property

import attrs
import numpy as np

from checkers.transactions.accesses import Accesses, Ints, Mask
from checkers.transactions.edges import Edges, Type
from checkers.transactions.graph import Graph
from checkers.transactions.open_reads import newer_from


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Situation:
    """The edges of one model's graph, and the place of each version among those of its key.

    Where some order of the versions is not known, the places of free versions mean nothing.
    """

    accesses: Accesses
    edges: Edges
    place: Ints

    @cached_property
    def graph(self) -> Graph:
        """All edges."""
        return Graph(vertices=self.edges.vertices, source=self.edges.source, target=self.edges.target)

    @cached_property
    def cyclic(self) -> Edges:
        """The edges that lie on a cycle: only these can break a rule."""
        return self.edges.where(self.graph.inside)

    @cached_property
    def suspects(self) -> Mask:
        """The transactions on a cycle."""
        mask = np.zeros(self.edges.vertices, dtype=bool)
        mask[self.cyclic.source] = True
        return mask[: len(self.edges.rows)]

    @cached_property
    def suspect_reads(self) -> Ints:
        """The reads of the suspects."""
        return np.flatnonzero(self.suspects[self.accesses.reader])

    @cached_property
    def forward(self) -> Edges:
        """D, as far as it lies on cycles of all edges."""
        return self.cyclic.of(Type.WW, Type.WR, Type.SESSION, Type.REALTIME, Type.REALTIME_ON)

    @cached_property
    def sequence(self) -> Ints:
        """The versions, key by key, in their places."""
        sequence = np.empty(len(self.place), dtype=np.int64)
        sequence[self.accesses.first[self.accesses.version_key] + self.place] = np.arange(len(self.place))
        return sequence

    @cached_property
    def _codes(self) -> tuple[Ints, Ints]:
        code = self.accesses.version_key * len(self.accesses.columns) + self.accesses.writer
        order = np.argsort(code)
        return code[order], order

    def version_by(self, writer: Ints, key: Ints) -> Ints:
        """The version of each key by each writer, -1 where it wrote none."""
        codes, order = self._codes
        if not len(codes):
            return np.full(len(writer), -1)
        wanted = key * len(self.accesses.columns) + writer
        at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
        return np.where(codes[at] == wanted, order[at], -1)

    @cached_property
    def newer_from(self) -> Ints:
        """For each read the place from which on versions of its key are newer than what it found."""
        return newer_from(self.accesses, self.place)

    def later(self, reads: Ints, version: Ints) -> Mask:
        """Whether each version, of the same key, is newer than what was read."""
        mask: Mask = self.place[version] >= self.newer_from[reads]
        return mask

    def next_shown(self, read: int) -> int:
        """The first version that an open read would have shown, after the one it found; -1 for other reads."""
        accesses = self.accesses
        if accesses.open_reads is None or read not in accesses.open_reads.number:
            return -1
        return int(self.sequence[accesses.first[accesses.read_key[read]] + self.newer_from[read]])

    def following(self, reads: Ints) -> Ints:
        """For each read the first version newer than what it found; -1 where none is, or it is the reader's own."""
        accesses = self.accesses
        key = accesses.read_key[reads]
        at = accesses.first[key] + self.newer_from[reads]
        found = np.where(at < accesses.first[key + 1], np.append(self.sequence, -1)[at], -1)
        return np.where(np.append(accesses.writer, -1)[found] == accesses.reader[reads], -1, found)
