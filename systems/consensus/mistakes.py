"""The protocol with one mistake in it: each was shipped somewhere, and each is one method that does too little."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from systems.consensus.leadership import Follower, Leadership
from systems.consensus.member import Member
from systems.consensus.messages import Append, Appended, Entry, ReadIndex, Voted
from systems.consensus.replica import Replica
from systems.consensus.timing import PATIENCE_TICKS, TICK_S

LEASE_S: Final = 0.8 * PATIENCE_TICKS * TICK_S  # no follower stands before this is over, if all clocks run alike


class _SureLeadership(Leadership):
    def ask(self, node: str, boot: int, number: int) -> None:
        self.member.tell(node, ReadIndex(boot, number, self._read_index()))


class StaleLeaderRead(Replica):
    """A leader does not ask whether it still is one."""

    leadership_type = _SureLeadership


class _LeasedLeadership(Leadership):
    """Knows of every message when it was sent by the wall clock, and trusts an answered one for the time of a lease."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._sent: dict[int, float] = {}
        self._leases = {peer: self.member.door.clock() for peer in self.followers}

    def ask(self, node: str, boot: int, number: int) -> None:
        if self.hears_majority:
            self.member.tell(node, ReadIndex(boot, number, self._read_index()))

    @property
    def hears_majority(self) -> bool:
        now = self.member.door.clock()
        return sorted([*self._leases.values(), now])[-self.member.majority] + LEASE_S > now

    def _send(self, peer: str, follower: Follower) -> None:
        self._round += 1
        self._sent[self._round] = self.member.door.clock()
        super()._send(peer, follower)

    def on_appended(self, peer: str, appended: Appended) -> None:
        self._leases[peer] = max(self._leases[peer], self._sent.get(appended.round, 0.0))
        super().on_appended(peer, appended)


class LeaseRead(Replica):
    """A leader answers reads, and stays, as long as a majority answered it lately, by its wall clock."""

    leadership_type = _LeasedLeadership


class _HastyLeadership(Leadership):
    def _read_index(self) -> int:
        return self.member.commit


class EarlyRead(Replica):
    """A new leader takes what it knows to be committed for all that is."""

    leadership_type = _HastyLeadership


class _LonelyLeadership(Leadership):
    def _held_by_majority(self) -> int:
        return self.durable


class EarlyCommit(Replica):
    """A leader commits what is on its own disk."""

    leadership_type = _LonelyLeadership


class _CountingLeadership(Leadership):
    def _count(self) -> None:
        index = self._held_by_majority()
        if index > self.member.commit:
            self.member.advance(index)
            self._send_news()


class OldTermCommit(Replica):
    """A leader commits whatever a majority has, with no entry of its own term, nor a no-op to be sure of one."""

    leadership_type = _CountingLeadership


class LogCheckSkipped(Replica):
    """A follower looks whether it has an entry before the leader's, but not whether it is the same one."""

    def _accepts(self, append: Append) -> bool:
        return append.previous <= self.storage.last


class VoteForgotten(Replica):
    """A vote is not on disk."""

    def _vote(self, candidate: str) -> None:
        self.storage.vote = candidate
        self.door.send(candidate, Voted(self.storage.term, granted=True, trial=False))


class NothingSynced(Replica):
    """Writes are taken for durable when they are made."""

    def when_durable(self, then: Callable[..., object], *args: Any) -> None:
        """Call at once."""
        then(*args)


class AppliedTwice(Replica):
    """A request that was sent again is applied again."""

    def _is_new(self, entry: Entry) -> bool:
        return bool(entry.session)


MISTAKES: Final[Mapping[str, type[Replica]]] = {
    "stale-leader-read": StaleLeaderRead,
    "lease-read": LeaseRead,
    "early-read": EarlyRead,
    "early-commit": EarlyCommit,
    "old-term-commit": OldTermCommit,
    "log-check-skipped": LogCheckSkipped,
    "vote-forgotten": VoteForgotten,
    "nothing-synced": NothingSynced,
    "applied-twice": AppliedTwice,
}
