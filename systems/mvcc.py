"""Snapshot isolation: multi-version concurrency control, and the first committer wins.

Berenson et al. (A Critique of ANSI SQL Isolation Levels, 1995) define it: a transaction reads from a snapshot of what
was committed when it began, and may commit unless somebody who committed since then has written what it writes. So no
update is lost. Reads are not checked: two transactions that each read what the other one writes both commit (write
skew), and the outcome is one that no serial order has.

As every replica may be asked, and may be behind, a snapshot may be old: this is generalised snapshot isolation
(Elnikety, Pedone, Zwaenepoel 2005), and not the strong one. Since all snapshots are prefixes of one log, there is no
long fork.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from systems.consensus import Answer
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import ANY_FAULT, Bug, Claim, Setting
from systems.transactions import TransactionalClient
from systems.transactions.snapshots import Commit, Database, Running, SnapshotNode

DATA = frozenset({"list-append", "rw-register", "predicate", "bank"})
FAULTS = ANY_FAULT - {"disk"}  # whoever loses what was synced has broken its word


class FirstCommitterWins(Database):
    """Refuses to overwrite what is newer than the transaction's snapshot."""

    def refusal(self, commit: Commit) -> str | None:
        """Whether another transaction wrote the same key meanwhile."""
        for key, _ in commit.writes:
            if self.versions.newest(key) > commit.snapshot:
                return f"another transaction wrote key {key} meanwhile"
        return None


class MvccNode(SnapshotNode):
    """A replica of a multi-version database."""

    database_type = FirstCommitterWins


# ── The same with one mistake in it ──


class LastCommitterWins(FirstCommitterWins):
    """Asks nobody, and overwrites."""

    def refusal(self, commit: Commit) -> str | None:  # noqa: ARG002  that is the mistake
        """Nothing stands against it."""
        return None


class WithoutConflicts(MvccNode):
    """Write-write conflicts are not looked for."""

    database_type = LastCommitterWins


class OneTooNew(MvccNode):
    """Reads what was committed next after the snapshot, too, once it is there."""

    def visible(self, session: Running, key: Any) -> Any:
        """As of one commit too late."""
        return self.database.versions.read(key, session.snapshot + 1)


class TornDatabase(FirstCommitterWins):
    """Gives each write of a commit a number of its own, so that a snapshot may fall between them."""

    def install(self, commit: Commit) -> None:
        """The first write at the commit's number, the next at the number that the next commit will have, ..."""
        for place, write in enumerate(commit.writes):
            self.versions.install((write,), self.number + place, self.horizon)


class TornCommits(MvccNode):
    """A commit becomes visible write by write."""

    database_type = TornDatabase


class DirtyCache(MvccNode):
    """Reads what other clients of this node want to commit before it is known whether they may."""

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self._pending: dict[Running, None] = {}

    def visible(self, session: Running, key: Any) -> Any:
        """The value in the cache, if there is one."""
        for pending in self._pending:
            if key in pending.writes:
                return pending.writes[key]
        return super().visible(session, key)

    def propose(self, session: Running, request: Request, commit: Commit) -> None:
        """Put it into the cache."""
        self._pending[session] = None
        super().propose(session, request, commit)

    def decided(self, session: Running, request: Request, answer: Answer) -> None:
        """Take it out of the cache."""
        del self._pending[session]
        super().decided(session, request, answer)


class EarlyAnswer(MvccNode):
    """A commit is acknowledged when this node knows nothing against it, not when all have agreed."""

    def propose(self, session: Running, request: Request, commit: Commit) -> None:
        """Answer now."""
        refusal = self.database.refusal(commit)
        self.door.reply(session.client, request, ("ok", None) if refusal is None else ("fail", refusal))
        if refusal is None:
            super().propose(session, request, commit)

    def decided(self, session: Running, request: Request, answer: Answer) -> None:
        """The client was told already."""


class Mvcc(SimulatedSystem):
    """A replicated multi-version database."""

    name = "mvcc"
    summary = "transactions on snapshots, first committer wins, committed through a replicated log"
    data = DATA
    claims = tuple(Claim(model="snapshot-isolation", data=kind, under=FAULTS) for kind in sorted(DATA))
    bugs: ClassVar[Mapping[str, Bug]] = {
        "no-conflict-check": Bug(
            summary="a commit overwrites what is newer than its snapshot",
            anomaly="lost-update",
            workload="rw-register",
            source="TiDB 2.1.7: Kingsbury, Jepsen, 2019; Galera: issue 336",
        ),
        "newer-than-snapshot": Bug(
            summary="a read sees one commit more than its snapshot has, once it is there",
            anomaly="G-single",
            workload="rw-register",
            source="MatrixOne: issue 3990; turso: issue 5420",
        ),
        "torn-commit": Bug(
            summary="a commit becomes visible one write after the other",
            anomaly="G-single",
            workload="rw-register",
            source="turso: issue 5136",
        ),
        "dirty-cache": Bug(
            summary="a node shows its clients what it has asked to commit, before it knows whether that may be",
            anomaly="G1a",
            workload="rw-register",
            source="VoltDB 6.3: Kingsbury, Jepsen, 2016",
        ),
        "early-acknowledgement": Bug(
            summary="a node acknowledges a commit when it knows nothing against it, before the log has it",
            anomaly="lost-update",
            workload="rw-register",
            source="MongoDB before 5.0: the default write concern is the primary's acknowledgement",
        ),
    }
    node_type = MvccNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {
        "no-conflict-check": WithoutConflicts,
        "newer-than-snapshot": OneTooNew,
        "torn-commit": TornCommits,
        "dirty-cache": DirtyCache,
        "early-acknowledgement": EarlyAnswer,
    }
    client_type = TransactionalClient
