"""The safety of Raft, as the paper states it (figure 3), looked at after every step of every replica.

Election safety: a term has at most one leader. Log matching: entries with the same index and term are the same, and so
is all before them. Leader completeness: a leader has every entry that was committed before. State machine
safety: what is applied at an index is the same everywhere. And what is committed is never taken back.
"""

from __future__ import annotations

import attrs

from systems.consensus.replica import Replica
from systems.raft import Raft, RaftNode, Registers


@attrs.define
class Invariants:
    """What was seen of all replicas so far."""

    leaders: dict = attrs.field(factory=dict)  # term: name
    entries: dict = attrs.field(factory=dict)  # index, term: the term before, the entry
    committed: list = attrs.field(factory=lambda: [None])
    logs: dict = attrs.field(factory=dict)  # replica: its log, when it was looked at last
    commits: dict = attrs.field(factory=dict)  # replica: its commit index, then
    steps: int = 0

    def look(self, replica):
        """Raise where one of them does not hold any more."""
        self.steps += 1
        self._look_at_log(replica)
        self._look_at_commit(replica)
        if replica.leading is not None:
            self._look_at_leader(replica)

    def _look_at_log(self, replica):
        log, known = replica.storage.entries, self.logs.setdefault(replica, [replica.storage.entries[0]])
        while len(known) > len(log) or known[-1] is not log[len(known) - 1]:
            known.pop()
        assert len(known) > self.commits.get(replica, 0), f"{replica.door.name} took back what is committed"
        for index in range(len(known), len(log)):
            record = log[index - 1].term, log[index]
            first = self.entries.setdefault((index, log[index].term), record)
            assert first == record, f"log matching: {replica.door.name} has {record} at {index}, another {first}"
            known.append(log[index])

    def _look_at_commit(self, replica):
        before = self.commits.get(replica, 0)
        assert replica.commit >= before, f"{replica.door.name} committed up to {before}, and now {replica.commit}"
        for index in range(before + 1, replica.commit + 1):
            entry = replica.storage.entries[index]
            if index == len(self.committed):
                self.committed.append(entry)
            assert self.committed[index] == entry, (
                f"state machine safety: {replica.door.name} applied {entry} at {index}, not {self.committed[index]}"
            )
        self.commits[replica] = replica.commit

    def _look_at_leader(self, replica):
        name, term = replica.door.name, replica.leading.term
        if self.leaders.get(term) != name:
            assert term not in self.leaders, f"election safety: {name} and {self.leaders[term]} lead term {term}"
            self.leaders[term] = name
            has = replica.storage.entries[1 : len(self.committed)]
            assert has == self.committed[1:], f"leader completeness: {name} leads {term} without what is committed"


def watched(invariants, replica_type=Replica):
    """Raft whose replicas are looked at whenever something was done to them."""

    class Watched(replica_type):
        def receive(self, source, message):
            super().receive(source, message)
            invariants.look(self)

        def _tick(self):
            super()._tick()
            invariants.look(self)

        def when_durable(self, then, *args):
            super().when_durable(self._when_durable, then, args)

        def _when_durable(self, then, args):
            then(*args)
            invariants.look(self)

    class WatchedNode(RaftNode):
        def __init__(self, door, setting):
            super().__init__(door, setting)
            self.replica = Watched(door, Registers())

    class WatchedRaft(Raft):
        node_type = WatchedNode

    return WatchedRaft()
