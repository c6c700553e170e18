"""Porcupine's vocabulary (github.com/anishathalye/porcupine) for people who come from Go.

    register = Model(
        init=lambda: 0,
        step=lambda state, asked, answer: (True, asked) if asked is not None else (answer == state, state),
    )
    history = [
        Operation(client_id=0, input=100, call=0, output=None, return_time=100),
        Operation(client_id=1, input=None, call=25, output=100, return_time=75),
    ]
    assert check_operations(register, history)

As there, intervals are closed: an operation that returns at the moment when another is called is concurrent with
it, since clocks tick coarsely, and an order that was not observed must not be assumed. Histories whose writer
meant otherwise are checked with `returns_first=True`.

Different from Go: states are hashable values, compared with `==`; a step may return several states where the
object is not deterministic (`NondeterministicModel`); an input, known to be `read_only`, makes the search faster.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final

import attrs

import histories
from checkers.budget import Budget
from checkers.linearizability.check import judge
from checkers.linearizability.culprit import Unplaceable
from checkers.linearizability.specification import Specification
from histories import HistoryError, Outcome

NO_LIMIT: Final = 1 << 60


@attrs.frozen(kw_only=True)
class Operation:
    """A call and its return, with times on one clock."""

    client_id: int = 0
    input: Any
    call: float
    output: Any
    return_time: float

    def __attrs_post_init__(self) -> None:
        if self.return_time < self.call:
            raise HistoryError(f"expected a return after the call at {self.call}, found {self}")


class EventKind(enum.Enum):
    """What an event is."""

    CALL = "call"
    RETURN = "return"


@attrs.frozen(kw_only=True)
class Event:
    """A call, whose value is the input, or a return, whose value is the output. Events of one operation share an id."""

    client_id: int = 0
    kind: EventKind
    value: Any
    id: int


class CheckResult(enum.Enum):
    """What a check comes to; `UNKNOWN` where the time ran out."""

    OK = "Ok"
    ILLEGAL = "Illegal"
    UNKNOWN = "Unknown"


def one_partition(history: Sequence[Operation]) -> list[list[Operation]]:
    """All operations together."""
    return [list(history)]


@attrs.frozen(kw_only=True)
class Model:
    """A sequential specification. `step(state, input, output)` returns whether that is right, and the next state."""

    init: Callable[[], Hashable]
    step: Callable[[Any, Any, Any], tuple[bool, Hashable]]
    partition: Callable[[Sequence[Operation]], Iterable[Sequence[Operation]]] = one_partition
    read_only: Callable[[Any], bool] = lambda _: False

    def states(self, state: Any, asked: Any, answer: Any) -> Iterable[Hashable]:
        """The next states: one, or none where the output is wrong."""
        right, after = self.step(state, asked, answer)
        return (after,) if right else ()


@attrs.frozen(kw_only=True)
class NondeterministicModel:
    """A specification whose `step(state, input, output)` returns all possible next states."""

    init: Callable[[], Hashable]
    step: Callable[[Any, Any, Any], Iterable[Hashable]]
    partition: Callable[[Sequence[Operation]], Iterable[Sequence[Operation]]] = one_partition
    read_only: Callable[[Any], bool] = lambda _: False

    def states(self, state: Any, asked: Any, answer: Any) -> Iterable[Hashable]:
        """The next states."""
        return self.step(state, asked, answer)


AnyModel = Model | NondeterministicModel


@attrs.frozen(kw_only=True)
class LinearizationInfo:
    """For each partition its operations, and as long a linearization of them as there is, as positions among them.

    It is whole where the partition is linearizable; where it is not, it explains all that had returned before
    the first return that cannot be explained. It is None where the search did not get so far.
    """

    partitions: tuple[tuple[Operation, ...], ...]
    partial_linearizations: tuple[tuple[int, ...] | None, ...]


def check_operations(model: AnyModel, history: Sequence[Operation], *, returns_first: bool = False) -> bool:
    """Whether a history is linearizable, however long that takes."""
    return check_operations_verbose(model, history, returns_first=returns_first)[0] is CheckResult.OK


def check_operations_timeout(
    model: AnyModel, history: Sequence[Operation], timeout: float, *, returns_first: bool = False
) -> CheckResult:
    """Whether a history is linearizable, in so many seconds; 0 for no limit."""
    return check_operations_verbose(model, history, timeout, returns_first=returns_first)[0]


def check_operations_verbose(
    model: AnyModel, history: Sequence[Operation], timeout: float = 0, *, returns_first: bool = False
) -> tuple[CheckResult, LinearizationInfo]:
    """The same, with the linearizations."""
    history = [attrs.evolve(operation) for operation in history]  # each its own, even if one was given twice
    partitions = tuple(tuple(partition) for partition in model.partition(history))
    positions = tie_rule(history, returns_first=returns_first)
    parts = {
        key: sorted((converted(o, key, positions[id(o)]) for o in partition), key=lambda o: o.index)
        for key, partition in enumerate(partitions)
    }
    found = judge(Modelled(model), parts, Budget(configurations=NO_LIMIT, seconds=timeout or None))
    orders: dict[Any, Sequence[int] | None] = dict(found.orders)
    for key, anomaly in found.anomalies.items():
        assert isinstance(anomaly.evidence, Unplaceable)
        orders[key] = anomaly.evidence.order
    linearizations = []
    for key, partition in enumerate(partitions):
        rank = {positions[id(operation)][0]: number for number, operation in enumerate(partition)}
        order = orders.get(key)
        linearizations.append(None if order is None else tuple(rank[index] for index in order))
    info = LinearizationInfo(partitions=partitions, partial_linearizations=tuple(linearizations))
    if found.anomalies:
        return CheckResult.ILLEGAL, info
    return CheckResult.UNKNOWN if found.open else CheckResult.OK, info


def check_events(model: AnyModel, events: Sequence[Event]) -> bool:
    """Whether a history, given as events in their order, is linearizable, however long that takes."""
    return check_operations(model, paired(events))


def check_events_timeout(model: AnyModel, events: Sequence[Event], timeout: float) -> CheckResult:
    """The same, in so many seconds; 0 for no limit."""
    return check_operations_timeout(model, paired(events), timeout)


def check_events_verbose(
    model: AnyModel, events: Sequence[Event], timeout: float = 0
) -> tuple[CheckResult, LinearizationInfo]:
    """The same, with the linearizations."""
    return check_operations_verbose(model, paired(events), timeout)


def paired(events: Sequence[Event]) -> list[Operation]:
    """Operations from events, timed by their positions. `HistoryError` where calls and returns do not match."""
    calls: dict[int, tuple[int, Event]] = {}
    operations = []
    for time, event in enumerate(events):
        if event.kind is EventKind.CALL:
            if event.id in calls:
                raise HistoryError(f"expected one call with the id {event.id}, found a second: {event}")
            calls[event.id] = (time, event)
        elif event.id not in calls:
            raise HistoryError(f"expected a call before the return {event}")
        else:
            call, asked = calls.pop(event.id)
            operations.append(
                Operation(client_id=asked.client_id, input=asked.value, call=call, output=event.value, return_time=time)
            )
    for _, event in calls.values():
        raise HistoryError(f"expected a return for the call {event}")
    return operations


def tie_rule(history: Sequence[Operation], *, returns_first: bool) -> dict[int, tuple[int, int]]:
    """By `id`, the positions of an operation's call and return among all, in the order of times.

    Where times tie, calls go before returns, or after them. Operations of no length at one instant stay concurrent:
    with returns first, they come after what returned then, and before what was called then.
    """
    moments = []
    for number, operation in enumerate(history):
        call, back = 0, 1
        if returns_first:
            call, back = (1, 2) if operation.call == operation.return_time else (3, 0)
        moments.append((operation.call, call, number, 0))
        moments.append((operation.return_time, back, number, 1))
    places = [[0, 0] for _ in history]
    for position, (_, _, number, which) in enumerate(sorted(moments)):
        places[number][which] = position
    return {id(operation): (call, back) for operation, (call, back) in zip(history, places, strict=True)}


def converted(operation: Operation, partition: int, places: tuple[int, int]) -> histories.Operation:
    """As one of this project's; input and output go together, since a model knows no unknown output."""
    return histories.Operation(
        index=places[0],
        end=places[1],
        process=operation.client_id,
        f="operation",
        key=partition,
        value=(operation.input, operation.output),
        outcome=Outcome.OK,
    )


@attrs.frozen
class Modelled(Specification):
    """A model as a specification."""

    model: AnyModel
    name = "model"
    fs = frozenset({"operation"})
    initial: Hashable = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "initial", self.model.init())

    def step(self, state: Any, operation: histories.Operation) -> Iterable[Hashable]:
        """See `Specification.step`."""
        return self.model.states(state, *operation.value)

    def read_only(self, operation: histories.Operation) -> bool:
        """What the model says of the input."""
        return self.model.read_only(operation.value[0])

    def labels(self, operations: Sequence[histories.Operation]) -> list[Hashable]:
        """Inputs with outputs, where they are hashable; else each operation is like no other."""
        labels: list[Hashable] = []
        for operation in operations:
            try:
                hash(operation.value)
            except TypeError:
                labels.append(("index", operation.index))
            else:
                labels.append(operation.value)
        return labels
