"""The operations of one register as rows: what each demands, what it leaves, and when."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

import attrs

from checkers.linearizability.registers import old_and_new
from histories import Operation, Outcome, freeze

NEVER: Final = 1 << 62  # the return of an operation that never returned
NOTHING: Final = object()  # demanded or left: None is a value like any other
INITIAL: Final = -1  # the row of the write of the initial value, which is before all others


@attrs.frozen(kw_only=True)
class Rows:
    """Columns, one row an operation, in the order of their calls.

    `needs` is the value an operation found, `makes` the value it left behind, or `NOTHING`. Reads that did not
    return and operations that failed have no row: they say nothing. A compare-and-set of a value to itself is a read.
    `failed` has, by value, the operations that failed to leave it.
    """

    operations: list[Operation] = attrs.field(factory=list)
    needs: list[Any] = attrs.field(factory=list)
    makes: list[Any] = attrs.field(factory=list)
    calls: list[int] = attrs.field(factory=list)
    returns: list[int] = attrs.field(factory=list)
    failed: dict[Hashable, Operation] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.operations)


def rows_of(operations: Sequence[Operation]) -> Rows:
    """The rows of one register's operations (`read`, `write`, `cas`)."""
    rows = Rows()
    add_operation, add_need, add_make = rows.operations.append, rows.needs.append, rows.makes.append
    add_call, add_return = rows.calls.append, rows.returns.append
    for operation in operations:
        f, outcome = operation.f, operation.outcome
        ok = outcome is Outcome.OK
        if f == "read":
            if not ok:
                continue
            need, make = freeze(operation.result), NOTHING
        else:
            need, make = (NOTHING, freeze(operation.value)) if f == "write" else old_and_new(operation)
            if outcome is Outcome.FAIL:
                rows.failed.setdefault(make, operation)
                continue
            if need == make:
                if not ok:
                    continue
                make = NOTHING
        add_operation(operation)
        add_need(need)
        add_make(make)
        add_call(operation.index)
        add_return(operation.end if ok else NEVER)  # type: ignore[arg-type]
    return rows
