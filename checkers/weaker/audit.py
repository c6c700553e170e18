"""The findings of this package, verified: certificates replayed, and anomalies derived from the history again."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, Final

import attrs

from checkers.verdict import Anomaly
from checkers.weaker.audit_facts import Facts, accesses_of
from checkers.weaker.audit_orders import REPLAYS
from checkers.weaker.evidence import Access, Derivation, Forced
from histories import Operation, freeze

STEPS_MAX: Final = 200_000  # accesses looked at, for one anomaly

REPLICATED: Final = frozenset({"eventual", "strong-eventual"})

Named = list[Operation]


class TooLongError(Exception):
    """To verify an anomaly takes more than `STEPS_MAX`."""


def certificate_problem(facts: Facts, model: str, certificate: Any) -> str:
    """What is wrong with a certificate, if anything is."""
    return agreement_problem(facts, certificate) if model in REPLICATED else REPLAYS[model](facts, certificate)


def anomaly_problem(facts: Facts, anomaly: Anomaly) -> str | None:
    """What is wrong with an anomaly; the empty string where nothing is, None where it takes too long to know."""
    named = [o for index in anomaly.operations if (o := facts.history.by_index.get(index))]
    if not named or len(named) < len(anomaly.operations):
        return "its operations are not in this history"
    try:
        return "" if SHOWS[anomaly.type](facts, named, anomaly) else "its operations do not show it"
    except TooLongError:
        return None


# ── Single reads ───────────────────────────────────────────────────────────────────────────────


def _invented(facts: Facts, named: Named, _: Anomaly) -> bool:
    """A read of a value that nobody wrote, or whose writing failed."""
    reads = [read for o in named if (read := (o.index, False)) in facts.values]
    return any(facts.values[read] is not None and facts.source(read) is None for read in reads)


def _overwritten(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    """A write to the object of a read is in its causal past, and what was read is in that one's."""
    *source, write, read = _roles(named)
    known = facts.happened.issuperset((*source, write, read)) and facts.pasts is not None
    return (
        known
        and facts.key(write) == facts.key(read)
        and facts.source(read) == (source[0] if source else None) != write
        and facts.comes_before(write, read)
        and all(facts.comes_before(first, write) for first in source)
        and bool(source) == (anomaly.type == "WriteCORead")
    )


def _roles(named: Named) -> list[Access]:
    return [*((o.index, True) for o in named[:-1]), (named[-1].index, False)]


# ── Ways ───────────────────────────────────────────────────────────────────────────────────────


@attrs.define
class Prover:
    """Follows a derivation. Where `plainly`, forced things follow from what is plain alone."""

    facts: Facts
    derivation: Derivation
    plainly: bool = False
    steps: int = STEPS_MAX

    def proves(self) -> bool:
        """Whether each access of the way comes before the next."""
        todo: list[int] = []
        for first, second in pairwise(self.derivation.way):
            used = self._forced_between(first, second, len(self.derivation.forced))
            if used is None:
                return False
            todo += used
        done: set[int] = set()
        while todo:
            number = todo.pop()
            if number not in done:
                done.add(number)
                each = self.derivation.forced[number]
                if not self._fits(each):
                    return False
                premise = self._premise(each)
                used = self._forced_between(*premise, 0 if self.plainly else number) if premise else []
                if used is None:
                    return False
                todo += used
        return True

    def _forced_between(self, first: Access, second: Access, limit: int) -> list[int] | None:
        """What was forced on a way from one to the other, by what is plain and the first `limit` of what is forced."""
        forced: dict[Access, list[int]] = {}
        for number, each in enumerate(self.derivation.forced[:limit]):
            forced.setdefault(each.first, []).append(number)
        came: dict[Access, tuple[Access, int | None]] = {}
        todo = deque([first])
        while todo and second not in came:
            access = todo.popleft()
            for after, by in self._follow(access, forced):
                self.steps -= 1
                if after not in came:
                    came[after] = access, by
                    todo.append(after)
            if self.steps < 0:
                raise TooLongError
        return list(_forced_on(came, first, second)) if second in came else None

    def _follow(self, access: Access, forced: Mapping[Access, list[int]]) -> Iterator[tuple[Access, int | None]]:
        for after in self.facts.follow(access, self._observer if self.derivation.alone else None):
            yield after, None
        for number in forced.get(access, ()):
            yield self.derivation.forced[number].second, number

    @property
    def _observer(self) -> int | None:
        """The number of the session that it is a matter of."""
        index, place = self.derivation.observer, self.facts.place
        accesses = [] if index is None else [(index, False), (index, True)]
        return next((place[access][0] for access in accesses if access in place), None)

    def _fits(self, each: Forced) -> bool:
        facts = self.facts
        if not facts.happened.issuperset((each.first, each.second, each.read)) or each.read[1]:
            return False
        if self._observer not in (None, facts.place[each.read][0]):
            return False
        source, write = facts.source(each.read), each.first if each.first[1] else each.second
        fits = each.second == source if each.first[1] else each.first == each.read and not self.plainly
        return fits and write[1] and write != source and facts.key(write) == facts.key(each.read)

    def _premise(self, each: Forced) -> tuple[Access, Access] | tuple[()]:
        """What must come before what for that; nothing where the initial value was read, which is before all."""
        if each.first[1]:
            return each.first, each.read
        source = self.facts.source(each.read)
        return (source, each.second) if source else ()


def _forced_on(came: Mapping[Access, tuple[Access, int | None]], first: Access, second: Access) -> Iterator[int]:
    access = second
    while True:
        access, by = came[access]
        if by is not None:
            yield by
        if access == first:
            return


def _circular(facts: Facts, _: Named, anomaly: Anomaly, *, plainly: bool = False) -> bool:
    way = anomaly.evidence.way
    return len(way) > 1 and way[0] == way[-1] and Prover(facts, anomaly.evidence, plainly).proves()


def _too_late(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    """A write to its object comes before a read of the initial value."""
    write, read = _roles(named)
    derivation = anomaly.evidence
    ends = (derivation.way[0], derivation.way[-1]) == (write, read)
    initial = facts.source(read) is None and facts.values[read] is None and facts.key(write) == facts.key(read)
    return ends and initial and Prover(facts, derivation).proves()


def _nonsequential(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    return _circular(facts, named, anomaly) if isinstance(anomaly.evidence, Derivation) else _no_order(facts)


def _no_order(facts: Facts) -> bool:
    """Whether no order of whole operations, each session's in its own, explains all reads: by trying all."""
    queues = [list(dict.fromkeys(index for index, _ in accesses)) for accesses in facts.sessions]
    by_index = facts.history.by_index
    todo: list[tuple[tuple[int, ...], frozenset[tuple[Hashable, Hashable]]]] = [((0,) * len(queues), frozenset())]
    tried = set(todo)
    steps = 0
    while todo:
        at, there = todo.pop()
        if all(place == len(queue) for place, queue in zip(at, queues, strict=True)):
            return False
        for session, queue in enumerate(queues):
            steps += 1
            if at[session] < len(queue):
                state = dict(there)
                for access, value in accesses_of(by_index[queue[at[session]]]):
                    if not access[1] and state.get(facts.key(access)) != value:
                        break
                    state[facts.key(access)] = value
                else:
                    after = (*at[:session], at[session] + 1, *at[session + 1 :]), frozenset(state.items())
                    if after not in tried:
                        tried.add(after)
                        todo.append(after)
        if steps > STEPS_MAX:
            raise TooLongError
    return True


# ── Session guarantees ─────────────────────────────────────────────────────────────────────────


def _owed(facts: Facts, guarantee: str, read: Access) -> Iterator[Access]:
    """The writes that a read must see, or something newer."""
    session, position = facts.place[read]
    before = facts.sessions[session][: position - 1]
    if guarantee == "read-your-writes":
        past: Sequence[Access] = [access for access in before if access[1]]
    elif guarantee == "monotonic-reads":
        past = [source for access in before if not access[1] and (source := facts.source(access))]
    else:
        known = (facts.source(access) for access in (*before, read) if not access[1])
        places = {facts.place[each] for each in known if each}
        seen = [each for other, end in places for each in facts.sessions[other][: end - 1]]
        if guarantee == "monotonic-writes":
            past = [access for access in seen if access[1]]
        else:
            past = [origin for access in seen if not access[1] and (origin := facts.source(access))]
    return (access for access in past if facts.key(access) == facts.key(read))


def _indebted(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    """A circle of versions of one object, each newer than the one before: for some session."""
    guarantee = anomaly.type.removeprefix("not-")
    reads = [access for o in named if (access := (o.index, False)) in facts.happened]
    places = [(facts.place[read][0], facts.key(read)) for read in reads]
    for place in set(places):
        newer: defaultdict[Access | None, set[Access | None]] = defaultdict(set)
        for read in (read for read, other in zip(reads, places, strict=True) if other == place):
            for owed in _owed(facts, guarantee, read):
                newer[owed].add(facts.source(read))
        for write in [*newer, *(each for group in newer.values() for each in group)]:
            if write:
                newer[None].add(write)
                same = facts.writers[facts.key(write)][facts.place[write][0]]
                newer[write].update(same[same.index(write) + 1 :])
        if _has_circle(newer):
            return True
    return False


def _has_circle(newer: Mapping[Access | None, set[Access | None]]) -> bool:
    left = {node: set(after) - {node} for node, after in newer.items()}
    while ends := [node for node, after in left.items() if not after & left.keys()]:
        for node in ends:
            del left[node]
    return bool(left)


# ── Replicas ───────────────────────────────────────────────────────────────────────────────────


def _divergent(facts: Facts, named: Named, __: Anomaly) -> bool:
    _, one, other = named
    return (
        _is_final(facts, one)
        and _is_final(facts, other)
        and freeze(one.key) == freeze(other.key)
        and freeze(one.result) != freeze(other.result)
    )


def _is_final(facts: Facts, read: Operation) -> bool:
    writes = (o for o in facts.history.by_key[freeze(read.key)] if o.f != "read")
    return read.f == "read" and read.ok and all((o.end or o.index) < read.index for o in writes)


def agreement_problem(facts: Facts, agreed: Mapping[Hashable, Any]) -> str:
    """What is wrong with what all replicas are said to have agreed on, key by key."""
    for key, operations in facts.history.by_key.items():
        if all(o.f == "read" for o in operations):
            continue
        over = max(o.end or o.index for o in operations if o.f != "read")
        reads = sorted((o for o in operations if o.f == "read" and o.ok and o.index > over), key=lambda o: o.end or 0)
        last = {o.node or o.process: freeze(o.result) for o in reads}
        if key not in agreed or set(last.values()) != {freeze(agreed[key])}:
            return f"the last reads of {key} do not agree on it"
    return ""


SHOWS: Final[Mapping[str, Callable[[Facts, Named, Anomaly], bool]]] = {
    "garbage-read": _invented,
    "G1a": _invented,
    "WriteCORead": _overwritten,
    "WriteCOInitRead": _overwritten,
    "CyclicCO": _circular,
    "CyclicCF": partial(_circular, plainly=True),
    "CyclicHB": _circular,
    "WriteHBInitRead": _too_late,
    "nonsequential": _nonsequential,
    "not-read-your-writes": _indebted,
    "not-monotonic-reads": _indebted,
    "not-monotonic-writes": _indebted,
    "not-writes-follow-reads": _indebted,
    "divergence": _divergent,
}
