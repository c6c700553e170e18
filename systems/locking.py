"""Two-phase locking at a chosen level: transactions wait for each other instead of aborting.

`transactions.lock_manager` says which level takes which locks, `transactions.lock_node` where they are and what becomes
of them when their node fails, `transactions.locks` who waits for whom. Each level is a system of its own, as each
claims something else: what Adya (1999) proved of the locking scheme of that name.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, ClassVar

from systems.mvcc import DATA, FAULTS
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import Bug, Claim
from systems.transactions import TransactionalClient
from systems.transactions.lock_manager import LEVELS, Locker, LockManager, Then
from systems.transactions.lock_node import Committed, LockNode
from systems.transactions.locks import LockTable


class ReadUncommittedNode(LockNode):
    """Reads take no locks."""

    level = LEVELS["read-uncommitted"]


class ReadCommittedNode(LockNode):
    """Reads take short locks."""

    level = LEVELS["read-committed"]


class RepeatableReadNode(LockNode):
    """Reads lock the keys that they find to the end, and ranges not."""

    level = LEVELS["repeatable-read"]


class SerializableNode(LockNode):
    """Reads lock keys and ranges to the end."""

    level = LEVELS["serializable"]


# ── The same with one mistake in it ──


class RecklessUpgrades(LockTable):
    """Takes any lock that an owner has for the one that it wants."""

    def has(self, owner: Hashable, item: Any, *, exclusive: bool = False) -> bool:  # noqa: ARG002  the mistake
        """Whether it has a lock on this item."""
        return super().has(owner, item)


class RecklessUpgradesNode(RepeatableReadNode):
    """Who has a lock to read may write."""

    table_type = RecklessUpgrades


class HastyManager(LockManager):
    """Gives the locks back when it asks for the commit."""

    def commit(self, session: Locker, request: Request, then: Then) -> None:
        """And then asks."""
        super().commit(session, request, then)
        self.end(session)


class EarlyUnlockNode(SerializableNode):
    """Locks are given back before the commit is in the log."""

    manager_type = HastyManager


class TimelessCommitted(Committed):
    """Takes locks for good whenever they were given out."""

    def is_void(self, epoch: int) -> bool:  # noqa: ARG002  that is the mistake
        """Never."""
        return False


class UncheckedEpochNode(SerializableNode):
    """Commits under locks that were lost."""

    store_type = TimelessCommitted


class _Locking(SimulatedSystem):
    data = DATA
    client_type = TransactionalClient


def _claims(model: str) -> tuple[Claim, ...]:
    return tuple(Claim(model=model, data=kind, under=FAULTS) for kind in sorted(DATA))


class LockingReadUncommitted(_Locking):
    """Long write locks, no read locks."""

    name = "locking-read-uncommitted"
    summary = "two-phase locking: writes are locked, reads see what is not committed"
    claims = _claims("read-uncommitted")
    node_type = ReadUncommittedNode


class LockingReadCommitted(_Locking):
    """Long write locks, short read locks."""

    name = "locking-read-committed"
    summary = "two-phase locking: writes are locked to the end, reads while they read"
    claims = _claims("read-committed")
    bugs: ClassVar[Mapping[str, Bug]] = {
        "no-read-locks": Bug(
            summary="reads take no locks, and see what is not committed",
            anomaly="G1a",
            workload="rw-register",
            source="WiredTiger: pull request 5438",
        ),
    }
    node_type = ReadCommittedNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {"no-read-locks": ReadUncommittedNode}


class LockingRepeatableRead(_Locking):
    """Long locks on keys, short ones on ranges."""

    name = "locking-repeatable-read"
    summary = "two-phase locking: writes and the rows that were read are locked to the end, ranges are not"
    claims = _claims("repeatable-read")
    bugs: ClassVar[Mapping[str, Bug]] = {
        "short-read-locks": Bug(
            summary="read locks are given back when the read is done",
            anomaly="lost-update",
            workload="rw-register",
            source="Materialize: pull request 13336",
        ),
        "shared-upgrade": Bug(
            summary="who has a shared lock on a key may write it, though others share it",
            anomaly="lost-update",
            workload="rw-register",
            source="RocksDB: pull requests 2099 and 2122",
        ),
    }
    node_type = RepeatableReadNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {
        "short-read-locks": ReadCommittedNode,
        "shared-upgrade": RecklessUpgradesNode,
    }


class LockingSerializable(_Locking):
    """Long locks on keys and ranges."""

    name = "locking-serializable"
    summary = "two-phase locking: writes, rows and ranges are locked to the end"
    claims = _claims("serializable")
    bugs: ClassVar[Mapping[str, Bug]] = {
        "no-range-locks": Bug(
            summary="locks on ranges are given back when the scan is done",
            anomaly="G2",
            workload="phantom",
            source="VanillaDB: pull request 37",
        ),
        "early-unlock": Bug(
            summary="locks are given back when the commit is asked for, before it is in the log",
            anomaly="lost-update",
            workload="rw-register",
            source="YugabyteDB: issue 616",
        ),
        "unchecked-epoch": Bug(
            summary="a transaction commits though its locks were lost when another node took over",
            anomaly="G2-item",
            workload="rw-register",
            source="YugabyteDB: issue 32503; YDB: pull request 18234",
        ),
    }
    node_type = SerializableNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {
        "no-range-locks": RepeatableReadNode,
        "early-unlock": EarlyUnlockNode,
        "unchecked-epoch": UncheckedEpochNode,
    }
