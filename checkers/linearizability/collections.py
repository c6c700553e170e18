"""Things that hold other things: sets, queues, stacks, priority queues, logs.

Where an operation takes something out of an empty collection, its result is None; so None is nothing that can be
put into one. A completion that repeats what was asked says only that it is done.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

import attrs
import msgspec

from checkers.linearizability.specification import Specification, asked_and_told, result_may_be
from checkers.verdict import Anomaly
from histories import HistoryError, Operation, Outcome, freeze

EMPTY: Final = None  # what a dequeue, pop, extract or peek returns where there is nothing


class Collection(Specification):
    """What queues, stacks and priority queues share: something put in, taken out, and looked at.

    States are tuples, the next to be taken out first.
    """

    puts: str
    takes: str
    looks = "peek"
    initial: Hashable = ()

    def put(self, state: tuple[Hashable, ...], item: Hashable) -> tuple[Hashable, ...]:
        """The state with one item more."""
        raise NotImplementedError

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == self.puts:
            return (self.put(state, freeze(operation.value)),)
        if not result_may_be(operation, state[0] if state else EMPTY):
            return ()
        return (state if operation.f == self.looks else state[1:],)

    def read_only(self, operation: Operation) -> bool:
        """Looking, and taking from what was empty."""
        return operation.f == self.looks or (operation.f == self.takes and operation.ok and operation.result is EMPTY)

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Those that surely happened, the uncertain takes, and the uncertain puts of what somebody saw."""
        seen = {freeze(o.result) for o in operations if o.ok and o.f != self.puts}
        return [
            o
            for o in operations
            if o.ok
            or (o.outcome is Outcome.INFO and (o.f == self.takes or (o.f == self.puts and freeze(o.value) in seen)))
        ]

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """All that happened to the items of the anomaly, what it found empty, and the uncertain takes.

        Taking all operations of an item out of a legal sequence leaves one.
        """
        named = [o for o in operations if o.index in anomaly.operations]
        items = {freeze(o.value if o.f == self.puts else o.result) for o in named} - {EMPTY}
        empty = {o.index for o in named if o.ok and o.f != self.puts and o.result is EMPTY}
        return [
            o
            for o in operations
            if (freeze(o.value) in items if o.f == self.puts else not o.ok or freeze(o.result) in items)
            or o.index in empty
        ]

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse None as an item: it stands for nothing."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            if o.f == self.puts and o.value is EMPTY:
                raise HistoryError(f"expected something to {self.puts}, found nothing in {o}")


class Queue(Collection):
    """First in, first out."""

    name = "queue"
    fs = frozenset({"enqueue", "dequeue", "peek"})
    puts = "enqueue"
    takes = "dequeue"

    def put(self, state: tuple[Hashable, ...], item: Hashable) -> tuple[Hashable, ...]:
        """At the end."""
        return (*state, item)


class Stack(Collection):
    """Last in, first out."""

    name = "stack"
    fs = frozenset({"push", "pop", "peek"})
    puts = "push"
    takes = "pop"

    def put(self, state: tuple[Hashable, ...], item: Hashable) -> tuple[Hashable, ...]:
        """In front."""
        return (item, *state)


@attrs.frozen
class PriorityQueue(Collection):
    """Takes out the least item first, or the largest. Items must be comparable with one another."""

    name = "priority-queue"
    fs = frozenset({"insert", "extract", "peek"})
    puts = "insert"
    takes = "extract"
    largest_first: bool = False

    def put(self, state: tuple[Any, ...], item: Any) -> tuple[Hashable, ...]:
        """In order."""
        return tuple(sorted((*state, item), reverse=self.largest_first))

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse items that have no order."""
        operations = list(operations)
        super().known(operations)
        items = [freeze(o.value) for o in operations if o.f == self.puts]
        try:
            sorted(items)
        except TypeError as problem:
            raise HistoryError(f"expected items that can be put in order: {problem}") from None


class Set(Specification):
    """Unordered and without duplicates.

    `add` and `remove` may tell whether they changed anything (True or False); `contains` tells whether an element
    is there; `read` returns all elements. Where nobody reads them all, each element is an object of its own.
    """

    name = "set"
    fs = frozenset({"add", "remove", "contains", "read"})
    initial: Hashable = frozenset()

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "read":
            if not operation.ok:
                return (state,)
            found = freeze(operation.result)
            return (state,) if len(found) == len(state) and frozenset(found) == state else ()
        element, answer = freeze(operation.value), told(operation)
        there = element in state
        if operation.f == "contains":
            return (state,) if not operation.ok or answer is there else ()
        changes = there == (operation.f == "remove")
        if answer is not None and answer != changes:
            return ()
        return (state - {element} if operation.f == "remove" else state | {element},)

    def read_only(self, operation: Operation) -> bool:
        """Reads, and changes that say they changed nothing."""
        return operation.f in {"contains", "read"} or told(operation) is False

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Without the uncertain additions of what nobody ever saw."""
        seen: set[Any] = set()
        for o in operations:
            if o.ok and o.f == "read":
                seen.update(freeze(o.result))
            elif o.ok and told(o) is SEEN[o.f]:
                seen.add(freeze(o.value))
        candidates = super().relevant(operations)
        return [o for o in candidates if o.ok or o.f != "add" or freeze(o.value) in seen]

    def parts(self, operations: Mapping[Any, Sequence[Operation]]) -> Mapping[Any, Sequence[Operation]]:
        """Each element of a set that is never read whole."""
        found: dict[Any, list[Operation]] = {}
        for key, mine in operations.items():
            whole = any(o.f == "read" and o.ok for o in mine)
            for o in mine:
                found.setdefault(key if whole else Element(key=key, element=freeze(o.value)), []).append(o)
        return found

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:
        """Only what concerns the elements of the evidence; where there is none, everything."""
        if not isinstance(anomaly.evidence, tuple):
            return operations
        elements = frozenset(anomaly.evidence)
        kept = []
        for o in operations:
            if o.f == "read" and o.ok and o.index in anomaly.operations:
                kept.append(msgspec.structs.replace(o, result=sorted(elements & frozenset(freeze(o.result)), key=repr)))
            elif o.f != "read" and freeze(o.value) in elements:
                kept.append(o)
        return kept

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse reads that are no lists, and answers that are neither True nor False."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            if o.ok and o.f == "read" and not isinstance(o.result, list | tuple | set | frozenset):
                raise HistoryError(f"expected a list of elements as the result of {o}")
            if o.ok and o.f == "contains" and not isinstance(o.result, bool):
                raise HistoryError(f"expected True or False as the result of {o}")

    def place(self, part: Any) -> str:
        """An element or a set."""
        return str(part) if isinstance(part, Element) else super().place(part)

    def key(self, part: Any) -> Any:
        """The key of the set."""
        return part.key if isinstance(part, Element) else part

    def show(self, state: Any) -> str:
        """A state, for people."""
        return "{" + ", ".join(sorted(map(repr, state))) + "}"


SEEN: Final[Mapping[str, bool]] = {"contains": True, "remove": True, "add": False}  # the answer that shows presence


def told(operation: Operation) -> bool | None:
    """What an operation on one element told: whether it was there, or whether that was changed; None if nothing."""
    if not operation.ok:
        return None
    answer = operation.result if operation.f == "contains" else asked_and_told(operation)[1]
    return answer if isinstance(answer, bool) else None


@attrs.frozen(kw_only=True)
class Element:
    """One element of a set, judged apart."""

    key: Any
    element: Any

    def __str__(self) -> str:
        where = "" if self.key is None else f" of key {self.key!r}"
        return f"element {self.element!r}{where}"


class Log(Specification):
    """Append-only. `append` may tell the offset; `read` returns all entries, or the one at an offset."""

    name = "log"
    fs = frozenset({"append", "read"})
    initial: Hashable = ()

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "append":
            entry, offset = asked_and_told(operation)
            return ((*state, entry),) if offset is None or offset == len(state) else ()
        at = operation.value
        found = state if at is None else state[at] if at < len(state) else EMPTY
        return (state,) if result_may_be(operation, found) else ()

    def read_only(self, operation: Operation) -> bool:
        """Reads."""
        return operation.f == "read"

    def known(self, operations: Iterable[Operation]) -> None:
        """Also refuse offsets that are no whole numbers from 0, and reads of the whole that are no lists."""
        operations = list(operations)
        super().known(operations)
        for o in operations:
            at = o.value if o.f == "read" else asked_and_told(o)[1]
            if at is not None and (type(at) is not int or at < 0):
                raise HistoryError(f"expected an offset from 0, found {at!r} in {o}")
            if o.ok and o.f == "read" and at is None and not isinstance(o.result, list | tuple):
                raise HistoryError(f"expected a list of entries as the result of {o}")

    def hopeless(self, state: Any, operation: Operation) -> bool:
        """What was appended stays where it is."""
        if not operation.ok:
            return False
        at = asked_and_told(operation)[1] if operation.f == "append" else operation.value
        if at is not None:
            return at < len(state)
        found = freeze(operation.result)
        return not isinstance(found, tuple) or found[: len(state)] != state
