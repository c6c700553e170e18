"""Transactions as flat arrays: what the checkers of isolation work on.

A history of a million transactions is some four million micro-operations and, where lists are read, tens of
millions of elements: a few hundred megabytes of arrays, and far too many Python objects. The arrays are made from a
`History` by `TransactionColumns.of`, or straight from a journal, with no history between, by `read_transactions`.

Keys and values become codes, small whole numbers, so that what a client wrote never matters to a checker.

The elements of the lists that were read lie in one pool, and a read is a slice of it. Reads may share: two reads with
the same `start` and some elements are a prefix one of the other, and need not be compared element by element. Two
with different `start` may be so too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, Final

import attrs
import numpy as np
from numpy.typing import NDArray

from histories.codes import Ints, coded
from histories.errors import HistoryError
from histories.history import History
from histories.operation import Operation, Outcome

READ: Final = 0
APPEND: Final = 1
WRITE: Final = 2
KINDS: Final = ("r", "append", "w")

# What stands in `value` where there is no code.
NIL: Final = -1  # null: a read that found the initial value
UNKNOWN: Final = -2  # a read whose result nobody learnt
LIST: Final = -3  # a read of a list: its elements lie between `start` and `stop`

FOREVER: Final = int(np.iinfo(np.int64).max)  # the end of what may take effect at any later time

OUTCOMES: Final = (Outcome.OK, Outcome.FAIL, Outcome.INFO)
OK: Final = 0
FAIL: Final = 1
INFO: Final = 2


@attrs.frozen(kw_only=True, eq=False, slots=False)
class TransactionColumns:
    """The transactions of a history in the order of their invocations, as arrays.

    One entry a transaction: `index` (its name in verdicts: the position of its invocation), `end` (the position of
    its completion, `FOREVER` if that is not ok or fail), `process`, `outcome` (a place in `OUTCOMES`). The
    micro-operations of transaction t are those from `first[t]` to `first[t + 1]`.

    One entry a micro-operation: `kind` (a place in `kinds`, which begins with `KINDS`), `key` (a place in `keys`), and
    `value`: a place in `values`, or NIL, UNKNOWN or LIST. The elements of a list that was read are
    `elements[start:stop]`, places in `values`; `start` and `stop` are 0 for all other micro-operations.
    """

    index: Ints = attrs.field(repr=False)
    end: Ints = attrs.field(repr=False)
    process: Ints = attrs.field(repr=False)
    outcome: NDArray[np.int8] = attrs.field(repr=False)
    first: Ints = attrs.field(repr=False)
    kind: NDArray[np.int8] = attrs.field(repr=False)
    key: Ints = attrs.field(repr=False)
    value: Ints = attrs.field(repr=False)
    start: Ints = attrs.field(repr=False)
    stop: Ints = attrs.field(repr=False)
    elements: Ints = attrs.field(repr=False)
    kinds: Sequence[str] = KINDS
    keys: Sequence[Any] = attrs.field(repr=False)
    values: Sequence[Any] = attrs.field(repr=False)
    source: str | None = None
    torn: str | None = None
    real_time: bool = True

    @classmethod
    def of(cls, history: History) -> TransactionColumns:
        """The transactions of a history; operations whose f is not "txn" are left out."""
        return _columns(history)

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def transaction(self) -> Ints:
        """The transaction that each micro-operation belongs to."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.first))

    @property
    def last(self) -> int:
        """The last position at which one is known to have begun or ended."""
        return int(max(self.index.max(initial=0), self.end[self.end < FOREVER].max(initial=0)))

    def micro_operations(self, transaction: int) -> list[list[Any]]:
        """A transaction as its client knows it: `["r", key, value]` and so on, None where nothing is known."""
        return [
            [self.kinds[self.kind[i]], self.keys[self.key[i]], self._value(i)]
            for i in range(self.first[transaction], self.first[transaction + 1])
        ]

    def position(self, micro: int) -> int:
        """The place of a micro-operation in its transaction."""
        return int(micro - self.first[self.transaction[micro]])

    def operation(self, transaction: int) -> Operation:
        """A transaction as an operation of a history, without its times and its node."""
        known = self.micro_operations(transaction)
        outcome = OUTCOMES[self.outcome[transaction]]
        end = int(self.end[transaction])
        return Operation(
            index=int(self.index[transaction]),
            process=int(self.process[transaction]),
            f="txn",
            outcome=outcome,
            end=None if end == FOREVER else end,
            value=[[kind, key, None if kind == "r" else value] for kind, key, value in known],
            result=known if outcome is Outcome.OK else None,
        )

    def _value(self, micro: int) -> Any:
        code = self.value[micro]
        if code == LIST:
            return [self.values[code] for code in self.elements[self.start[micro] : self.stop[micro]]]
        return self.values[code] if code >= 0 else None


def _columns(history: History) -> TransactionColumns:
    operations = sorted((one for one in history if one.f == "txn"), key=lambda operation: operation.index)
    parts = [_micro_operations(operation, history.source) for operation in operations]
    kinds, keys, marks, values = zip(*chain.from_iterable(parts), strict=True) if any(parts) else ((), (), (), ())
    kind_codes, kind_names = coded([*KINDS, *kinds])
    key_codes, key_table = coded(keys)
    value = np.array(marks, dtype=np.int64)
    reads = [part for part, mark in zip(values, marks, strict=True) if mark == LIST]
    elements = list(chain.from_iterable(reads))
    codes, table = coded([*elements, *(part for part, mark in zip(values, marks, strict=True) if mark == CODE)])
    value[value == CODE] = codes[len(elements) :]
    stops = np.cumsum([len(read) for read in reads], dtype=np.int64)
    start, stop = np.zeros_like(value), np.zeros_like(value)
    stop[value == LIST] = stops
    start[value == LIST] = stops - np.array([len(read) for read in reads], dtype=np.int64)
    return TransactionColumns(
        index=_integers((operation.index for operation in operations), history.source),
        end=_integers(
            (operation.end if _is_definite(operation) else FOREVER for operation in operations), history.source
        ),
        process=_integers((operation.process for operation in operations), history.source),
        outcome=np.array([OUTCOMES.index(operation.outcome) for operation in operations], dtype=np.int8),
        first=np.cumsum([0, *map(len, parts)], dtype=np.int64),
        kind=kind_codes[len(KINDS) :].astype(np.int8),
        key=key_codes,
        value=value,
        start=start,
        stop=stop,
        elements=codes[: len(elements)],
        kinds=tuple(kind_names),
        keys=key_table,
        values=table,
        source=history.source,
        torn=history.torn,
        real_time=history.real_time,
    )


CODE: Final = -4  # in the place of a code that is not known yet


def _micro_operations(operation: Operation, source: str | None) -> list[tuple[str, Any, int, Any]]:
    """Kind, key, mark and value of each micro-operation of a transaction."""
    learnt = operation.ok and operation.result is not None
    value = operation.result if learnt else operation.value
    try:
        return [_micro_operation(*part, learnt=learnt) for part in value]
    except TypeError:
        problem = f"expected a list of micro-operations [kind, key, value] as the value of {operation}"
        raise HistoryError(problem, source=source) from None
    except HistoryError as error:
        raise HistoryError(f"{error.problem} in {operation}", source=source) from None


def _micro_operation(kind: str, key: Any, value: Any = None, *, learnt: bool) -> tuple[str, Any, int, Any]:
    if type(kind) is not str:
        raise HistoryError(f"expected the kind of a micro-operation, found {kind!r}")
    if kind == "r":
        mark = UNKNOWN if not learnt else NIL if value is None else LIST if isinstance(value, list | tuple) else CODE
    elif kind == "w" and isinstance(value, list | tuple):
        raise HistoryError(f"expected a single value to be written, found the list {value}")
    else:
        mark = NIL if value is None else CODE
    return kind, key, mark, value


def _is_definite(operation: Operation) -> bool:
    return operation.end is not None and operation.outcome is not Outcome.INFO


def _integers(numbers: Iterable[int | None], source: str | None) -> Ints:
    try:
        return np.fromiter(numbers, dtype=np.int64)
    except OverflowError:
        raise HistoryError("expected positions and processes of 64 bits, found a larger one", source=source) from None
