"""The findings of this package, verified: every anomaly looked up, and what holds counted once more.

Nothing is shared with the checks but how a log's operations are read. What a check was told to expect (the total of a
bank, where a counter began, the size of a group) is taken from what it says.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, Final

import attrs

from checkers.data.audit_logs import LOG_FAULTS, Logs
from checkers.verdict import Anomaly
from histories import History, Operation, Outcome, freeze

Named = Sequence[Operation]


@attrs.frozen(slots=False)
class Facts:
    """A history, and what has been counted of it."""

    history: History

    @cached_property
    def logs(self) -> Logs:
        """Its logs."""
        return Logs.of(self.history)

    @cached_property
    def sums(self) -> Mapping[Hashable, Sums]:
        """Of each counter."""
        return {key: Sums.of(operations) for key, operations in self.history.by_key.items()}

    @cached_property
    def put_in(self) -> Mapping[Hashable, Counter[Hashable]]:
        """By object, how often each element may have been added or enqueued."""
        found: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
        for o in self.history:
            if o.f in {"add", "enqueue"} and o.outcome is not Outcome.FAIL:
                found[freeze(o.key)][freeze(o.value)] += 1
        return found

    @cached_property
    def taken_out(self) -> Mapping[Hashable, Counter[Hashable]]:
        """By queue, how often each element came out."""
        found: defaultdict[Hashable, Counter[Hashable]] = defaultdict(Counter)
        for o in self.history:
            found[freeze(o.key)].update(came_out(o))
        return found


def anomaly_problem(facts: Facts, anomaly: Anomaly) -> str:
    """What is wrong with an anomaly, if anything is."""
    named = [o for index in anomaly.operations if (o := facts.history.by_index.get(index))]
    if not named or len(named) < len(anomaly.operations):
        return "its operations are not in this history"
    if anomaly.type in LOG_FAULTS:
        return "" if facts.logs.show(anomaly) else "its operations do not show it"
    return "" if FAULTS[anomaly.type](facts, named, anomaly) else "its operations do not show it"


def property_problem(facts: Facts, name: str, certificate: Any) -> str:
    """What is wrong with a property that is said to hold, if anything is."""
    measured = MEASURED.get(name)
    return measured(facts, certificate) if measured else PROPERTIES[name](facts)


# ── Banks ──────────────────────────────────────────────────────────────────────────────────────


def _balances(read: Operation) -> dict[str, Any]:
    return {str(account): balance for account, balance in read.result.items() if balance is not None}


def _wrong_total(_: Facts, named: Named, anomaly: Anomaly) -> bool:
    *others, total = (sum(_balances(read).values()) for read in named)
    return total != anomaly.evidence and all(other == anomaly.evidence for other in others)


def _wrong_accounts(_: Facts, named: Named, anomaly: Anomaly) -> bool:
    found = _balances(named[-1])
    return bool(anomaly.evidence) and all(
        found.get(account, 0) < 0
        if anomaly.type == "negative-balance"
        else (account in found) == (anomaly.type == "unexpected-account")
        for account in anomaly.evidence
    )


def _bank(facts: Facts, books: tuple[Any, frozenset[str]]) -> str:
    reads = (_balances(o) for o in facts.history if o.f == "read" and o.ok)
    wrong = any((sum(read.values()), frozenset(read)) != books for read in reads)
    return "a read has another total or other accounts" if wrong else ""


# ── Counters ───────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Sums:
    """A counter's additions as running sums: of those that are done, by their ends, and of all that began."""

    ends: list[int]
    calls: list[int]
    done: list[tuple[Any, Any]]  # the sum of the positive ones, and of the negative ones
    begun: list[tuple[Any, Any]]

    @classmethod
    def of(cls, operations: Sequence[Operation]) -> Sums:
        """Those of one counter."""
        adds = [o for o in operations if o.f == "add" and o.outcome is not Outcome.FAIL]
        done = sorted((o.end, o.value) for o in adds if o.ok and o.end is not None)
        return cls(
            [end for end, _ in done],
            [o.index for o in adds],
            _running([value for _, value in done]),
            _running([o.value for o in adds]),
        )

    def around(self, read: Operation) -> tuple[Any, Any]:
        """The least and the greatest sum of additions that a read may have found."""
        surely = self.done[bisect_left(self.ends, read.index)]
        perhaps = self.begun[bisect_left(self.calls, read.index if read.end is None else read.end)]
        return surely[0] + perhaps[1], perhaps[0] + surely[1]


def _running(amounts: Sequence[Any]) -> list[tuple[Any, Any]]:
    ups = accumulate((max(amount, 0) for amount in amounts), initial=0)
    return list(zip(ups, accumulate((min(amount, 0) for amount in amounts), initial=0), strict=True))


def _out_of_bounds(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    (read,), (low, high) = named, anomaly.evidence
    least, most = facts.sums[freeze(read.key)].around(read)
    return high - low == most - least and not low <= read.result <= high


def _counter(facts: Facts, initial: Any) -> str:
    for o in facts.history:
        if o.f == "read" and o.ok:
            least, most = facts.sums[freeze(o.key)].around(o)
            if not least <= o.result - initial <= most:
                return f"the read #{o.index} is out of bounds"
    return ""


# ── Ids ────────────────────────────────────────────────────────────────────────────────────────


def _duplicated_id(_: Facts, named: Named, anomaly: Anomaly) -> bool:
    return len({o.index for o in named}) > 1 and all(o.ok and freeze(o.result) == anomaly.evidence for o in named)


def _unique_ids(facts: Facts) -> str:
    given = [freeze(o.result) for o in facts.history if o.ok]
    return "" if len(set(given)) == len(given) else "an id was given twice"


# ── Sets and queues ────────────────────────────────────────────────────────────────────────────


def elements(read: Operation) -> list[Hashable]:
    """What a read of a set returned."""
    return [freeze(element) for element in read.result or ()]


def came_out(o: Operation) -> list[Hashable]:
    """What came out of a queue."""
    if not o.ok or o.result is None or o.f not in {"dequeue", "drain"}:
        return []
    return elements(o) if o.f == "drain" else [freeze(o.result)]


def _has(o: Operation) -> list[Hashable]:
    return [freeze(o.value)] if o.f in {"add", "enqueue"} else came_out(o) if o.f != "read" else elements(o)


def _lost(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    if named[0].f in {"enqueue", "dequeue", "drain"}:
        key = freeze(named[0].key)
        put = Counter(freeze(o.value) for o in named if o.ok)
        return all(put[item] > facts.taken_out[key][item] for item in anomaly.evidence)
    reads = [o for o in facts.history.by_key[freeze(named[0].key)] if o.f == "read" and o.ok and o.result is not None]
    last = max(reads, key=lambda read: read.index)
    known = {item for o in named if o.ok and o.end is not None and o.end < last.index for item in _has(o)}
    return known >= set(anomaly.evidence) and set(anomaly.evidence).isdisjoint(elements(last))


def _duplicated(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    if named[0].f == "read":
        return all(elements(named[0]).count(item) > 1 for item in anomaly.evidence)
    key, item = freeze(named[0].key), anomaly.evidence
    return 0 < facts.put_in[key][item] < sum(came_out(o).count(item) for o in dict.fromkeys(named))


def _unexpected(facts: Facts, named: Named, anomaly: Anomaly) -> bool:
    key, taker = freeze(named[-1].key), named[-1]
    items = anomaly.evidence if taker.f == "read" else (anomaly.evidence,)
    return all(item in _has(taker) and not facts.put_in[key][item] for item in items)


def _stale(_: Facts, named: Named, anomaly: Anomaly) -> bool:
    known, absent, present = named
    surely = known.ok and known.end is not None and known.end < absent.index
    shown = set(anomaly.evidence) & set(_has(known)) & set(elements(present)) - set(elements(absent))
    return surely and absent.ok and present.ok and bool(shown)


def _set(facts: Facts, *, full: bool = False) -> str:
    for key, operations in facts.history.by_key.items():
        reads = [o for o in operations if o.f == "read" and o.ok and o.result is not None]
        counted = reads if full else reads[-1:]
        strange = {item for read in counted for item in elements(read)} - facts.put_in[key].keys()
        if strange or any(len(set(elements(read))) < len(elements(read)) for read in counted):
            return "a read has what was not added, or something twice"
        last = {item: read.end or 0 for read in sorted(counted, key=lambda o: o.end or 0) for item in elements(read)}
        start = reads[-1].index if reads else -1
        for o in operations:
            gone = o.f == "add" and o.ok and o.end is not None and o.end < start
            if gone and last.get(freeze(o.value), -1) < start:
                return f"{o.value} was added by #{o.index} and then not seen"
        if full and any(end < start for end in last.values()):
            return "something that was seen was not seen again"
    return ""


def _set_full(facts: Facts) -> str:
    return _set(facts, full=True)


def _nothing_lost(facts: Facts) -> str:
    for key, operations in facts.history.by_key.items():
        put = Counter(freeze(o.value) for o in operations if o.f == "enqueue" and o.ok)
        if put - facts.taken_out[key]:
            return "something did not come out"
    return ""


def _nothing_twice(facts: Facts) -> str:
    twice = any(out > facts.put_in[k][item] > 0 for k, items in facts.taken_out.items() for item, out in items.items())
    return "something came out too often" if twice else ""


def _total_queue(facts: Facts) -> str:
    strange = any(items.keys() - facts.put_in[key].keys() for key, items in facts.taken_out.items())
    return "something came out that nobody put in" if strange else _nothing_lost(facts)


# ── Long forks ─────────────────────────────────────────────────────────────────────────────────


def _saw(o: Operation) -> dict[Hashable, bool]:
    return {freeze(key): value is not None for _, key, value in o.result or ()}


def _long_fork(_: Facts, named: Named, anomaly: Anomaly) -> bool:
    one, other = map(_saw, named)
    x, y = anomaly.evidence
    return (one.get(x), one.get(y), other.get(x), other.get(y)) == (True, False, False, True)


def _no_long_fork(facts: Facts) -> str:
    groups: defaultdict[frozenset[Hashable], set[frozenset[Hashable]]] = defaultdict(set)
    for o in facts.history:
        if o.ok and o.result and all(kind == "r" for kind, _, _ in o.result):
            saw = _saw(o)
            groups[frozenset(saw)].add(frozenset(key for key, written in saw.items() if written))
    forked = any(not a < b for seen in groups.values() for a, b in pairwise(sorted(seen, key=len)))
    return "two reads of a group disagree" if forked else ""


# ── Tables ─────────────────────────────────────────────────────────────────────────────────────


FAULTS: Final[Mapping[str, Callable[[Facts, Named, Anomaly], bool]]] = {
    "wrong-total": _wrong_total,
    "missing-account": _wrong_accounts,
    "unexpected-account": _wrong_accounts,
    "negative-balance": _wrong_accounts,
    "counter-out-of-bounds": _out_of_bounds,
    "duplicated-id": _duplicated_id,
    "lost-element": _lost,
    "duplicated-element": _duplicated,
    "unexpected-element": _unexpected,
    "stale-element": _stale,
    "long-fork": _long_fork,
}

MEASURED: Final[Mapping[str, Callable[[Facts, Any], str]]] = {"bank": _bank, "counter": _counter}

PROPERTIES: Final[Mapping[str, Callable[[Facts], str]]] = {
    "unique-ids": _unique_ids,
    "set": _set,
    "set-full": _set_full,
    "total-queue": _total_queue,
    "at-least-once": _nothing_lost,
    "at-most-once": _nothing_twice,
    "no-long-fork": _no_long_fork,
    "log": lambda facts: facts.logs.problem(),
}
