from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar

from systems.consensus import Replica
from systems.consensus.mistakes import MISTAKES
from systems.registers import Registers
from systems.simple_client import SimpleClient
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import ANY_FAULT, Bug, Claim, Setting

_FAULTS = ANY_FAULT - {"disk"}  # whoever loses what was synced has broken its word


_EVERY_FAULT = ("partition", "crash", "pause", "clock")
_BUGS: Mapping[str, tuple[str, tuple[str, ...], str]] = {  # what it is; which faults bring it out; where it was shipped
    "stale-leader-read": (
        "a leader answers reads without asking whether it still leads",
        ("partition", "pause"),
        "etcd 0.4 and Consul 0.2: Kingsbury, Jepsen: etcd and Consul, 2014",
    ),
    "lease-read": (
        "a leader answers reads, and stays, while a lease by its wall clock lasts",
        ("partition", "clock"),
        "TiKV: issue 964, leader leases by a clock that is not monotonic",
    ),
    "early-read": (
        "a new leader answers reads before anything of its term is committed",
        ("partition", "crash", "pause"),
        "etcd: issue 7331; TiKV: pull requests 1634, 6340, 9239; RedisRaft: pull request 22",
    ),
    "early-commit": (
        "a leader commits what is on its own disk, whoever else has it",
        ("partition", "crash"),
        "MongoDB before 5.0: the default write concern is the primary's acknowledgement",
    ),
    "conflict-kept": (
        "a follower keeps its own entries where the leader has others",
        _EVERY_FAULT,
        "Zeebe: camunda/camunda issue 5360",
    ),
    "vote-unchecked": (
        "a replica votes for a candidate whose log is behind its own",
        ("partition", "crash"),
        "akka-raft: issues 30 and 51",
    ),
    "small-quorum": (
        "half of the replicas, rounded down, are taken for a majority",
        ("partition",),
        "Apache Geode: GEODE-9822",
    ),
    "nothing-synced": (
        "votes and entries are acknowledged before they are durable",
        ("crash",),
        "TiKV: issue 994; YugabyteDB: issue 32875",
    ),
    "applied-twice": (
        "a request that was sent again, to a new leader or after a loss, is applied again",
        _EVERY_FAULT,
        "CockroachDB: issue 10602; fluree/db: pull request 1839",
    ),
}


class RaftNode(Node):
    """A replica of the registers, and the way to them for the clients of this node."""

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self.replica = MISTAKES.get(setting.bug or "", Replica)(door, Registers())

    @property
    def leads(self) -> bool:
        """Whether its replica does."""
        return self.replica.leading is not None

    def on_message(self, source: str, message: Any) -> None:
        """Pass it to the replica."""
        if type(message) is not Request:
            self.replica.receive(source, message)
            return
        f, key, _ = message.body
        then = partial(self.door.reply, source, message)
        if f == "read":
            self.replica.read(key, then)
        elif f in ("write", "cas"):
            self.replica.propose(source, message.id, message.body, then)
        else:
            then(("fail", f"a register has no {f}"))


class Raft(SimulatedSystem):
    """Linearizable registers: a replicated log with a leader."""

    name = "raft"
    summary = "registers on a replicated log: elections, read-index, crash recovery"
    data = frozenset({"register", "cas-register"})
    claims = (
        Claim(model="linearizable", data="register", under=_FAULTS),
        Claim(model="linearizable", data="cas-register", under=_FAULTS),
    )
    bugs: ClassVar[Mapping[str, Bug]] = {
        name: Bug(summary=summary, anomaly="nonlinearizable", workload="register", faults=faults, source=source)
        for name, (summary, faults, source) in _BUGS.items()
    }
    node_type = RaftNode
    client_type = SimpleClient
