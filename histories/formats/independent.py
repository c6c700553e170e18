"""Operations on independent objects, as Jepsen writes them: every value is `[key value]`.

Nothing in a file says so: `[0 2]` may be the value of a cas, or the value 2 for the object 0. What tells them apart
is that all operations have such values, reads too, whose invocations know a key and no value: `[0 nil]`.
"""

from __future__ import annotations

from typing import Any

import attrs
from msgspec.structs import replace

from histories.errors import HistoryError
from histories.history import History
from histories.operation import Operation


def looks_independent(history: History) -> bool:
    """Whether every operation has a value `[key value]`, and a read among them was invoked with `[key nil]`."""
    return any(operation.f != "cas" and _is_question(operation.value) for operation in history) and all(
        _is_pair(operation.value) and (operation.result is None or _is_pair(operation.result)) for operation in history
    )


def as_independent(history: History) -> History:
    """The same history with the keys taken out of the values; `HistoryError` where a value is not a pair."""
    split = tuple(_split(operation, history) for operation in history)
    return attrs.evolve(history, operations=split)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], int | str)


def _is_question(value: Any) -> bool:
    return _is_pair(value) and value[1] is None


def _split(operation: Operation, history: History) -> Operation:
    asked, learnt = operation.value, operation.result
    if not _is_pair(asked) or not (learnt is None or _is_pair(learnt)):
        problem = f"expected the value of {operation} to be [key value]"
        raise HistoryError(problem, source=history.source)
    if learnt is not None and learnt[0] != asked[0]:
        problem = f"expected {operation} to be completed with the key it was invoked with"
        raise HistoryError(problem, source=history.source)
    return replace(operation, key=asked[0], value=asked[1], result=None if learnt is None else learnt[1])
