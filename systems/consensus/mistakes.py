"""The protocol with one mistake in it: each was shipped somewhere, and each is one method that does too little."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from systems.consensus.leadership import Follower, Leadership
from systems.consensus.member import Member
from systems.consensus.messages import Appended, Entry, ReadIndex, RequestVote
from systems.consensus.replica import Replica
from systems.consensus.storage import Storage
from systems.consensus.timing import PATIENCE_TICKS, TICK_S

LEASE_S: Final = 0.8 * PATIENCE_TICKS * TICK_S  # no follower stands before this is over, if all clocks run alike


class _SureLeadership(Leadership):
    hears_majority = True

    def ask(self, node: str, boot: int, number: int) -> None:
        self.member.tell(node, ReadIndex(boot, number, self._read_index()))


class StaleLeaderRead(Replica):
    """A leader asks nobody whether it still is one."""

    leadership_type = _SureLeadership


class _LeasedLeadership(Leadership):
    """Knows of every message when it was sent by the wall clock, and trusts an answered one for the time of a lease."""

    def __init__(self, member: Member) -> None:
        super().__init__(member)
        self._sent: dict[int, float] = {}
        self._leases = {peer: self.member.door.clock() for peer in self.followers}

    def ask(self, node: str, boot: int, number: int) -> None:
        if self._has_lease():
            self.member.tell(node, ReadIndex(boot, number, self._read_index()))
        else:
            super().ask(node, boot, number)

    @property
    def hears_majority(self) -> bool:
        return self._has_lease() or super().hears_majority

    def _has_lease(self) -> bool:
        now = self.member.door.clock()
        return sorted([*self._leases.values(), now])[-self.member.majority] + LEASE_S > now

    def _send(self, peer: str, follower: Follower) -> None:
        super()._send(peer, follower)
        self._sent[follower.sent] = self.member.door.clock()

    def on_appended(self, peer: str, appended: Appended) -> None:
        self._leases[peer] = max(self._leases[peer], self._sent[appended.number])
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


class _ConflictingStorage(Storage):
    def merge(self, previous: int, entries: Iterable[Entry]) -> None:
        for index, entry in enumerate(entries, previous + 1):
            if index == len(self.entries):
                self.append(entry)


class ConflictKept(Replica):
    """A follower keeps its own entries where the leader has others."""

    storage_type = _ConflictingStorage


class VoteUnchecked(Replica):
    """A vote is given to who has less of the log, too."""

    def _is_current(self, request: RequestVote) -> bool:  # noqa: ARG002  that is the mistake
        return True


class SmallQuorum(Replica):
    """Half of the replicas, rounded down, are taken for a majority."""

    @staticmethod
    def majority_of(count: int) -> int:
        """Too few."""
        return max(1, count // 2)


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
    "conflict-kept": ConflictKept,
    "vote-unchecked": VoteUnchecked,
    "small-quorum": SmallQuorum,
    "nothing-synced": NothingSynced,
    "applied-twice": AppliedTwice,
}
