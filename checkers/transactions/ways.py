"""Transactions that see another, and read a version of some key from before that one's: by ways of many steps.

Each search looks at a total order of versions without cycles of D, and returns all cases, as `Hits`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from checkers.transactions.accesses import Ints, Mask
from checkers.transactions.edges import Edges, Type
from checkers.transactions.graph import BITS_MAX, Graph
from checkers.transactions.sights import Hits
from checkers.transactions.situations import Situation
from checkers.transactions.steps import Steps, steps
from histories.codes import ranges


def single(situation: Situation) -> Hits:
    """Reads whose transaction depends by D on who overwrote what it read."""
    read = situation.suspect_reads
    version = situation.following(read)
    return _ways(situation, situation.forward, read[version >= 0], version[version >= 0], None)


def monotonic_view(situation: Situation) -> Hits:
    """Reads, where something earlier in their transaction depends by D on who overwrote what they read."""
    accesses, into = situation.accesses, situation.forward
    is_read = into.type == Type.WR
    at = np.empty(len(into), dtype=np.int64)
    at[is_read], at[~is_read] = accesses.read_at[into.right[is_read]], accesses.finished_at[into.right[~is_read]]
    at = accesses.moment(at)
    order = np.argsort(at, kind="stable")
    into, at = into.where(order), at[order]
    read = situation.suspect_reads
    version = situation.following(read)
    read, version = read[version >= 0], version[version >= 0]
    micro = accesses.moment(accesses.read_at[read])
    begins = np.searchsorted(at, accesses.moment(accesses.columns.first[accesses.reader[read]]))
    size = np.searchsorted(at, micro) - begins
    entries = into.where(ranges(begins, size))
    return _ways(situation, situation.forward, np.repeat(read, size), np.repeat(version, size), entries)


def among_updates(situation: Situation) -> Edges:
    """The edges between transactions that write something."""
    update = _writing(situation)
    return situation.cyclic.where(update[situation.cyclic.source] & update[situation.cyclic.target])


def _writing(situation: Situation) -> Mask:
    mask = np.zeros(situation.edges.vertices, dtype=bool)
    mask[situation.accesses.writer] = True
    return mask


def updates(situation: Situation) -> Hits:
    """Reads of read-only transactions that also read from who depends, in any way, on who overwrote those."""
    edges, update = situation.cyclic, _writing(situation)
    into = edges.where((edges.type == Type.WR) & ~update[edges.target])
    into = into.where(np.argsort(into.target, kind="stable"))
    out = edges.where((edges.type == Type.RW) & ~update[edges.source])
    begins = np.searchsorted(into.target, out.source)
    size = np.searchsorted(into.target, out.source, side="right") - begins
    entries = into.where(ranges(begins, size))
    return _ways(situation, among_updates(situation), np.repeat(out.left, size), np.repeat(out.right, size), entries)


def _ways(situation: Situation, edges: Edges, read: Ints, version: Ints, last: Edges | None) -> Hits:
    """The hits among these reads of versions before `version`: its writer reaches the reader by these edges.

    `last` gives for each read an edge into its transaction that must be the last; None where any may be.
    """
    graph = Graph(vertices=edges.vertices, source=edges.source, target=edges.target)
    goal = situation.accesses.reader[read] if last is None else last.source
    hit = graph.reaches(situation.accesses.writer[version], goal)
    read, version, goal = read[hit], version[hit], goal[hit]
    last = None if last is None else last.where(hit)
    return Hits(situation=situation, read=read, version=version, way=_Way(situation, graph, edges, version, goal, last))


class _Way:
    """The steps from the writer of the version of a hit to its goal, and the last one."""

    def __init__(
        self, situation: Situation, graph: Graph, edges: Edges, version: Ints, goal: Ints, last: Edges | None
    ) -> None:
        self._writer = situation.accesses.writer[version]
        self._graph, self._edges, self._goal, self._last = graph, edges, goal, last
        self._costs = (edges.type != Type.REALTIME_ON).astype(int).tolist()

    def __call__(self, number: int) -> tuple[Steps, int]:
        way, looked_at = self._graph.shortest_way(int(self._writer[number]), int(self._goal[number]), self._costs)
        if way is None:
            raise ValueError("expected a way where one was found, found none")
        ending = () if self._last is None else steps(self._last, [number])
        return (*steps(self._edges, way), *ending), looked_at


def causal(situation: Situation) -> Hits:
    """Reads whose transaction depends by wr, and session order if it counts, on who wrote a later version.

    What a transaction depends on is a whole number: a bit for each version, those of a key in a row by their places.
    It is passed on in topological order, for as many keys at a time as the memory allows.
    """
    accesses = situation.accesses
    edges = situation.cyclic.of(Type.WR, Type.SESSION)
    graph = Graph(vertices=edges.vertices, source=edges.source, target=edges.target)
    versions = situation.sequence[situation.suspects[accesses.writer[situation.sequence]]]
    width = max(64, BITS_MAX // max(1, int(situation.suspects.sum())))
    part = np.cumsum(np.bincount(accesses.version_key[versions], minlength=len(accesses.known))) // width
    hits = [
        hit
        for number in np.unique(part[accesses.version_key[versions]]).tolist()
        for hit in _in_the_past(situation, graph, versions[part[accesses.version_key[versions]] == number])
    ]
    read, version = np.array(hits, dtype=np.int64).reshape(-1, 2).T
    way = _Way(situation, graph, edges, version, accesses.reader[read], None)
    return Hits(situation=situation, read=read, version=version, way=way)


def _in_the_past(situation: Situation, graph: Graph, versions: Ints) -> Iterator[tuple[int, int]]:
    """Reads, and the last of these versions (in the order of their bits) that each depends on, if it is later."""
    own, reads = _bits(situation, versions), _segments(situation, versions)
    past: dict[int, int] = {}
    order = graph.order
    for vertex in order[np.isin(order, np.flatnonzero(situation.suspects))].tolist():
        seen = past.pop(vertex, 0)
        for read, low, high in reads.get(vertex, ()):
            later = seen >> low & (1 << high - low) - 1
            if later:
                yield read, int(versions[low + later.bit_length() - 1])
        seen |= own.get(vertex, 0)
        if seen:
            for edge in graph.successors.get(vertex, ()):
                target = int(graph.target[edge])
                past[target] = past.get(target, 0) | seen


def _bits(situation: Situation, versions: Ints) -> dict[int, int]:
    """For each writer the bits of its versions."""
    found: dict[int, int] = {}
    for bit, writer in enumerate(situation.accesses.writer[versions].tolist()):
        found[writer] = found.get(writer, 0) | 1 << bit
    return found


def _segments(situation: Situation, versions: Ints) -> dict[int, list[tuple[int, int, int]]]:
    """For each suspect its reads of the keys of these versions, with the bits of the versions after what they found."""
    accesses, reads = situation.accesses, situation.suspect_reads
    widest = int(situation.place.max(initial=0)) + 2
    code = accesses.version_key[versions] * widest + situation.place[versions] + 1
    low = np.searchsorted(code, accesses.read_key[reads] * widest + situation.newer_from[reads] + 1)
    high = np.searchsorted(code, (accesses.read_key[reads] + 1) * widest)
    found: defaultdict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for read, reader, begin, end in zip(
        reads.tolist(), accesses.reader[reads].tolist(), low.tolist(), high.tolist(), strict=True
    ):
        if begin < end:
            found[reader].append((read, begin, end))
    return found
