"""Why the history of a queue, stack or priority queue is not linearizable, in words.

Types of anomaly, besides `garbage-read`, `aborted-read`, `future-read` and `stale-read`, which are as for registers:

    duplicate-take   an item that was put in once was taken twice
    false-empty      the collection was found empty, although something was surely there
    out-of-order     items were taken or looked at in an order that the collection does not allow
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs

from checkers.linearizability.collections import Collection, PriorityQueue, Queue
from checkers.linearizability.monitors.judge import Arrange
from checkers.linearizability.monitors.lifetimes import LATE, Conflict, Lifetime, Misfit, returned
from checkers.linearizability.register_prose import capital, show
from checkers.verdict import Anomaly
from histories import Operation

DONE: Final = {
    "enqueue": "enqueued",
    "dequeue": "dequeued",
    "push": "pushed",
    "pop": "popped",
    "insert": "inserted",
    "extract": "extracted",
    "peek": "looked at",
}
REDUCTION_MAX: Final = 100_000  # items looked at to reduce a conflict to the fewest


@attrs.frozen
class Teller:
    """Words for the operations of one collection."""

    specification: Collection
    key: Any

    @property
    def place(self) -> str:
        """The collection."""
        kind = self.specification.name.replace("-", " ")
        return f"the {kind}" if self.key is None else f"the {kind} of key {show(self.key)}"

    def did(self, o: Operation) -> str:
        """A sentence without its full stop."""
        item = o.value if o.f == self.specification.puts else o.result
        return f"process {o.process} {DONE[o.f]} {show(item)} (#{o.index})"

    def presence(self, one: Lifetime) -> str:
        """From when to when an item was surely there, and how that is known."""
        first = min(one.operations, key=returned)
        since = f"{show(one.item)}, since {self.did(first)}"
        if one.last_call >= LATE:
            return f"{since}, for nobody took it"
        last = max(one.operations, key=lambda o: o.index)
        return f"{since}, until {self.did(last)} at the earliest"


def explain_misfit(specification: Collection, key: Any, found: Misfit) -> Anomaly:
    """The anomaly of a single item."""
    tell = Teller(specification, key)
    one, *other = found.operations
    put = DONE[specification.puts]
    did = capital(tell.did(one))
    text = {
        "garbage-read": lambda: f"{did}, but nobody ever {put} {show(found.item)}.",
        "aborted-read": lambda: (
            f"{did}, but it was never there: #{other[0].index}, which would have put it in, failed."
        ),
        "future-read": lambda: f"{did}, and had returned before {tell.did(other[0])}.",
        "stale-read": lambda: f"{did}, but before that began, {tell.did(other[0])} and had returned.",
        "duplicate-take": lambda: f"{did}, and {tell.did(other[0])}. It was {put} only once.",
    }[found.kind]()
    return Anomaly(
        type=found.kind, operations=tuple(sorted(o.index for o in found.operations)), explanation=text, key=key
    )


def explain_conflict(specification: Collection, key: Any, found: Conflict, arrange: Arrange) -> Anomaly:
    """The anomaly of items that no order reconciles."""
    tell = Teller(specification, key)
    if found.empty is not None:
        kind = "false-empty"
        there = "; ".join(tell.presence(one) for one in found.lifetimes)
        text = (
            f"Process {found.empty.process} found {tell.place} empty (#{found.empty.index}), although at every moment "
            f"of that operation something was there: {there}."
        )
        operations = [found.empty]
        items = found.lifetimes
    else:
        kind = "out-of-order"
        items = found.lifetimes
        if not isinstance(specification, PriorityQueue):
            items = fewest(items, arrange)
        text, operations = disorder(tell, items)
    operations += [o for one in items for o in one.operations]
    indices = tuple(sorted({o.index for o in operations}))
    return Anomaly(type=kind, operations=indices, explanation=text, key=key)


def disorder(tell: Teller, items: Sequence[Lifetime]) -> tuple[str, list[Operation]]:
    """What is wrong with the order, and the operation it shows in."""
    specification = tell.specification
    if isinstance(specification, PriorityQueue):
        low, *better = items
        uses = sorted((o for o in low.operations if o is not low.put), key=returned)
        use = next(
            o for o in uses if all_the_while(better, max(o.index, low.put_call), min(returned(o), low.take_return))
        )
        word = "larger" if specification.largest_first else "smaller"
        there = "; ".join(tell.presence(one) for one in better)
        text = (
            f"{capital(tell.did(use))}, although at every moment of that operation something {word} was there: {there}."
        )
        return text, [use]
    if isinstance(specification, Queue) and len(items) == 2 and items[0].first_return < items[1].put_call:
        ahead, behind = items
        use = min((o for o in behind.operations if o is not behind.put), key=returned)
        sooner = min(ahead.operations, key=returned)
        later = max(ahead.operations, key=lambda o: o.index)
        last = "nobody ever took it" if ahead.last_call >= LATE else f"only after that {tell.did(later)}"
        text = (
            f"{capital(tell.did(use))}, although {show(ahead.item)} was ahead of it in {tell.place}: "
            f"{tell.did(sooner)} and had returned before {tell.did(behind.put)}; and {last}."
        )
        return text, [use]
    there = "; ".join(tell.presence(one) for one in items[:6])
    return f"No order of the operations on {tell.place} explains all of these: {there}.", []


def all_the_while(items: Sequence[Lifetime], start: int, end: int) -> bool:
    """Whether one or another of these was surely there from start to end."""
    reached = start
    for one in sorted(items, key=lambda one: one.first_return):
        if one.first_return <= reached:
            reached = max(reached, one.last_call)
    return reached >= end


def fewest(items: Sequence[Lifetime], arrange: Arrange) -> list[Lifetime]:
    """As few of these items as still contradict each other, as far as the effort allows.

    The least prefix that is wrong ends with an item that is needed. With that one kept, the same again.
    """
    left = REDUCTION_MAX

    def wrong(some: Sequence[Lifetime]) -> bool:
        nonlocal left
        left -= len(some)
        return isinstance(arrange(some), Conflict)

    needed: list[Lifetime] = []
    rest = sorted(items, key=lambda one: one.first_return)
    while not wrong(needed):
        low, high = 0, len(rest)  # with `high` of the rest it is wrong, with `low` it is not
        while high - low > 1 and left > 0:
            middle = (low + high) // 2
            if wrong([*needed, *rest[:middle]]):
                high = middle
            else:
                low = middle
        if left <= 0:
            return [*needed, *rest[:high]]
        needed.append(rest[high - 1])
        rest = rest[: high - 1]
    return sorted(needed, key=lambda one: one.first_return)
