"""Sets: elements one by one, or, where a set only grows and is read whole, the reads in the order of their sizes.

An element that is added once and removed at most once is surely there from the least return to the greatest call of
the operations that show its presence (Lee and Mathur 2025); what shows its absence must not lie within that time.

Types of anomaly, besides those of registers:

    missing-element     an element was not found, although it was surely there
    incomparable-reads  two reads of a set that only grows, each with an element that the other lacks
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from checkers.linearizability.collections import SEEN, Element, Set, told
from checkers.linearizability.monitors.lifetimes import LATE, returned
from checkers.linearizability.register_prose import capital, show
from checkers.verdict import Anomaly
from histories import Operation, freeze

Order = tuple[int, ...]


def judge_set(specification: Set, operations: Sequence[Operation], part: Any) -> Order | Anomaly | None:
    """One element, or a whole set that only grows; None where several operations may have changed the same thing."""
    relevant = specification.relevant(operations)
    if isinstance(part, Element):
        return judge_element(relevant, operations, part)
    if all(o.f == "read" or (o.f == "add" and told(o) is not False) for o in relevant):
        return judge_growing(relevant, operations, part)
    return None


def anomaly(kind: str, part: Any, text: str, *operations: Operation, elements: Iterable[Any] = ()) -> Anomaly:
    """An anomaly of a set; its evidence are the elements in which it shows."""
    return Anomaly(
        type=kind,
        operations=tuple(sorted(o.index for o in operations)),
        explanation=text,
        key=part.key if isinstance(part, Element) else part,
        evidence=(part.element,) if isinstance(part, Element) else tuple(elements),
    )


def did(o: Operation) -> str:
    """A sentence without its full stop."""
    if o.f == "read":
        return f"process {o.process} read the set (#{o.index})"
    answer = "" if told(o) is None else f", and was told {told(o)}"
    if o.f == "contains":
        return f"process {o.process} asked whether {show(o.value)} was there (#{o.index}){answer}"
    return f"process {o.process} {'added' if o.f == 'add' else 'removed'} {show(o.value)} (#{o.index}){answer}"


# ── One element ────────────────────────────────────────────────────────────────────────────────


def judge_element(
    relevant: Sequence[Operation], operations: Sequence[Operation], part: Element
) -> Order | Anomaly | None:
    """An element that was added at most once, and removed at most once."""
    changes = [o for o in relevant if o.f in {"add", "remove"} and told(o) is not False]
    adds = [o for o in changes if o.f == "add"]
    removes = [o for o in changes if o.f == "remove"]
    if len(adds) > 1 or len(removes) > 1 or any(told(o) is not True for o in removes):
        return None
    shows = [o for o in relevant if o.f not in {"add", "remove"} or told(o) is False]
    if any(told(o) is None for o in shows):
        return None
    present = [o for o in shows if told(o) is SEEN[o.f]]
    absent = [o for o in shows if told(o) is not SEEN[o.f]]
    if not adds:
        seen = [*present, *removes]
        return unexpected(seen[0], part.element, operations, part) if seen else tuple(o.index for o in absent)
    there = [*adds, *present, *removes]
    first = min(there, key=returned)
    last = max(there, key=lambda o: o.index)
    for o, other, wrong in (
        (first, adds[0], "future-read"),
        *((removes[0], last, "stale-read") for _ in removes),
    ):
        if returned(o) < other.index:
            text = f"{capital(did(o))}, and had returned before {did(other)}."
            return anomaly(wrong, part, text, o, other)
    end = last.index if removes else LATE
    before = [o for o in absent if o.index < returned(first)]
    after = [o for o in absent if o.index > returned(first)]
    for o in after:
        if returned(o) < end:
            return missing(o, first, last if removes else None, part)
    order = [*before, adds[0], *present, *removes, *after]
    return tuple(o.index for o in order)


def unexpected(seen: Operation, element: Any, operations: Sequence[Operation], part: Any) -> Anomaly:
    """An element that nobody added, or only an operation that failed."""
    found = f"Process {seen.process} read {show(element)} (#{seen.index})" if seen.f == "read" else capital(did(seen))
    for o in operations:
        if o.f == "add" and freeze(o.value) == element:
            text = f"{found}, but the only operation that would have added {show(element)} failed (#{o.index})."
            return anomaly("aborted-read", part, text, seen, o, elements=[element])
    return anomaly("garbage-read", part, f"{found}, but nobody ever added {show(element)}.", seen, elements=[element])


def missing(o: Operation, first: Operation, last: Operation | None, part: Any) -> Anomaly:
    """An element that was not found, although it was surely there."""
    until = f"until {did(last)} at the earliest" if last else "for nobody removed it"
    text = f"{capital(did(o))}, although it was there: since {did(first)}, which had returned by then, {until}."
    return anomaly("missing-element", part, text, o, first, *([last] if last else []))


# ── A set that only grows ──────────────────────────────────────────────────────────────────────


def judge_growing(relevant: Sequence[Operation], operations: Sequence[Operation], part: Any) -> Order | Anomaly | None:
    """Adds, each of an element of its own, and reads of the whole; None if one has an element twice."""
    adds = {freeze(o.value): o for o in relevant if o.f == "add"}
    reads = [(frozenset(freeze(o.result)), o) for o in relevant if o.f == "read"]
    if len(adds) + len(reads) < len(relevant) or any(len(found) < len(o.result) for found, o in reads):
        return None
    reads.sort(key=lambda read: len(read[0]))
    order: list[Operation] = []
    known: frozenset[Any] = frozenset()
    smaller: Operation | None = None
    for elements, group in groupby(reads, key=lambda read: read[0]):
        if not known <= elements:
            assert smaller is not None
            return incomparable(smaller, known, next(group)[1], elements, part)
        same = [o for _, o in group]
        for element in elements - known:
            if element not in adds:
                return unexpected(same[0], element, operations, part)
        order += sorted((adds.pop(element) for element in elements - known), key=lambda o: o.index)
        order += same
        known, smaller = elements, same[0]
    order += sorted(adds.values(), key=lambda o: o.index)
    return backwards(order, part) or tuple(o.index for o in order)


def incomparable(one: Operation, less: frozenset[Any], other: Operation, more: frozenset[Any], part: Any) -> Anomaly:
    """Two reads, each with an element that the other lacks."""
    here, there = min(less - more, key=repr), min(more - less, key=repr)
    text = (
        f"{capital(did(one))} and found {show(here)} but not {show(there)}; {did(other)} and found {show(there)} but "
        f"not {show(here)}. One of the two elements was added first, and nothing was ever removed."
    )
    return anomaly("incomparable-reads", part, text, one, other, elements=[here, there])


def backwards(order: Sequence[Operation], part: Any) -> Anomaly | None:
    """An operation that returned before one was called which has to come before it."""
    latest = order[0] if order else None
    for at, o in enumerate(order):
        assert latest is not None
        if returned(o) < latest.index:
            return wrong_way(o, latest, order[:at], part)
        if o.index > latest.index:
            latest = o
    return None


def wrong_way(o: Operation, latest: Operation, before: Sequence[Operation], part: Any) -> Anomaly:
    """`latest` has to come before `o`: it is a read that lacks something, or was seen by one that did."""
    if latest.f == "add" and o.f == "read":
        text = f"{capital(did(o))} and found {show(latest.value)}, and had returned before {did(latest)}."
        return anomaly("future-read", part, text, o, latest, elements=[freeze(latest.value)])
    read = latest
    if latest.f == "add":
        read = next(r for r in before if r.f == "read" and freeze(latest.value) in freeze(r.result))
    if o.f == "add":
        lacking, reason = o.value, f"{did(o)}, and had returned before"
    else:
        lacking = min(frozenset(freeze(o.result)) - frozenset(freeze(read.result)), key=repr)
        reason = f"{did(o)}, found {show(lacking)}, and had returned before"
    text = f"{capital(did(read))} and did not find {show(lacking)}, although {reason} "
    if read is latest:
        return anomaly("missing-element", part, f"{text}that read began.", read, o, elements=[freeze(lacking)])
    found = [freeze(lacking), freeze(latest.value)]
    text += f"{did(latest)}, which that read found."
    return anomaly("missing-element", part, text, read, o, latest, elements=found)
