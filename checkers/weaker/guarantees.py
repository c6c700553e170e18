"""The four session guarantees: what the reads of a session owe to what it has seen and done.

Terry et al., "Session guarantees for weakly consistent replicated data" (1994). A read owes a write of its object if it
must return that or a newer version. It owes, under

    read-your-writes      what its session wrote before it
    monotonic-reads       what its session read before it
    monotonic-writes      what any session wrote before a write that this session has read by then
    writes-follow-reads   what any session read before such a write

Which version is newer is each session's own matter, save that the writes of one session to an object are in their
order, and the initial value is older than all. So a guarantee holds exactly if, for each session, one order of the
versions of each object agrees with that and with what its reads owe: if no circle joins two versions.

What is owed only grows. So each read has a knot: what it owes first comes before its knot, the knot of the last read
of its object comes before it too, and the knot comes before what the read returns. A circle from a version to its
own knot and back says only that a version is as new as itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Final, NamedTuple

from checkers.verdict import Anomaly
from checkers.weaker.graphs import path, strong_components
from checkers.weaker.memory import INITIAL, Memory
from checkers.weaker.prose import mark


class Knot(NamedTuple):
    """The place before which all versions stand that a read owes."""

    read: int


class Origin(NamedTuple):
    """The initial version of an object."""

    key: Hashable


Version = int | Origin
Why = tuple[str, *tuple[int, ...]]  # a sentence, and the steps that it names
Graph = dict[Version | Knot, dict[Version | Knot, Why]]  # what comes directly before what
Debts = Iterator[tuple[int, dict[int, Why]]]  # for each read of a session the writes that it is the first to owe


def _own_writes(memory: Memory, session: int) -> Debts:
    last: dict[Hashable, int] = {}
    for number in memory.sessions[session]:
        step = memory.steps[number]
        if step.is_write:
            last[step.key] = number
        else:
            yield number, {last[step.key]: ("its own process wrote that before",)} if step.key in last else {}


def _own_reads(memory: Memory, session: int) -> Debts:
    last: dict[Hashable, tuple[int, int]] = {}
    for number in memory.sessions[session]:
        step = memory.steps[number]
        if not step.is_write:
            source, read = last.get(step.key, (INITIAL, INITIAL))
            yield number, {source: ("its own process had read that before, by {}", read)} if source >= 0 else {}
            last[step.key] = (step.source, number)


def _writes_before_writes(memory: Memory, session: int) -> Debts:
    for number, seen in _seen(memory, session):
        owed: dict[int, Why] = {}
        for writer in memory.writers.get(memory.steps[number].key, ()):
            write = writer.last(seen.get(writer.session, (0, 0))[0] - 1)
            if write is not None:
                owed[write] = ("it was written before {}, which the process has seen", seen[writer.session][1])
        yield number, owed


def _reads_before_writes(memory: Memory, session: int) -> Debts:
    owed: dict[Hashable, dict[int, Why]] = {}  # by object, what no read of this session has owed yet
    upto = [0] * len(memory.sessions)
    for number, seen in _seen(memory, session):
        for other, (position, later) in seen.items():
            for read in memory.sessions[other][upto[other] : position - 1]:
                step = memory.steps[read]
                if step.source >= 0:
                    why = ("{} read it before {} was written, which the process has seen", read, later)
                    owed.setdefault(step.key, {}).setdefault(step.source, why)
            upto[other] = max(upto[other], position - 1)
        yield number, owed.pop(memory.steps[number].key, {})


def _seen(memory: Memory, session: int) -> Iterator[tuple[int, dict[int, tuple[int, int]]]]:
    """For each read of a session: by session, the last position of a write that was read by then, and its number."""
    seen: dict[int, tuple[int, int]] = {}
    for number in memory.sessions[session]:
        source = memory.steps[number].source
        if source >= 0:
            step = memory.steps[source]
            seen[step.session] = max(seen.get(step.session, (0, 0)), (step.position, source))
        if not memory.steps[number].is_write:
            yield number, seen


GUARANTEES: Final[Mapping[str, Callable[[Memory, int], Debts]]] = {
    "read-your-writes": _own_writes,
    "monotonic-reads": _own_reads,
    "monotonic-writes": _writes_before_writes,
    "writes-follow-reads": _reads_before_writes,
}


def keep(memory: Memory, session: int, guarantee: str) -> Anomaly | dict[Hashable, tuple[int | None, ...]]:
    """An order of the versions of each object by which a session keeps a guarantee, or what shows that there is none.

    Versions are indices of the operations that wrote them, None the initial one; those that are owed or returned where
    something is owed are in it.
    """
    graph = _graph(memory, session, guarantee)

    def successors(node: Version | Knot) -> Iterable[Version | Knot]:
        return graph.get(node, ())

    orders: dict[Hashable, list[int | None]] = {}
    for component in strong_components(graph, successors):
        versions: list[Version | Knot] = [node for node in component if not isinstance(node, Knot)]
        if len(versions) > 1:
            there = path(successors, versions[0], versions[1])
            back = path(successors, versions[1], versions[0])
            return _anomaly(memory, session, guarantee, graph, [*there, *back[1:]])
        for version in versions:
            if isinstance(version, Origin):
                orders.setdefault(version.key, []).append(None)
            elif isinstance(version, int):
                step = memory.steps[version]
                orders.setdefault(step.key, []).append(step.operation.index)
    return {key: tuple(reversed(order)) for key, order in orders.items()}


def _graph(memory: Memory, session: int, guarantee: str) -> Graph:
    graph: Graph = {}
    versions: dict[Hashable, set[Version]] = {}
    last: dict[Hashable, Knot] = {}
    for number, owed in GUARANTEES[guarantee](memory, session):
        step = memory.steps[number]
        if not owed and step.key not in last:
            continue
        knot, returned = Knot(number), step.source if step.source >= 0 else Origin(step.key)
        for write, why in owed.items():
            graph.setdefault(write, {})[knot] = why
        if step.key in last:
            graph[last[step.key]][knot] = ("",)
        graph[knot] = {returned: ("",)}
        last[step.key] = knot
        versions.setdefault(step.key, set()).update(owed, [returned])
    for key, mentioned in versions.items():
        writes = sorted((memory.steps[w].session, memory.steps[w].position, w) for w in mentioned if isinstance(w, int))
        for (session_before, _, before), (session_after, _, after) in pairwise(writes):
            if session_before == session_after:
                graph.setdefault(before, {})[after] = ("since it was written later by the same process",)
        if Origin(key) in mentioned:
            graph[Origin(key)] = {write: ("as every other is",) for _, _, write in writes}
    return graph


def _anomaly(memory: Memory, session: int, guarantee: str, graph: Graph, circle: list[Version | Knot]) -> Anomaly:
    told: list[str] = []
    involved: list[int] = []
    owed = ""
    for node, after in pairwise(circle):
        sentence, *steps = graph[node][after]
        why = sentence.format(*(mark(memory, step) for step in steps))
        if isinstance(node, Knot) and isinstance(after, Knot):
            continue
        if isinstance(after, Knot):
            owed = f"{_named(memory, node)}: {why}"
        elif isinstance(node, Knot):
            told.append(f"{memory.steps[node.read]}, which must be no older than {owed}")
            involved.append(node.read)
        else:
            told.append(f"{_named(memory, after)} is newer than {_named(memory, node)}, {why}")
        involved += [after] if isinstance(after, int) else []
    process = memory.steps[memory.sessions[session][0]].operation.process
    explanation = f"{guarantee} is broken for process {process}: {'; but '.join(told)}"
    return Anomaly(type=f"not-{guarantee}", operations=memory.indices(*sorted(involved)), explanation=explanation)


def _named(memory: Memory, version: Version | Knot) -> str:
    return "the initial value" if not isinstance(version, int) else mark(memory, version)
