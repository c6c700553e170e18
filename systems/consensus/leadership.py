from __future__ import annotations

from collections import deque
from typing import Any, Final, NamedTuple

from systems.consensus.member import Member
from systems.consensus.messages import Append, Appended, Entry, ReadIndex
from systems.consensus.timing import HEARTBEAT_TICKS, PATIENCE_TICKS

BATCH: Final = 512  # entries in one message


class Leadership:
    """What a replica does and knows as the leader of one term.

    Of its own requests it has one under way to each follower, and one sync: what comes meanwhile goes together into
    the next. So the busier the cluster is, the less a request costs. Only the answer to the request that is under way
    lets the next one go: if copies of an answer did, each would beget a request, and that an answer, and copies of it.

    Reads cost no entry (read-index). A follower's answer to anything that was sent after a read began says that this
    was still the leader when it did. When a majority has said so, the read may be answered by any replica that has
    applied what was committed when it began. What was committed before
    this term began is known only once something of this term is, so the index is never below the first entry of
    the term.
    """

    def __init__(self, member: Member) -> None:
        self.member = member
        self.term: Final = member.storage.term
        self.first: Final = member.storage.last + 1
        self.followers = {peer: Follower(self.first, member.ticks) for peer in member.door.peers}
        self.durable = 0  # on this replica's own disk
        self.is_over = False
        self._syncing = False
        self._number = 0  # of the last message that was sent
        self._reads: deque[Read] = deque()

    # ── Requests ──

    def append(self, session: str, sequence: int, command: Any) -> None:
        """Put a command into the log."""
        self.member.storage.append(Entry(self.term, session, sequence, command))
        if not self._syncing:
            self._sync()
        self._send_news()

    def ask(self, node: str, boot: int, number: int) -> None:
        """Tell the node, once it is sure, how far it must be to answer its reads up to this number."""
        self._reads.append(Read(self._number, node, boot, number, self._read_index()))
        self._send_news()
        self._confirm()

    # ── Replication ──

    def _sync(self) -> None:
        self._syncing = True
        self.member.when_durable(self._synced, self.member.storage.last)

    def _synced(self, index: int) -> None:
        if self.is_over:
            return
        self.durable = index
        self._syncing = False
        if self.member.storage.last > index:
            self._sync()
        self._count()

    def _send_news(self) -> None:
        for peer, follower in self.followers.items():
            if not follower.is_busy:
                self._send_if_news(peer, follower)

    def _send_if_news(self, peer: str, follower: Follower) -> None:
        member = self.member
        if (
            follower.next < len(member.storage.entries)
            or follower.told < member.commit
            or (self._reads and follower.sent <= self._reads[-1].after)
        ):
            self._send(peer, follower)

    def _send(self, peer: str, follower: Follower) -> None:
        member = self.member
        entries, following = member.storage.entries, follower.next
        self._number += 1
        follower.sent = self._number
        follower.is_busy = True
        follower.sent_at = member.ticks
        follower.told = member.commit
        member.door.send(
            peer,
            Append(
                self.term,
                following - 1,
                entries[following - 1].term,
                tuple(entries[following : following + BATCH]),
                member.commit,
                self._number,
            ),
        )

    def on_appended(self, peer: str, appended: Appended) -> None:
        """Take a follower's answer."""
        follower = self.followers[peer]
        follower.heard_at = self.member.ticks
        if appended.number == follower.sent:
            follower.is_busy = False
        if appended.number > follower.answered:
            follower.answered = appended.number
            if self._reads:
                self._confirm()
        if not appended.matched:
            follower.next = max(follower.match, appended.upto) + 1
        elif appended.upto > follower.match:
            follower.match = appended.upto
            follower.next = appended.upto + 1
            if appended.upto > self.member.commit:
                self._count()
        if not follower.is_busy:
            self._send_if_news(peer, follower)

    def _count(self) -> None:
        """Commit what a majority has. An entry of an earlier term is committed by a later one of this term alone.

        That many replicas hold an old entry is not enough: a leader in between may have put another one in its
        place, on fewer replicas, and can win again and undo it (Ongaro and Ousterhout 2014, figure 8).
        """
        index = self._held_by_majority()
        if index > self.member.commit and self.member.storage.entries[index].term == self.term:
            self.member.advance(index)
            self._send_news()

    def _held_by_majority(self) -> int:
        held = sorted([follower.match for follower in self.followers.values()] + [self.durable])
        return held[-self.member.majority]

    def _confirm(self) -> None:
        answered = sorted([follower.answered for follower in self.followers.values()] + [self._number + 1])
        confirmed = answered[-self.member.majority]
        while self._reads and self._reads[0].after < confirmed:
            read = self._reads.popleft()
            self.member.tell(read.node, ReadIndex(read.boot, read.number, read.upto))

    def _read_index(self) -> int:
        return max(self.member.commit, self.first)

    # ── Time ──

    def tick(self) -> None:
        """Send heartbeats, and what was lost again."""
        now = self.member.ticks
        for peer, follower in self.followers.items():
            if now - follower.sent_at >= HEARTBEAT_TICKS:
                self._send(peer, follower)

    @property
    def hears_majority(self) -> bool:
        """Whether a majority answers. Where it does not, a leader that can only send would keep others from leading."""
        now = self.member.ticks
        heard = sum(now - follower.heard_at < PATIENCE_TICKS for follower in self.followers.values())
        return heard + 1 >= self.member.majority


class Follower:
    """What a leader knows of a follower."""

    __slots__ = ("answered", "heard_at", "is_busy", "match", "next", "sent", "sent_at", "told")

    def __init__(self, following: int, now: int) -> None:
        self.match = 0  # its log is durable and equal to the leader's up to here
        self.next = following  # what to send: follows `match`, once anything matched
        self.told = 0  # the commit index
        self.sent = 0  # the number of the last message to it
        self.answered = 0  # the highest number that it answered
        self.is_busy = False  # the last message is not answered yet
        self.sent_at = self.heard_at = now


class Read(NamedTuple):
    """A node that waits until a majority has answered messages of higher numbers than `after`."""

    after: int
    node: str
    boot: int
    number: int
    upto: int
