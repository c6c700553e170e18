"""Two-phase locking at a chosen level: transactions wait for each other instead of aborting.

`transactions.lock_manager` says which level takes which locks, `transactions.lock_node` where they are and what becomes
of them when their node fails, `transactions.locks` who waits for whom. Each level is a system of its own, as each
claims something else: what Adya (1999) proved of the locking scheme of that name.
"""

from __future__ import annotations

from systems.mvcc import DATA, FAULTS
from systems.simulation.cluster import SimulatedSystem
from systems.system import Claim
from systems.transactions import TransactionalClient
from systems.transactions.lock_manager import LEVELS
from systems.transactions.lock_node import LockNode


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
    node_type = ReadCommittedNode


class LockingRepeatableRead(_Locking):
    """Long locks on keys, short ones on ranges."""

    name = "locking-repeatable-read"
    summary = "two-phase locking: writes and the rows that were read are locked to the end, ranges are not"
    claims = _claims("repeatable-read")
    node_type = RepeatableReadNode


class LockingSerializable(_Locking):
    """Long locks on keys and ranges."""

    name = "locking-serializable"
    summary = "two-phase locking: writes, rows and ranges are locked to the end"
    claims = _claims("serializable")
    node_type = SerializableNode
