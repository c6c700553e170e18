"""Serializable snapshot isolation: snapshots, and no transaction that could close a cycle is let through.

Under snapshot isolation every execution that no serial order explains has two rw edges in a row between concurrent
transactions, In -rw-> Pivot -rw-> Out (each read what the next one overwrote), where Out committed first of the three
(Fekete, Liarokapis, O'Neil, O'Neil, Shasha 2005; In may be Out). Cahill, Roehm and Fekete (2008) abort one of them
whenever they see such a pair. Here each transaction says at its commit what it has read, and every replica looks for
the pairs that the commit would complete, in the same log, so with the same result. As the one who commits is the last
of the three, it is the pivot or In, and the order of commits is known, which spares many aborts (Ports and Grittner
2012).

Some that do no harm are aborted all the same: not every such pair is part of a cycle.

Transactions that only read are not in the log. They read from the last safe snapshot, and then no pair can have them
for In: after a snapshot was declared safe, in the log, no pivot commits whose Out committed before it. So they wait
for nobody and abort nobody, but see the past, up to `SAFE_S` and what their node is behind. That is why this is
serializable and not strict serializable; in a session, too, a read may not see an earlier write. A read-only
transaction on a newer snapshot can see what no serial order has (Fekete, O'Neil, O'Neil: A read-only transaction
anomaly, 2004).

Ranges that were scanned count as read with all the keys that they might have, so there are no phantoms.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, ClassVar, Final, NamedTuple

from systems.consensus import Answer
from systems.mvcc import DATA, FAULTS, FirstCommitterWins
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.system import Bug, Claim, Setting
from systems.transactions import TransactionalClient
from systems.transactions.snapshots import Commit, Running, SnapshotNode

SAFE_S: Final = 0.05
NEVER: Final = 1 << 62


class Safe(NamedTuple):
    """The command: what is committed now is a safe snapshot."""


class Committed(NamedTuple):
    """What is remembered of a transaction as long as a concurrent one may commit."""

    number: int
    reads: frozenset[Any]
    scans: tuple[tuple[Any, Any], ...]
    writes: tuple[Any, ...]
    first_out: int  # the number of the earliest commit before this one that overwrote what it had read; or NEVER


class DangerousStructures(FirstCommitterWins):
    """Refuses to complete a pair of rw edges whose end committed first."""

    def __init__(self) -> None:
        super().__init__()
        self.safe = 0  # the number of the last safe snapshot
        self._recent: deque[Committed] = deque()  # by number

    def snapshot(self, *, reads_only: bool) -> int:
        """The last safe one for those that only read."""
        return self.safe if reads_only else self.number

    def apply(self, command: Commit | Safe) -> Answer:
        """Commit, or say why not; or declare what is committed a safe snapshot."""
        if isinstance(command, Safe):
            self.safe = self.number
            return "ok", None
        return super().apply(command)

    def refusal(self, commit: Commit) -> str | None:
        """A write-write conflict, or a pair of rw edges that it would complete; with neither it is remembered."""
        refusal = super().refusal(commit)
        if refusal is not None:
            return refusal
        reads, writes = frozenset(commit.reads), tuple(key for key, _ in commit.writes)
        first_out, last_in = NEVER, 0
        for other in self._since(commit.snapshot):
            if has_read(reads, commit.scans, other.writes):
                first_out = other.number
                if other.first_out != NEVER:
                    return "it read what was overwritten by one that had itself read what was overwritten before"
            if not last_in and has_read(other.reads, other.scans, writes):
                last_in = other.number
        if writes and first_out <= max(last_in, self.safe):
            return "it read what was overwritten, and overwrites what one who saw that may have read"
        self.remember(Committed(self.number, reads, commit.scans, writes, first_out))
        return None

    def _since(self, snapshot: int) -> Iterator[Committed]:
        """What was committed after a snapshot, the newest first."""
        return takewhile(lambda other: other.number > snapshot, reversed(self._recent))

    def remember(self, committed: Committed) -> None:
        """Keep this for as long as a transaction may commit that is concurrent with it."""
        while self._recent and self._recent[0].number <= self.horizon:
            self._recent.popleft()
        self._recent.append(committed)


def has_read(reads: frozenset[Any], scans: Iterable[tuple[Any, Any]], keys: Iterable[Any]) -> bool:
    """Whether one of the keys was read, or is in a range that was scanned."""
    return not reads.isdisjoint(keys) or any(low <= key < high for low, high in scans for key in keys)


class SerializableNode(SnapshotNode):
    """A replica of a serializable database."""

    database_type: ClassVar[type[DangerousStructures]] = DangerousStructures
    database: DangerousStructures

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self._session = f"{door.name}/{door.luck().integer(2**63)}"
        self._declared = 0
        self._declare()

    def _declare(self, _: object = None) -> None:
        """If this node leads, declare a safe snapshot whenever something was committed since the last one."""
        if self.replica.leading is not None and self.database.number > self.database.safe:
            self._declared += 1
            self.replica.propose(self._session, self._declared, Safe(), self._pause)
        else:
            self._pause()

    def _pause(self, _: object = None) -> None:
        self.door.after(SAFE_S, self._declare)

    def needs_no_vote(self, session: Running) -> bool:
        """It does not if its snapshot is a safe one."""
        return session.reads_only

    def command(self, session: Running) -> Commit:
        """With all that it read."""
        return super().command(session)._replace(reads=tuple(session.reads), scans=tuple(session.scans))


# ── The same with one mistake in it ──


class ForgetfulDatabase(DangerousStructures):
    """Drops what a transaction has read when it commits, not when nobody is left that is concurrent with it."""

    def remember(self, committed: Committed) -> None:
        """Without the reads."""
        super().remember(committed._replace(reads=frozenset(), scans=()))


class ForgottenReads(SerializableNode):
    """What a transaction read is forgotten when it commits."""

    database_type = ForgetfulDatabase


class HastyDatabase(DangerousStructures):
    """Takes every snapshot for a safe one."""

    def snapshot(self, *, reads_only: bool) -> int:  # noqa: ARG002
        """The newest."""
        return self.number


class UnsafeSnapshots(SerializableNode):
    """Transactions that only read do so on the newest snapshot, unchecked."""

    database_type = HastyDatabase


class RowsForRanges(SerializableNode):
    """Of a range that was scanned, only the rows that were found count as read."""

    def command(self, session: Running) -> Commit:
        """With the rows for the ranges."""
        commit = super().command(session)
        found = [row for scan in session.scans for row in self.database.versions.scan(*scan, session.snapshot)]
        return commit._replace(scans=(), reads=(*commit.reads, *(key for key, _ in found)))


class Serializable(SimulatedSystem):
    """A replicated serializable database."""

    name = "serializable"
    summary = (
        "serializable snapshot isolation: dangerous structures are refused; read-only transactions see safe snapshots"
    )
    data = DATA
    claims = tuple(Claim(model="serializable", data=kind, under=FAULTS) for kind in sorted(DATA))
    bugs: ClassVar[Mapping[str, Bug]] = {
        "forgotten-reads": Bug(
            summary="what a transaction read is forgotten when it commits, while others that overwrite it still run",
            anomaly="G2-item",
            workload="rw-register",
            source="PostgreSQL 12.3: Kingsbury, Jepsen, 2020; Berkeley DB: libdb issue 136",
        ),
        "unsafe-read-only": Bug(
            summary="transactions that only read take the newest snapshot, safe or not, and are not checked",
            anomaly="G2-item",
            workload="rw-register",
            source="lightninglabs/wavelength: pull request 1057, read-only transactions at REPEATABLE READ",
        ),
        "rows-for-ranges": Bug(
            summary="of a range that was scanned, only the rows that were found count as read",
            anomaly="G2",
            workload="phantom",
            source="SurrealKV: issue 28; ScalarDB: issue 65; ParadeDB: issue 6390",
        ),
    }
    node_type = SerializableNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {
        "forgotten-reads": ForgottenReads,
        "unsafe-read-only": UnsafeSnapshots,
        "rows-for-ranges": RowsForRanges,
    }
    client_type = TransactionalClient
