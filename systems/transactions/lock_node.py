"""A node that runs transactions under locks, which one node at a time has in its memory.

The locks are with the node that took them over last, as the log has it, which is the leader of the log whenever it
can be. Any node takes a client's steps and passes them on to there. To commit, the writes go into the log.

Locks are not in the log, and are lost when their node crashes, or when another leads and takes over: that is an entry
in the log, which begins a new epoch. Whoever has locks of an earlier epoch may not know of it yet, paused or cut off,
and goes on giving out locks that mean nothing any more. So each commit names the epoch of its locks, and every
replica refuses it when the log has a later one before it (a fencing token); a transaction that wrote nothing asks,
with a read that surely is not stale, whether its epoch goes on, and its reads are good if so.

A node which cannot learn what became of a commit can neither keep its locks nor give them back: it takes over from
itself.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, Final, NamedTuple

from systems.consensus import Answer, Replica
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import Setting
from systems.transactions.lock_manager import Level, Locker, LockManager, Then
from systems.transactions.locks import LockTable
from systems.transactions.sessions import SWEEP_S
from systems.transactions.steps import cut_short
from systems.transactions.versions import Versions, Write

WATCH_S: Final = 0.025


class TakeOver(NamedTuple):
    """The command: the locks are with this node from now on, and all that there were are void."""

    node: str


class Commit(NamedTuple):
    """The command: these writes, under locks of this epoch."""

    epoch: int
    writes: tuple[Write, ...]


class Committed:
    """The machine that the log drives: what is committed, and who has the locks."""

    def __init__(self) -> None:
        self.epoch = 0
        self.node: str | None = None
        self._versions = Versions()
        self._number = 0

    def apply(self, command: TakeOver | Commit) -> Answer:
        """Begin an epoch, or commit if it goes on."""
        if isinstance(command, TakeOver):
            self.epoch += 1
            self.node = command.node
        elif self.is_void(command.epoch):
            return "fail", f"its locks were void: {self.node} had taken over"
        else:
            self._number += 1
            self._versions.install(command.writes, self._number, horizon=self._number)
        return "ok", None

    def is_void(self, epoch: int) -> bool:
        """Whether locks of this epoch mean nothing any more."""
        return epoch != self.epoch

    def read(self, epoch: int | None) -> Answer:
        """Whether an epoch goes on."""
        if epoch is not None and self.is_void(epoch):
            return "fail", f"its locks were void: {self.node} had taken over"
        return "ok", None

    def value(self, key: Any) -> Any:
        """The value of a key, or None."""
        return self._versions.read(key, self._number)

    def rows(self, low: Any, high: Any) -> list[Write]:
        """The keys in [low, high) that have a value, each with it, in order."""
        return self._versions.scan(low, high, self._number)


class Passed(NamedTuple):
    """A step of a client's transaction, from its node to the one that has the locks."""

    epoch: int
    client: str
    request: Request


class Answered(NamedTuple):
    """And the answer back."""

    client: str
    request: Request
    answer: Answer


class LockNode(Node):
    """A replica of what is committed, a gateway for its clients, and perhaps the one that has the locks."""

    level: ClassVar[Level]
    store_type: ClassVar[type[Committed]] = Committed
    table_type: ClassVar[type[LockTable]] = LockTable
    manager_type: ClassVar[type[LockManager]] = LockManager

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self.committed = self.store_type()
        self.replica = Replica(door, self.committed)
        self._manager: LockManager | None = None
        self._epoch = 0  # of the locks that this manager gives out
        self._in_doubt = False
        self._session = f"{door.name}/{door.luck().integer(2**63)}"
        self._takeovers = 0
        self._watch()
        self._sweep()

    @property
    def leads(self) -> bool:
        """Whether its replica does."""
        return self.replica.leading is not None

    # ── The gateway ──

    def on_message(self, source: str, message: Any) -> None:
        """Pass a step on, or the answer to one; give a message of the log to the replica."""
        kind = type(message)
        if kind is Request:
            self._pass_on(source, message)
        elif kind is Passed:
            self._take(message, partial(self._answer, source, message))
        elif kind is Answered:
            self.door.reply(message.client, message.request, message.answer)
        else:
            self.replica.receive(source, message)

    def _pass_on(self, client: str, request: Request) -> None:
        passed = Passed(self.committed.epoch, client, request)
        node = self.committed.node
        if node is None or node == self.door.name:
            self._take(passed, partial(self.door.reply, client, request))
        else:
            self.door.send(node, passed)

    def _answer(self, gateway: str, passed: Passed, answer: Answer) -> None:
        self.door.send(gateway, Answered(passed.client, passed.request, answer))

    # ── The node that has the locks ──

    def _take(self, passed: Passed, then: Then) -> None:
        if self._manager is None or not self._epoch == passed.epoch == self.committed.epoch:
            then(cut_short(passed.request.body, "the locks are with another node now"))
        else:
            self._manager.take(passed.client, passed.request, then)

    def _commit(self, session: Locker, request: Request, then: Then) -> None:
        if session.writes:
            commit = Commit(self._epoch, tuple(session.writes.items()))
            self.replica.propose(session.client, request.id, commit, partial(self._decided, then))
        else:
            self.replica.read(self._epoch, then)

    def _decided(self, then: Then, answer: Answer) -> None:
        self._in_doubt = self._in_doubt or answer[0] == "info"
        then(answer)

    def _watch(self) -> None:
        """Take over if this node leads and has no locks, or locks that it cannot go on with."""
        has_locks = self._manager is not None and self._epoch == self.committed.epoch and not self._in_doubt
        if self.replica.leading is None or has_locks:
            self.door.after(WATCH_S, self._watch)
            return
        self._takeovers += 1
        self.replica.propose(self._session, self._takeovers, TakeOver(self.door.name), self._took_over)

    def _took_over(self, answer: Answer) -> None:
        if answer[0] == "ok":
            self._manager = self.manager_type(self.level, self.committed, self.table_type(), self._commit)
            self._epoch, self._in_doubt = self.committed.epoch, False
            self.door.count("lock-epochs")
        self.door.after(WATCH_S, self._watch)

    def _sweep(self) -> None:
        if self._manager is not None:
            self._manager.sessions.sweep()
        self.door.after(SWEEP_S, self._sweep)
