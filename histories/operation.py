"""One call of one client, from its invocation to whatever was learnt of it."""

from __future__ import annotations

import enum
from typing import Any

import msgspec


class Outcome(enum.StrEnum):
    """What is known of an operation at the end of the history."""

    OK = "ok"  # it happened, between its invocation and its completion
    FAIL = "fail"  # it did not happen
    INFO = "info"  # it may have happened, at any time after its invocation, or not at all


class Operation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An operation of a history.

    `index` and `end` are positions in the journal: of the invocation and of the completion (None if it never
    completed). Positions order all events of a history totally, so no two are equal; formats whose times
    tie say how they order them. `index` names the operation in every verdict and report.
    `value` is what was asked, `result` what the completion said (for an `ok` one; a write's result repeats
    what it wrote). `invoke_ns` and `end_ns` are for people and for staleness, not for the order.
    """

    index: int
    process: int
    f: str
    outcome: Outcome
    end: int | None = None
    key: Any = None
    value: Any = None
    result: Any = None
    error: str | None = None
    invoke_ns: int = 0
    end_ns: int | None = None
    node: str | None = None

    @property
    def ok(self) -> bool:
        """Whether it surely happened."""
        return self.outcome is Outcome.OK

    @property
    def known(self) -> Any:
        """The most that is known of its value: the completion's if it is `ok`, else the invocation's."""
        return self.result if self.outcome is Outcome.OK else self.value

    def __str__(self) -> str:
        """For people: `#12 process 3: read key 7 -> 4`."""
        asked = "" if self.value is None else f" {self.value}"
        where = "" if self.key is None else f" key {self.key}"
        learnt = f" -> {self.result}" if self.ok and self.result != self.value else ""
        doubt = "" if self.ok else f" ({self.outcome})"
        return f"#{self.index} process {self.process}: {self.f}{where}{asked}{learnt}{doubt}"
