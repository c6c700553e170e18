"""What happened at one moment of a run, in Jepsen's vocabulary.

Events are msgspec structs, not attrs classes: the journal writes and reads millions of them, the class is
the schema of a journal line, and an unknown field or a wrong type in a file is an error that names it.
"""

from __future__ import annotations

import enum
from typing import Any, Final, Literal

import msgspec

NEMESIS: Final = "nemesis"


class EventType(enum.StrEnum):
    """What an event says of its operation."""

    INVOKE = "invoke"  # it was asked for
    OK = "ok"  # it happened
    FAIL = "fail"  # it did not happen, and never will
    INFO = "info"  # it may have happened, may happen later, or may never happen


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One line of the journal.

    `index` is its position among all events of the run, `time` is in nanoseconds of the harness's clock
    since the run began, `process` is a client's number or "nemesis". `key` names the object for operations
    on one of many independent objects; `value` is what was asked (invoke) or what was learnt (ok).
    """

    index: int
    time: int
    type: EventType
    process: int | Literal["nemesis"]
    f: str
    key: Any = None
    value: Any = None
    error: str | None = None
    node: str | None = None
