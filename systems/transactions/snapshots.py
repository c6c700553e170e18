"""A node that runs transactions on snapshots and commits them through a replicated log.

Every node has the whole database, with its past, as far as it has applied the log. A transaction reads at its client's
node, from the snapshot of what this node had applied when it began, and keeps what it writes to itself. To commit,
its writes (and whatever else says that it may) go into the log as one command. Every replica comes to the same
verdict on it when it applies it: that is all the concurrency control there is, and it holds no locks.

A node may lag behind the log, and so does the snapshot. Nothing of a transaction is durable, or known to any other
node, before it commits; a node that crashes forgets those that it ran. A node that has just booted serves nobody
until it has all that was committed before.
"""

from __future__ import annotations

import abc
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from systems.consensus import Answer, Replica
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import Setting
from systems.transactions.sessions import SWEEP_S, Session, Sessions
from systems.transactions.steps import Step, cut_short
from systems.transactions.versions import Versions, Write

KEPT: Final = 2048  # commits, the past of which is kept


class Commit(NamedTuple):
    """The command: what a transaction read, if that matters, and what it wants to write."""

    snapshot: int
    writes: tuple[Write, ...]
    reads: tuple[Any, ...] = ()
    scans: tuple[tuple[Any, Any], ...] = ()


class Database(abc.ABC):
    """The machine that the log drives: versions, and who may add to them."""

    def __init__(self) -> None:
        self.versions = Versions()
        self.number = 0  # of the last command; commits take their number from it
        self.horizon = 0  # snapshots from before this are gone

    def apply(self, commit: Commit) -> Answer:
        """Commit, or say why not."""
        self.number += 1
        self.horizon = max(0, self.number - KEPT)
        refusal = "its snapshot is too old" if commit.snapshot < self.horizon else self.refusal(commit)
        if refusal is not None:
            return "fail", refusal
        self.install(commit)
        return "ok", None

    def read(self, _: object) -> Answer:
        """Nothing: transactions read from snapshots."""
        return "ok", None

    @abc.abstractmethod
    def refusal(self, commit: Commit) -> str | None:
        """Why this transaction may not commit, after all those that were applied before it."""

    def install(self, commit: Commit) -> None:
        """Add what it wrote."""
        self.versions.install(commit.writes, self.number, self.horizon)

    def snapshot(self, *, reads_only: bool) -> int:  # noqa: ARG002  it matters to some
        """The number at which a transaction that begins now reads."""
        return self.number


class Running(Session):
    """A transaction at its client's node."""

    __slots__ = ("reads", "reads_only", "scans", "snapshot", "writes")

    def __init__(self, client: str, step: Step, snapshot: int) -> None:
        super().__init__(client, step)
        self.reads_only = step.reads_only
        self.snapshot = snapshot
        self.reads: dict[Any, None] = {}
        self.scans: list[tuple[Any, Any]] = []
        self.writes: dict[Any, Any] = {}


class SnapshotNode(Node):
    """A replica of the database, and the gateway for the clients of this node."""

    database_type: ClassVar[type[Database]]

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self.database = self.database_type()
        self.replica = Replica(door, self.database)
        self.sessions = Sessions(self._begin, end=lambda _: None)
        self.is_current = False  # has all that was committed before it booted
        self._verbs: dict[str, Callable[[Running, Step, Request], Answer | None]] = {
            "read": self._read,
            "write": self._write,
            "append": self._append,
            "scan": self._scan,
            "commit": self._commit,
            "abort": self._abort,
        }
        self._catch_up(("fail", None))
        self._sweep()

    @property
    def leads(self) -> bool:
        """Whether its replica does."""
        return self.replica.leading is not None

    def on_message(self, source: str, message: Any) -> None:
        """Take a step of a transaction, or pass the message to the replica."""
        if type(message) is not Request:
            self.replica.receive(source, message)
        elif answer := self._take(source, message):
            self.door.reply(source, message, answer)

    def _catch_up(self, answer: Answer) -> None:
        """Ask how far the others are until there is an answer, which comes when this replica is there too."""
        self.is_current = answer[0] == "ok"
        if not self.is_current:
            self.replica.read(None, self._catch_up)

    def _sweep(self) -> None:
        self.sessions.sweep()
        self.door.after(SWEEP_S, self._sweep)

    # ── Steps; the answer is None where it comes later, or never ──

    def _take(self, client: str, request: Request) -> Answer | None:
        step: Step = request.body
        session, wants_answer = self.sessions.take(client, step)
        if session is None:
            return cut_short(step, "this node does not know the transaction any more") if wants_answer else None
        refusal = self._refusal(session, step)
        if refusal is not None:
            session.is_open = False
            return "fail", refusal
        return self._verbs[step.verb](session, step, request)

    def _begin(self, client: str, step: Step) -> Running:
        return Running(client, step, self.database.snapshot(reads_only=step.reads_only))

    def _refusal(self, session: Running, step: Step) -> str | None:
        if not self.is_current:
            return "this node has not caught up since it booted"
        if session.snapshot < self.database.horizon:
            return "its snapshot is too old"
        if session.reads_only and step.verb in {"write", "append"}:
            return "it was to read only"
        return None

    def _read(self, session: Running, step: Step, _: Request) -> Answer:
        return "ok", self._value(session, step.key)

    def _value(self, session: Running, key: Any) -> Any:
        if key in session.writes:
            return session.writes[key]
        session.reads[key] = None
        return self.visible(session, key)

    def visible(self, session: Running, key: Any) -> Any:
        """The value of a key in the transaction's snapshot."""
        return self.database.versions.read(key, session.snapshot)

    def _write(self, session: Running, step: Step, _: Request) -> Answer:
        session.writes[step.key] = step.value
        return "ok", None

    def _append(self, session: Running, step: Step, _: Request) -> Answer:
        """Append to what is there, unseen: no read, for whoever else writes there makes the commit fail anyway."""
        key = step.key
        present = session.writes[key] if key in session.writes else self.visible(session, key)
        session.writes[key] = (*(present or ()), step.value)
        return "ok", None

    def _scan(self, session: Running, step: Step, _: Request) -> Answer:
        low, high = step.key
        session.scans.append((low, high))
        rows = dict(self.database.versions.scan(low, high, session.snapshot))
        rows |= {key: value for key, value in session.writes.items() if low <= key < high}
        return "ok", tuple((key, rows[key]) for key in sorted(rows) if rows[key] is not None)

    def _commit(self, session: Running, _: Step, request: Request) -> Answer | None:
        session.is_open = False
        if self.needs_no_vote(session):
            return "ok", None
        self.propose(session, request, self.command(session))
        return None

    def needs_no_vote(self, session: Running) -> bool:
        """Whether a transaction may commit without the log."""
        return not session.writes

    def command(self, session: Running) -> Commit:
        """What the log is told of the transaction."""
        return Commit(session.snapshot, tuple(session.writes.items()))

    def propose(self, session: Running, request: Request, commit: Commit) -> None:
        """Put the commit into the log."""
        self.replica.propose(session.client, request.id, commit, partial(self.decided, session, request))

    def decided(self, session: Running, request: Request, answer: Answer) -> None:
        """Tell the client what became of the commit, now that it was applied here, or was given up."""
        self.door.reply(session.client, request, answer)

    def _abort(self, session: Running, _step: Step, _request: Request) -> None:
        session.is_open = False
