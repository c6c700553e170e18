"""A log that replicas agree on, and a machine that it drives on each of them: Raft.

The protocol is that of Ongaro and Ousterhout (In Search of an Understandable Consensus Algorithm, 2014) with what
Ongaro's dissertation (Consensus: Bridging Theory and Practice, 2014) adds and etcd's raft has made common:

- A replica first asks whether it could win an election (pre-vote), and a leader that hears no majority steps
  down; without the first, a node that is cut off unseats a leader when it comes back; without the second, a
  leader that can send but not hear keeps its place and does nothing with it.
- The leader of a new term puts a no-op into the log, because entries of earlier terms are committed only by one of
  its own term, and until then it does not know what is committed.
- Reads take no entry: the leader makes sure that it is still the leader, by a round of messages that many reads
  share (read-index), and the node that was asked answers from its own copy of the machine. No clock is involved.
- Every request has the name of its session and a number, and is applied once, however often it was sent.

Terms, votes and entries are durable before anybody is told. What is not here: snapshots (a log is kept whole, and read
again on boot) and changes of membership.

How to use it: write a `Machine`, give every node a `Replica` of it, hand the replica each message that comes from
a node, and serve clients by `Replica.propose` and `Replica.read`. `systems.raft` is the smallest example. `Storage` and
the entries that it keeps serve other logs, too.
"""

from __future__ import annotations

from systems.consensus.member import Answer, Machine
from systems.consensus.replica import Replica

__all__ = ["Answer", "Machine", "Replica"]
