"""Transactions under two-phase locking, at the node that has all the locks.

Gray, Lorie, Putzolu and Traiger (Granularity of Locks and Degrees of Consistency, 1976) define the levels by which
locks are taken and how long they are kept; Berenson et al. (1995, table 2) give them the names of ANSI SQL. Writes are
always locked to the end of the transaction; levels differ in what is done for reads:

| level | keys that are read | ranges that are scanned |
|---|---|---|
| read-uncommitted | not locked | not locked |
| read-committed | until the read is done | until the scan is done |
| repeatable-read | to the end | until the scan is done; the rows that were found, to the end |
| serializable | to the end | to the end |

What a transaction has written is there for itself, and for those that read without a lock; if it does not commit,
that is undone.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, Protocol

import attrs

from systems.consensus import Answer
from systems.simulation.port import Request
from systems.transactions.locks import LockTable, Range, overlap
from systems.transactions.sessions import Session, Sessions
from systems.transactions.steps import Step, cut_short
from systems.transactions.versions import Write

Then = Callable[[Answer], object]


class Kept(enum.Enum):
    """How long a read lock is kept."""

    NEVER = "never taken"
    SHORT = "until the read is done"
    LONG = "to the end"


@attrs.frozen(kw_only=True)
class Level:
    """A row of the table above."""

    keys: Kept
    ranges: Kept


LEVELS: Final = {
    "read-uncommitted": Level(keys=Kept.NEVER, ranges=Kept.NEVER),
    "read-committed": Level(keys=Kept.SHORT, ranges=Kept.SHORT),
    "repeatable-read": Level(keys=Kept.LONG, ranges=Kept.SHORT),
    "serializable": Level(keys=Kept.LONG, ranges=Kept.LONG),
}


class Locker(Session):
    """A transaction, and what it has written."""

    __slots__ = ("writes",)

    def __init__(self, client: str, step: Step) -> None:
        super().__init__(client, step)
        self.writes: dict[Any, Any] = {}


class Store(Protocol):
    """What is committed."""

    def value(self, key: Any) -> Any:
        """The value of a key, or None."""

    def rows(self, low: Any, high: Any) -> list[Write]:
        """The keys in [low, high) that have a value, each with it, in order."""


class LockManager:
    """Runs transactions by their locks, and hands those that ask for it to `commit`, with what they wrote.

    `commit` says what became of it: not before "ok" or "fail" are the locks given back; after "info" never.
    """

    def __init__(
        self, level: Level, store: Store, table: LockTable, commit: Callable[[Locker, Request, Then], object]
    ) -> None:
        self.sessions = Sessions(Locker, end=self.end, waits=table.waits)
        self._level = level
        self._store = store
        self._table = table
        self._ask = commit
        self._dirty: dict[Any, Any] = {}  # what is written and not committed
        self._verbs: Mapping[str, Callable[[Locker, Step, Request, Then], object]] = {
            "read": self._read,
            "write": self._write,
            "append": self._append,
            "scan": self._scan,
            "commit": self._commit,
            "abort": self._abort,
        }

    def take(self, client: str, request: Request, then: Then) -> None:
        """Take a step of a client's transaction, and call `then` with the answer when there is one."""
        step: Step = request.body
        session, wants_answer = self.sessions.take(client, step)
        if session is not None:
            self._verbs[step.verb](session, step, request, then)
        elif wants_answer:
            then(cut_short(step, "this node does not know the transaction any more"))

    def end(self, session: Locker) -> None:
        """Undo what is not committed of a transaction, and give its locks back."""
        session.is_open = False
        for key in session.writes:
            self._dirty.pop(key, None)
        self._table.release_all(session)

    def _lock(self, session: Locker, item: Any, act: Callable[[], object], then: Then, *, exclusive: bool) -> None:
        if not self._table.request(session, item, act, exclusive=exclusive):
            self.end(session)
            then(("fail", "a deadlock: it waited for one that waits for it"))

    # ── Reading ──

    def _read(self, session: Locker, step: Step, _: Request, then: Then) -> None:
        key = step.key
        if key in session.writes:
            then(("ok", session.writes[key]))
        elif self._level.keys is Kept.NEVER:
            then(("ok", self._dirty[key] if key in self._dirty else self._store.value(key)))
        else:
            self._lock(session, key, partial(self._read_locked, session, key, then), then, exclusive=False)

    def _read_locked(self, session: Locker, key: Any, then: Then) -> None:
        self.sessions.answered(session)
        then(("ok", self._store.value(key)))
        if self._level.keys is Kept.SHORT:
            self._table.release(session, key)

    def _scan(self, session: Locker, step: Step, _: Request, then: Then) -> None:
        wanted = Range(*step.key)
        if self._level.ranges is Kept.NEVER:
            then(("ok", self._rows(wanted, self._dirty)))
        else:
            self._lock(session, wanted, partial(self._scan_locked, session, wanted, then), then, exclusive=False)

    def _scan_locked(self, session: Locker, wanted: Range, then: Then) -> None:
        rows = self._rows(wanted, session.writes)
        if self._level.keys is Kept.LONG:
            for key, _ in rows:  # nobody else has written one of them, so each is granted at once
                self._table.request(session, key, _nothing)
        self.sessions.answered(session)
        then(("ok", rows))
        if self._level.ranges is Kept.SHORT:
            self._table.release(session, wanted)

    def _rows(self, wanted: Range, uncommitted: Mapping[Any, Any]) -> tuple[Write, ...]:
        rows = dict(self._store.rows(*wanted))
        rows |= {key: value for key, value in uncommitted.items() if overlap(wanted, key)}
        return tuple((key, rows[key]) for key in sorted(rows) if rows[key] is not None)

    # ── Writing ──

    def _write(self, session: Locker, step: Step, _: Request, then: Then) -> None:
        act = partial(self._put, session, step.key, step.value, then)
        self._lock(session, step.key, act, then, exclusive=True)

    def _append(self, session: Locker, step: Step, _: Request, then: Then) -> None:
        act = partial(self._put_at_end, session, step.key, step.value, then)
        self._lock(session, step.key, act, then, exclusive=True)

    def _put(self, session: Locker, key: Any, value: Any, then: Then) -> None:
        session.writes[key] = self._dirty[key] = value
        self.sessions.answered(session)
        then(("ok", None))

    def _put_at_end(self, session: Locker, key: Any, element: Any, then: Then) -> None:
        present = session.writes[key] if key in session.writes else self._store.value(key)
        self._put(session, key, (*(present or ()), element), then)

    # ── The end ──

    def _commit(self, session: Locker, _: Step, request: Request, then: Then) -> None:
        session.is_open = False
        self.commit(session, request, partial(self._decided, session, then))

    def commit(self, session: Locker, request: Request, then: Then) -> None:
        """Ask for the commit."""
        self._ask(session, request, then)

    def _decided(self, session: Locker, then: Then, answer: Answer) -> None:
        if answer[0] != "info":
            self.end(session)
        then(answer)

    def _abort(self, session: Locker, _step: Step, _request: Request, _then: Then) -> None:
        self.end(session)


def _nothing() -> None:
    """Hear that a lock was granted, and do nothing about it."""
