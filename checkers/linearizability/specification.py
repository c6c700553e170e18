"""What one object does when its operations come one after another.

A specification is all the checker knows of a data type. Ten lines make one:

    class Toggle(Specification):
        name = "toggle"
        fs = frozenset({"flip", "read"})
        initial = False

        def step(self, state, operation):
            if operation.f == "flip":
                return (not state,)
            return (state,) if result_may_be(operation, state) else ()

`step` returns every state the operation may leave behind: none where it cannot happen, one where the object is
deterministic, several where it is not. States are hashable values and never changed in place.

Only an `ok` operation has a result. An `info` one may have happened, and then nobody knows what it returned:
`step` must allow it any result, which is what `result_may_be` says. Operations that failed did not happen;
the checker drops them before it asks.
"""

from __future__ import annotations

import abc
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from checkers.verdict import Anomaly
from histories import HistoryError, Operation, Outcome, freeze


def result_may_be(operation: Operation, value: Any) -> bool:
    """Whether the operation may have returned this value: only an `ok` one says what it returned."""
    return operation.outcome is not Outcome.OK or freeze(operation.result) == value


def asked_and_told(operation: Operation) -> tuple[Any, Any]:
    """What was asked, and what the completion added to it; a completion that only repeats the question adds None."""
    value = freeze(operation.value)
    told = freeze(operation.result) if operation.ok else None
    return value, None if told.__class__ is value.__class__ and told == value else told


class Specification(abc.ABC):
    """A sequential data type. Subclasses give `name`, `fs`, `initial` and `step`; the rest makes the search faster."""

    name: ClassVar[str]
    fs: ClassVar[frozenset[str]]  # the operations it knows
    initial: Hashable = None
    whole_state: ClassVar[bool] = False  # see `requires` and `leaves`

    @abc.abstractmethod
    def step(self, state: Any, operation: Operation) -> Iterable[Hashable]:
        """The states it may leave behind; none where the operation cannot happen in this state with this result."""

    def read_only(self, operation: Operation) -> bool:  # noqa: ARG002  the default for all of them
        """Whether it changes no state, whatever the state: then it is never a choice when to let it happen."""
        return False

    def requires(self, operation: Operation) -> tuple[Hashable, ...]:  # noqa: ARG002  the default for all of them
        """Where `whole_state`: the state in which alone it can happen, or `()` if it can happen in every state."""
        return ()

    def leaves(self, operation: Operation) -> tuple[Hashable, ...]:  # noqa: ARG002  the default for all of them
        """Where `whole_state`: the state it leaves behind whatever the state before, or `()` if it changes none."""
        return ()

    def suited(self, operations: Sequence[Operation]) -> Specification:  # noqa: ARG002  the default for all of them
        """The same data type, knowing which operations there are: where that lets `hopeless` say more."""
        return self

    def hopeless(self, state: Any, operation: Operation) -> bool:  # noqa: ARG002  the default for all of them
        """Whether an operation, impossible in this state, stays so whatever the other operations do."""
        return False

    def labels(self, operations: Sequence[Operation]) -> list[Hashable]:
        """For each operation a label; those with equal labels do the same in every state."""
        return [(o.f, freeze(o.value), o.ok, freeze(o.result) if o.ok else None) for o in operations]

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Those that may matter: without the others, the history is linearizable exactly if it was with them."""
        return [o for o in operations if o.ok or (o.outcome is Outcome.INFO and not self.read_only(o))]

    def parts(self, operations: Mapping[Any, Sequence[Operation]]) -> Mapping[Any, Sequence[Operation]]:
        """Objects that can be judged apart, given the operations of each key.

        Linearizability is local: a history is linearizable exactly if its restriction to each object is.
        """
        return operations

    def excerpt(self, operations: Sequence[Operation], anomaly: Anomaly) -> Sequence[Operation]:  # noqa: ARG002  the default
        """Enough operations to show an anomaly, such that they are linearizable if all of `operations` are.

        For `audit`, which tries all orders of them.
        """
        return operations

    def place(self, part: Any) -> str:
        """An object, for people: the words for one of `parts`."""
        return "the object" if part is None else f"key {part!r}"

    def key(self, part: Any) -> Any:
        """The key of the operations on one of `parts`."""
        return part

    def show(self, state: Any) -> str:
        """A state, for people."""
        return repr(state)

    def known(self, operations: Iterable[Operation]) -> None:
        """Raise `HistoryError` where an operation is none of this type's."""
        for operation in operations:
            if operation.f not in self.fs:
                names = ", ".join(sorted(self.fs))
                raise HistoryError(f"expected an operation of a {self.name} ({names}), found {operation}")
