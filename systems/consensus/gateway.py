from __future__ import annotations

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any, Final

from systems.consensus.member import Answer, Member
from systems.consensus.messages import AskIndex, Propose, ReadIndex
from systems.consensus.timing import EXPIRY_TICKS, GIVE_UP_TICKS, RETRY_TICKS

Then = Callable[[Answer], object]


class Gateway:
    """The requests of this node's own clients, from here to the leader and back, whoever that is and may become.

    A command is answered when this node's own replica applies it, so no answer comes back from the leader that
    could be lost. As long as it is not, it is sent again, to the new leader if there is one; that it is applied
    once all the same is up to `Replica`. A read waits for an index from the leader and for this replica to be there.
    """

    def __init__(self, member: Member) -> None:
        self._member = member
        self._boot: Final = member.door.luck().integer(2**63)  # so that answers to an earlier life are told apart
        self._proposals: dict[tuple[str, int], Proposal] = {}
        self._proposed: dict[str, int] = {}  # the last request of each session
        self._reads: deque[Read] = deque()  # wait for an index
        self._ready: list[tuple[int, int, Read]] = []  # index and number of those that wait for this replica; a heap
        self._read_number = 0
        self._asked = 0  # up to which read the last question was
        self._asked_at = 0  # a tick

    # ── Commands ──

    def propose(self, session: str, sequence: int, command: Any, then: Then) -> None:
        """See `Replica.propose`. A copy that the network made is dropped: what it copies may have been refused."""
        if self._proposed.get(session, -1) >= sequence:
            return
        self._proposed[session] = sequence
        self._proposals[session, sequence] = proposal = Proposal(session, sequence, command, then, self._member.ticks)
        self._forward(proposal)

    def _forward(self, proposal: Proposal) -> None:
        member = self._member
        if member.leader is not None:
            proposal.sent_at = member.ticks
            member.tell(member.leader, Propose(proposal.session, proposal.sequence, proposal.command))

    def applied(self, session: str, sequence: int, answer: Answer) -> None:
        """Answer the request if it is a client's of this node."""
        if proposal := self._proposals.pop((session, sequence), None):
            proposal.then(answer)

    # ── Reads ──

    def read(self, query: Any, then: Then) -> None:
        """See `Replica.read`."""
        self._read_number += 1
        is_idle = not self._reads
        self._reads.append(Read(self._read_number, query, then, self._member.ticks))
        if is_idle:
            self._ask()

    def _ask(self) -> None:
        """Ask for an index, for all reads that wait for one: one question is under way at a time."""
        member = self._member
        if member.leader is not None:
            self._asked, self._asked_at = self._read_number, member.ticks
            member.tell(member.leader, AskIndex(self._boot, self._read_number))

    def on_read_index(self, _: str, answer: ReadIndex) -> None:
        """Answer the reads that began before this index was asked for, now or when this replica is there."""
        if answer.boot != self._boot:
            return
        reads = self._reads
        while reads and reads[0].number <= answer.number:
            read = reads.popleft()
            if answer.upto <= self._member.commit:
                read.then(self._member.machine.read(read.query))
            else:
                heappush(self._ready, (answer.upto, read.number, read))
        if reads and answer.number == self._asked:  # and no copy of an earlier answer
            self._ask()

    def caught_up(self) -> None:
        """Answer the reads that waited for what this replica has applied now."""
        while self._ready and self._ready[0][0] <= self._member.commit:
            read = heappop(self._ready)[2]
            read.then(self._member.machine.read(read.query))

    # ── Leaders and time ──

    def redirect(self) -> None:
        """There is another leader: all that waits goes to it."""
        for proposal in list(self._proposals.values()):
            self._forward(proposal)
        if self._reads:
            self._ask()

    def tick(self) -> None:
        """Send again what was not answered, and give up what was not answered for long."""
        now = self._member.ticks
        for proposal in list(self._proposals.values()):
            if proposal.sent_at is None:
                if now - proposal.since >= GIVE_UP_TICKS:
                    self._drop(proposal, ("fail", "no leader is known"))
            elif now - proposal.since >= EXPIRY_TICKS:
                self._drop(proposal, ("info", "no leader answered"))
            elif now - proposal.sent_at >= RETRY_TICKS:
                self._forward(proposal)
        while self._reads and now - self._reads[0].since >= GIVE_UP_TICKS:
            self._reads.popleft().then(("fail", "no leader confirmed that the read would not be stale"))
        if self._reads and now - self._asked_at >= RETRY_TICKS:
            self._ask()

    def _drop(self, proposal: Proposal, answer: Answer) -> None:
        del self._proposals[proposal.session, proposal.sequence]
        proposal.then(answer)


class Proposal:
    """A command that its client waits for."""

    __slots__ = ("command", "sent_at", "sequence", "session", "since", "then")

    def __init__(self, session: str, sequence: int, command: Any, then: Then, since: int) -> None:
        self.session = session
        self.sequence = sequence
        self.command = command
        self.then = then
        self.since = since  # a tick
        self.sent_at: int | None = None  # the tick when a leader was sent it, if one was


class Read:
    """A question that its client waits for."""

    __slots__ = ("number", "query", "since", "then")

    def __init__(self, number: int, query: Any, then: Then, since: int) -> None:
        self.number = number
        self.query = query
        self.then = then
        self.since = since  # a tick
