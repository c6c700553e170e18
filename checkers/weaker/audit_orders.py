"""Certificates of the weaker models, replayed."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final

import attrs

from checkers.weaker.audit_facts import Facts, accesses_of
from checkers.weaker.evidence import Access
from histories import Outcome

Versions = Mapping[Hashable, Sequence[int | None]]


def replay_sequential(facts: Facts, order: Sequence[int]) -> str:
    """One order of all operations."""
    by_index = facts.history.by_index
    lacking = {o.index for o in facts.history if o.ok}.difference(order)
    if lacking:
        return f"the order lacks #{min(lacking)}"
    if len(set(order)) < len(order) or any(by_index[i].outcome is Outcome.FAIL for i in order):
        return "the order has an operation twice, or one that failed"
    accesses = [access for index in order for access, _ in accesses_of(by_index[index])]
    return _against_sessions(facts, accesses) or _unexplained(facts, accesses)


def _against_sessions(facts: Facts, order: Sequence[Access]) -> str:
    latest = [0] * len(facts.sessions)
    placed = facts.place.get
    for access in order:
        session, position = placed(access) or (0, 0)
        if position <= latest[session]:
            return f"#{access[0]} did not happen, or stands after what followed it in its session"
        latest[session] = position
    return ""


def _unexplained(facts: Facts, order: Sequence[Access]) -> str:
    there: dict[Hashable, Access] = {}
    keys, sources = facts.keys, facts.sources
    for access in order:
        key = keys[access[0]]
        if access[1]:
            there[key] = access
        elif there.get(key) != sources[access]:
            return f"the read #{access[0]} would find another value"
    return ""


def replay_views(facts: Facts, orders: Sequence[Sequence[int]], *, causal: bool) -> str:
    """For each session an order of its own accesses and all writes."""
    if len(orders) != len(facts.sessions):
        return "there is not one order for each session"
    writes = {access for access in facts.happened if access[1]}
    for session, order in enumerate(orders):
        accesses = list(_own_and_writes(facts, session, order))
        wanted = writes.union(facts.sessions[session])
        if len(accesses) != len(wanted) or wanted != set(accesses):
            return f"the order of session {session} is not of its accesses and all writes"
        problem = _against_sessions(facts, accesses) or _unexplained(facts, accesses)
        problem = problem or (_against_causality(facts, accesses) if causal else "")
        if problem:
            return f"the order of session {session}: {problem}"
    return ""


def _own_and_writes(facts: Facts, session: int, order: Sequence[int]) -> Iterator[Access]:
    """A cas of the session's own stands for its read and then again for its write."""
    met: set[int] = set()
    for index in order:
        read = (index, False)
        own = facts.place.get(read, (-1, 0))[0] == session
        yield (index, False) if own and index not in met else (index, True)
        met.add(index)


def _against_causality(facts: Facts, order: Sequence[Access]) -> str:
    """Whether something stands before what causality puts before it, at once or through what is not in the order."""
    placed = {access: place for place, access in enumerate(order)}.get
    sources = facts.sources
    for accesses in facts.sessions:
        least = -1
        for access in accesses:
            source = sources.get(access)
            if source is not None:
                least = max(least, placed(source, -1))
            place = placed(access)
            if place is not None:
                if place < least:
                    return f"#{access[0]} stands before what causality puts before it"
                least = place
    return ""


def replay_convergence(facts: Facts, order: Sequence[int]) -> str:
    """One order of all writes, by which each read finds the last of its causal past."""
    places = {(index, True): place for place, index in enumerate(order)}
    if len(places) < len(order) or places.keys() != {access for access in facts.happened if access[1]}:
        return "the order is not of all writes"
    if facts.pasts is None:
        return "causality has a circle"
    problem = _against_causality(facts, list(places))
    for read in facts.happened:
        if not read[1] and not problem:
            found = max(_last_writes(facts, read), key=places.__getitem__, default=None)
            if found != facts.source(read):
                problem = f"the read #{read[0]} would find another value"
    return problem


def _last_writes(facts: Facts, read: Access) -> Iterator[Access]:
    """Of each session, the last write to the object of a read in its causal past."""
    past = facts.pasts[read] if facts.pasts else ()
    for session, writes in facts.writers.get(facts.key(read), {}).items():
        at = bisect_right(facts.positions[facts.key(read)][session], past[session])
        if at:
            yield writes[at - 1]


def replay_weak_causal(facts: Facts, sources: Mapping[tuple[int, str], int | None]) -> str:
    """For each read the write that it is from: nothing in its causal past is newer than that."""
    if facts.pasts is None:
        return "causality has a circle"
    told = {index: source for (index, _), source in sources.items()}
    for read in facts.happened:
        if not read[1]:
            source = facts.source(read)
            if (read[0] not in told) or told[read[0]] != (source and source[0]):
                return f"#{read[0]} is not from there"
            newer = (write for write in _last_writes(facts, read) if write != source)
            if any(source is None or facts.comes_before(source, write) for write in newer):
                return f"what #{read[0]} read had been replaced in its causal past"
    return ""


# ── Session guarantees ─────────────────────────────────────────────────────────────────────────


@attrs.define
class _Session:
    """What the reads of a session owe: by object, writes that they must see, or something newer.

    `ranks` are those of the versions of each object, `upto` tells how much of each session has been seen; `least` is
    the rank below which no read of an object may be.
    """

    facts: Facts
    ranks: Mapping[Hashable, Mapping[int | None, int]]
    upto: list[int]
    owed: defaultdict[Hashable, dict[Hashable, Access]] = attrs.field(factory=lambda: defaultdict(dict))
    least: dict[Hashable, int] = attrs.field(factory=dict)

    def owe(self, write: Access | None, name: Hashable) -> None:
        """A write, in the place of what was owed by that name."""
        if write:
            self.owed[self.facts.key(write)][name] = write

    def seen(self, source: Access | None) -> Iterator[Access]:
        """What a session did before a write that is read, as far as that is new."""
        if source:
            session, position = self.facts.place[source]
            yield from self.facts.sessions[session][self.upto[session] : position - 1]
            self.upto[session] = max(self.upto[session], position - 1)

    def broken(self, read: Access) -> bool:
        """Whether a read is older than it may be."""
        key, source = self.facts.key(read), self.facts.source(read)
        ranks = self.ranks.get(key, {})
        found = ranks.get(source and source[0])
        for name, write in list(self.owed[key].items()):
            rank = ranks.get(write[0])
            if rank is not None:
                self.least[key] = max(rank, self.least.get(key, 0))
                del self.owed[key][name]
            elif write != source:
                return True
        return key in self.least and (found is None or found < self.least[key])


def _own_writes(session: _Session, access: Access) -> None:
    if access[1]:
        session.owe(access, "own")


def _own_reads(session: _Session, access: Access) -> None:
    if not access[1]:
        session.owe(session.facts.source(access), "read")


def _writes_before(session: _Session, access: Access) -> None:
    for seen in session.seen(None if access[1] else session.facts.source(access)):
        if seen[1]:
            session.owe(seen, session.facts.place[seen][0])


def _reads_before(session: _Session, access: Access) -> None:
    for seen in session.seen(None if access[1] else session.facts.source(access)):
        source = None if seen[1] else session.facts.source(seen)
        session.owe(source, source)


def replay_guarantee(facts: Facts, orders: Sequence[Versions], owe: Callable[[_Session, Access], None]) -> str:
    """For each session an order of the versions of each object, by which its reads get what they are owed."""
    if len(orders) != len(facts.sessions):
        return "there are not orders for each session"
    if id(orders) not in facts.ranks:  # several guarantees may be shown by the same orders
        problem = next((problem for versions in orders for problem in _disorders(facts, versions)), "")
        if problem:
            return problem
        facts.ranks[id(orders)] = [
            {key: {version: rank for rank, version in enumerate(order)} for key, order in versions.items()}
            for versions in orders
        ]
    for accesses, ranks in zip(facts.sessions, facts.ranks[id(orders)], strict=True):
        session = _Session(facts, ranks, [0] * len(facts.sessions))
        for access in accesses:
            owe(session, access)
            if not access[1] and session.broken(access):
                return f"#{access[0]} reads what is too old"
    return ""


def _disorders(facts: Facts, versions: Versions) -> Iterator[str]:
    """What is wrong with orders of versions in themselves."""
    for order in versions.values():
        if None in order[1:]:
            yield "the initial value is not the oldest"
        problem = _against_sessions(facts, [(version, True) for version in order if version is not None])
        if problem:
            yield problem


REPLAYS: Final[Mapping[str, Callable[[Facts, Any], str]]] = {
    "sequential": replay_sequential,
    "causal": partial(replay_views, causal=True),
    "PRAM": partial(replay_views, causal=False),
    "causal-convergence": replay_convergence,
    "weak-causal": replay_weak_causal,
    "read-your-writes": partial(replay_guarantee, owe=_own_writes),
    "monotonic-reads": partial(replay_guarantee, owe=_own_reads),
    "monotonic-writes": partial(replay_guarantee, owe=_writes_before),
    "writes-follow-reads": partial(replay_guarantee, owe=_reads_before),
}
