"""Chain replication: replicas in a row, writes at its head, reads at its tail.

A write is put in order by the head and passed from each node to the next one, which has it on its disk before it passes
it on. What has come to the tail is everywhere, so the tail acknowledges writes and answers reads alone, and every
node's log begins with all that those behind it have (van Renesse and Schneider, Chain Replication for Supporting High
Throughput and Availability, 2004).

The paper has processors that stop when they fail, and a master that notices at once. Here a node that is given up may
be paused, cut off or slow, and does not know. So:

- The master is a machine on a replicated log (`configuration`, on `systems.consensus`), on the same nodes. Whoever
  does not hear its neighbour in the row asks for its removal; whoever is out asks to be let in again, as the new
  tail. Each change begins an epoch, and is refused where it was asked for in an earlier one.
- Messages in the row are of an epoch, and nobody takes one of another. An epoch is durable before a node acts in it,
  so that none goes back to an earlier one when it boots again.
- A tail answers a read after it has asked the master whether its epoch goes on: a round that many reads share, and
  no lease, as clocks cannot be relied upon. Writes need no such question: what a removed tail acknowledges is on the
  disks of all who were in its row, and whoever is let in afterwards gets it from them.
- In each epoch a node is `whole` once it has what the head had when the epoch began. Before that it answers nobody
  and passes nothing on; and the master removes nobody where the new head would be one that was never whole.

With all in the row but one gone the last one serves alone; the master needs a majority of all.
"""

from __future__ import annotations

from systems.chain_replication.node import ChainNode

__all__ = ["ChainNode"]
