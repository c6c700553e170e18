"""From ways in graphs to cycles of transactions, and from those to evidence."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from checkers.transactions.accesses import INITIAL, Accesses
from checkers.transactions.edges import Edges, Type
from checkers.transactions.evidence import Cycle, Edge, Kind, Place
from checkers.transactions.layouts import WITHIN
from histories.transactions import LIST, TransactionColumns

KINDS: Final = {
    Type.WW: Kind.WW,
    Type.WR: Kind.WR,
    Type.RW: Kind.RW,
    Type.SESSION: Kind.SESSION,
    Type.REALTIME: Kind.REALTIME,
}
"""What each type of edge is called in evidence."""


@attrs.frozen(order=True)
class Step:
    """One edge of a cycle: its type, the transactions (as rows), and where it comes from, as in `Edges`.

    `shown` is the version that a read which showed nothing would have shown, if that is not the one of an rw.
    """

    type: Type
    before: int
    after: int
    left: int
    right: int
    shown: int = -1

    @property
    def reading(self) -> int:
        """The read of a wr or rw."""
        return self.left if self.type is Type.RW else self.right


Steps = tuple[Step, ...]


def rw_count(cycle: Steps) -> int:
    """How many anti-dependencies there are."""
    return sum(step.type is Type.RW for step in cycle)


def simple(cycle: Steps) -> Steps:
    """A part of a cycle that comes to each transaction once.

    Where a cycle of moments comes to a transaction twice, it goes on from a later moment once: from that to where it
    comes in for the other is a cycle already. Reads are moments in their order, and the commit comes after them.
    """
    seen: dict[int, int] = {}
    for j, step in enumerate(cycle):
        i = seen.setdefault(step.before, j)
        if i < j:
            return simple(cycle[i:j] if _leaves_at(cycle[i]) > _leaves_at(step) else cycle[j:] + cycle[:i])
    return cycle


def _leaves_at(step: Step) -> float:
    return step.left if step.type is Type.RW else math.inf


def steps(edges: Edges, numbers: Sequence[int]) -> tuple[Step, ...]:
    """The steps of a way along edges that begins at a transaction or is closed; auxiliary vertices disappear."""
    numbers = [number for number in numbers if number != WITHIN]
    count = len(edges.rows)
    while numbers and edges.source[numbers[0]] >= count:
        numbers = [*numbers[1:], numbers[0]]
    found: list[Step] = []
    for number in numbers:
        step = Step(
            Type(int(edges.type[number])),
            _row(edges, int(edges.source[number])),
            _row(edges, int(edges.target[number])),
            int(edges.left[number]),
            int(edges.right[number]),
        )
        if found and found[-1].after < 0:
            step = attrs.evolve(found.pop(), after=step.after, right=step.right)
        found.append(step)
    return tuple(found)


def _row(edges: Edges, vertex: int) -> int:
    return int(edges.rows[vertex]) if vertex < len(edges.rows) else -1


def cycle(accesses: Accesses, found: Sequence[Step]) -> Cycle:
    """The evidence that steps amount to."""
    edges = []
    for step in found:
        edge = _edge(accesses.columns, step, _places(accesses, step))
        missed = accesses.item is not None and step.type in READING and not accesses.item[step.reading]
        edges.append(attrs.evolve(edge, predicate=True) if missed else edge)
    return Cycle(edges=tuple(edges))


def cycle_of_writes(columns: TransactionColumns, found: Sequence[Step]) -> Cycle:
    """The same, where steps of ww name the micro-operations that wrote."""
    return Cycle(
        edges=tuple(_edge(columns, step, (step.left, step.right) if step.type is Type.WW else None) for step in found)
    )


def _edge(columns: TransactionColumns, step: Step, micros: tuple[int, int] | None) -> Edge:
    edge = Edge(kind=KINDS[step.type], before=int(columns.index[step.before]), after=int(columns.index[step.after]))
    if micros is None:
        return edge
    key = columns.keys[columns.key[micros[0]]]
    return attrs.evolve(edge, key=key, at=(place(columns, micros[0]), place(columns, micros[1])))


def _places(accesses: Accesses, step: Step) -> tuple[int, int] | None:
    """The micro-operations that a step comes from."""
    if step.type is Type.WW:
        return int(accesses.written_at[step.left]), int(accesses.written_at[step.right])
    if step.type is Type.WR:
        read = int(accesses.read_at[step.right])
        return shown_by(accesses.columns, int(accesses.written_at[step.left]), read), read
    if step.type is Type.RW:
        return int(accesses.read_at[step.left]), int(accesses.written_at[step.right])
    return None


def shown_by(columns: TransactionColumns, write: int, read: int) -> int:
    """The last micro-operation that wrote to the same list in the same transaction and that a read shows.

    That is `write` itself, but for reads in the middle of what a transaction appends.
    """
    if columns.value[read] != LIST:
        return write
    shown = set(columns.elements[columns.start[read] : columns.stop[read]].tolist())
    first = columns.first[columns.transaction[write]]
    for micro in range(write, int(first) - 1, -1):
        same = columns.key[micro] == columns.key[write] and columns.kind[micro] == columns.kind[write]
        if same and int(columns.value[micro]) in shown:
            return micro
    return write


def place(columns: TransactionColumns, micro: int) -> Place:
    """A micro-operation as others may look it up."""
    return Place(int(columns.index[columns.transaction[micro]]), columns.position(micro))


@attrs.frozen(order=True)
class Found:
    """An assumption: a read that may have found several versions found this one."""

    read: int
    version: int


Pair = tuple[int, int]
"""An assumption: of two versions of a key the first comes before the second."""


def assumed(accesses: Accesses, step: Step) -> Iterator[Pair | Found]:
    """What a step takes for granted, though it is not known."""
    open_reads = accesses.open_reads
    is_open = open_reads is not None and step.type in READING and step.reading in open_reads.number
    if step.type is Type.WW and accesses.free[step.left]:
        yield step.left, step.right
    elif step.type is Type.WR and is_open:
        yield Found(step.right, step.left)
    elif step.type is Type.RW and is_open and open_reads is not None:
        first = int(accesses.version[step.left])
        shown = step.right if step.right in open_reads.shown_to(step.left) else step.shown
        yield Found(step.left, first)
        if first != INITIAL:
            yield first, shown
        if shown != step.right:
            yield shown, step.right
    elif step.type is Type.RW:
        first = int(accesses.version[step.left])
        if first != INITIAL and accesses.free[first]:
            yield first, step.right


READING: Final = (Type.WR, Type.RW)
