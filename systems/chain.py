"""Registers on replicas in a row: writes at the head, reads at the tail, or anywhere.

`chain_replication` says how the chain works, and what keeps it linearizable while it is reconfigured. With reads
anywhere each node answers from what it has, so an answer may be old, and may hold what is never acknowledged, and
lost with a head that is given up. It is claimed that all answers are the same in the end, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from systems.chain_replication import ChainNode
from systems.chain_replication.messages import Forward
from systems.consensus import Answer
from systems.consensus.messages import Entry
from systems.simple_client import SimpleClient
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import ANY_FAULT, Bug, Claim

_FAULTS = ANY_FAULT - {"disk"}  # whoever loses what was synced has broken its word


class AnywhereNode(ChainNode):
    """Answers reads from what it has."""

    def route_read(self, client: str, request: Request) -> None:
        """Answer."""
        self.door.reply(client, request, self.registers.read(request.body[1]))


# ── The same with one mistake in it ──


class EarlyAnswer(ChainNode):
    """The head acknowledges what it has itself."""

    def applied(self, index: int, entry: Entry, answer: Answer) -> None:
        """Answer the client, at the wrong end."""
        if self.is_head and index > (self.floor or 0):
            self.door.reply(entry.session, Request(entry.sequence, None), answer)


class UnaskedMaster(ChainNode):
    """Who was the tail takes itself for the tail."""

    def serve_read(self, client: str, request: Request) -> None:
        """Answer."""
        self.door.reply(client, request, self.registers.read(request.body[1]))


class HastyMember(ChainNode):
    """Who is let in serves at once."""

    def follow(self) -> None:
        """Take what is there for all that there is."""
        self.become_whole(self.ready)


class UnfencedForward(ChainNode):
    """Takes what is forwarded, by whomever."""

    def is_from_upstream(self, source: str, forward: Forward) -> bool:  # noqa: ARG002  that is the mistake
        """Always, for what it knows."""
        return True

    def merge(self, forward: Forward) -> None:
        """Put it in the place of what was there, which may be what was acknowledged."""
        super().merge(forward)
        self.ready = min(self.ready, self.storage.last)

    def advance(self) -> None:
        """Another message may have cut off what this one brought."""
        self.ready = min(self.ready, self.storage.last)
        super().advance()


class Chain(SimulatedSystem):
    """Linearizable registers on a chain."""

    name = "chain"
    summary = "registers on a chain of replicas: writes at the head, reads at the tail, a replicated master"
    data = frozenset({"register", "cas-register"})
    claims = (
        Claim(model="linearizable", data="register", under=_FAULTS),
        Claim(model="linearizable", data="cas-register", under=_FAULTS),
    )
    bugs: ClassVar[Mapping[str, Bug]] = {
        "early-answer": Bug(
            summary="the head acknowledges a write when it is on its own disk, not the tail when it is everywhere",
            anomaly="nonlinearizable",
            workload="register",
            source="MongoDB before 5.0: the default write concern is the primary's acknowledgement",
        ),
        "removed-tail": Bug(
            summary="a tail answers reads without asking the master whether it still is the tail",
            anomaly="nonlinearizable",
            workload="register",
            faults=("partition", "pause"),
            source="etcd 0.4 and Consul 0.2: Kingsbury, Jepsen: etcd and Consul, 2014",
        ),
        "hasty-member": Bug(
            summary="a node that is let in again serves before it has what it missed",
            anomaly="nonlinearizable",
            workload="register",
            faults=("partition", "crash", "pause"),
            source="CorfuDB: pull request 2715; etcd: issue 3879; qdrant: pull request 5298",
        ),
        "unfenced-epoch": Bug(
            summary="nodes take what is forwarded to them in an epoch that is over, by nodes that were removed",
            anomaly="nonlinearizable",
            workload="register",
            faults=("partition", "pause"),
            source="RedDB: issue 835",
        ),
    }
    node_type = ChainNode
    mistakes: ClassVar[Mapping[str, type[Node]]] = {
        "early-answer": EarlyAnswer,
        "removed-tail": UnaskedMaster,
        "hasty-member": HastyMember,
        "unfenced-epoch": UnfencedForward,
    }
    client_type = SimpleClient


class ChainAnywhere(SimulatedSystem):
    """The same chain with local reads."""

    name = "chain-anywhere"
    summary = "the same chain with reads anywhere: each node answers from what it has"
    data = frozenset({"register", "cas-register"})
    claims = (Claim(model="eventual", data="register", under=_FAULTS),)
    node_type = AnywhereNode
    client_type = SimpleClient
