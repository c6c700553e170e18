"""Models as graphs of moments: a history satisfies one if the moments of its transactions can be put in a row.

    SERIAL    one moment a transaction: it takes effect at once. Serializability; with the right choice of edges also
              read committed (ww, wr) and read uncommitted (ww).
    SNAPSHOT  a start and a commit: reads are from the start, ww says that one commits before the other starts.
              Snapshot isolation: a cycle is one without two adjacent rw (Fekete et al. 2005; Cerone, Gotsman 2016).
    PREFIX    the same, but ww orders commits only: consistent prefix.
    READS     a commit, and before it a moment for each read, in the order of the program: monotonic snapshot reads
              (Adya 1999, PL-MSR).

In each, real time and session order say that one commits before the other starts.
"""

from __future__ import annotations

import enum
from functools import cached_property

import attrs
import numpy as np

from checkers.transactions.accesses import Ints
from checkers.transactions.edges import Edges, Type
from checkers.transactions.graph import Graph

WITHIN = -1
"""An edge between two moments of one transaction."""


class Layout(enum.Enum):
    """Which moments a transaction has."""

    SERIAL = enum.auto()
    SNAPSHOT = enum.auto()
    PREFIX = enum.auto()
    READS = enum.auto()


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Moments:
    """A graph of moments. Its vertices up to `edges.vertices` are commits (SERIAL: all there is) and auxiliary ones.

    `origin` tells for each edge of the graph which of `edges` it stands for, or WITHIN.
    """

    edges: Edges
    graph: Graph
    origin: Ints

    @classmethod
    def of(cls, edges: Edges, layout: Layout, event: Ints | None = None) -> Moments:
        """The moments of the transactions that these edges join, and what the edges say of them.

        `event` gives for each read the first of those that happen at the same moment; None if each has its own.
        """
        if layout is Layout.SERIAL:
            graph = Graph(vertices=edges.vertices, source=edges.source, target=edges.target)
            return cls(edges=edges, graph=graph, origin=np.arange(len(edges)))
        return _reads(edges, event) if layout is Layout.READS else _snapshots(edges, prefix=layout is Layout.PREFIX)

    @cached_property
    def cyclic(self) -> Ints:
        """The edges that lie on a cycle."""
        found = self.origin[self.graph.inside]
        return np.unique(found[found >= 0])

    @cached_property
    def core(self) -> Moments:
        """The same without what lies on no cycle."""
        inside = self.graph.inside
        if inside.all():
            return self
        ends = np.concatenate([self.graph.source[inside], self.graph.target[inside]])
        kept, ends = np.unique(ends, return_inverse=True)
        source, target = np.split(ends, 2)
        graph = Graph(vertices=len(kept), source=source, target=target)
        return Moments(edges=self.edges, graph=graph, origin=self.origin[inside])

    @cached_property
    def costs(self) -> list[int]:
        """What each edge of the graph adds to the length of a cycle."""
        free = np.isin(np.append(self.edges.type, Type.RW_ON)[self.origin], (Type.RW_ON, Type.REALTIME_ON))
        costs: list[int] = (~free).astype(int).tolist()
        return costs


def _moments(edges: Edges, vertices: int, source: Ints, target: Ints, inner: tuple[Ints, Ints]) -> Moments:
    return Moments(
        edges=edges,
        graph=Graph(vertices=vertices, source=np.append(source, inner[0]), target=np.append(target, inner[1])),
        origin=np.append(np.arange(len(edges)), np.full(len(inner[0]), WITHIN)),
    )


def _snapshots(edges: Edges, *, prefix: bool) -> Moments:
    """Starts come after everything else: the start of a transaction is its number and that of all vertices."""
    transaction = np.arange(len(edges.rows))
    source, target = edges.source.copy(), edges.target.copy()
    reads = edges.type == Type.RW
    source[reads] += edges.vertices
    starts = ~np.isin(edges.type, (Type.RW, Type.RW_ON, *([Type.WW] if prefix else []))) & (target < len(edges.rows))
    target[starts] += edges.vertices
    vertices = edges.vertices + len(edges.rows)
    return _moments(edges, vertices, source, target, (edges.vertices + transaction, transaction))


def _reads(edges: Edges, event: Ints | None) -> Moments:
    """Reads come after everything else, in the order of the program."""
    is_rw, is_wr = edges.type == Type.RW, edges.type == Type.WR
    each = np.concatenate([edges.left[is_rw], edges.right[is_wr]])
    reads, number = np.unique(each if event is None else event[each], return_inverse=True)
    reader = np.empty(len(reads), dtype=np.int64)
    reader[number] = np.concatenate([edges.source[is_rw], edges.target[is_wr]])
    moment = edges.vertices + np.arange(len(reads))
    source, target = edges.source.copy(), edges.target.copy()
    source[is_rw] = edges.vertices + number[: is_rw.sum()]
    target[is_wr] = edges.vertices + number[is_rw.sum() :]
    last = np.append(reader[1:] != reader[:-1], True)[: len(reader)]
    following = np.where(last, reader, np.append(moment[1:], -1)[: len(moment)])
    return _moments(edges, edges.vertices + len(reads), source, target, (moment, following))
