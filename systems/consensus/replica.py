from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from systems.consensus.gateway import Gateway, Then
from systems.consensus.leadership import Leadership
from systems.consensus.member import Machine, Member
from systems.consensus.messages import Append, Appended, AskIndex, Entry, Propose, ReadIndex, RequestVote, Voted
from systems.consensus.timing import PATIENCE_TICKS, PATIENCE_TICKS_MAX, TICK_S
from systems.simulation.door import Door


class Replica(Member):
    """One member of a cluster that agrees on a log, and its copy of the machine that the log drives.

    A node has one, and hands it every message that is none of its own (`receive`). Clients of the node are served
    by `propose` and `read`, whoever leads.
    """

    leadership_type: ClassVar[type[Leadership]] = Leadership

    def __init__(self, door: Door, machine: Machine) -> None:
        super().__init__(door, machine)
        self.leading: Leadership | None = None
        self._candidacy: Candidacy | None = None
        self._applied: dict[str, int] = {}  # the last request of each session
        self._silence = 0  # ticks since a leader was heard, or a vote given
        self._patience = self._draw_patience()
        self._gateway = Gateway(self)
        self._handlers: dict[type, Callable[[str, Any], None]] = {
            Append: self._on_append,
            Appended: self._on_appended,
            Propose: self._on_propose,
            AskIndex: self._on_ask_index,
            ReadIndex: self._gateway.on_read_index,
            RequestVote: self._on_request_vote,
            Voted: self._on_voted,
        }
        door.after(door.luck().uniform(0.0, TICK_S), self._tick)

    # ── For the node ──

    def propose(self, session: str, sequence: int, command: Any, then: Then) -> None:
        """Have a command applied, once, and call `then` with the machine's answer.

        Requests of a session are numbered upwards, and each is proposed when the one before it is done with: one
        that is not higher than its session's last is a copy that the network made, and is dropped. `then` gets
        ("fail", why) if the command will never be applied, and ("info", why) if nobody knows.
        """
        self._gateway.propose(session, sequence, command, then)

    def read(self, query: Any, then: Then) -> None:
        """Call `then` with the machine's answer, when it has all that was done before this call.

        `then` gets ("fail", why) if that could not be made sure of.
        """
        self._gateway.read(query, then)

    def receive(self, source: str, message: Any) -> None:
        """Take a message from the replica on another node."""
        self._handlers[type(message)](source, message)

    # ── Time ──

    def _tick(self) -> None:
        self.ticks += 1
        self._silence += 1
        if self.leading is not None:
            if self.leading.hears_majority:
                self.leading.tick()
            else:
                self.follow(self.storage.term)
        elif self._silence >= self._patience:
            self._stand(trial=True)
        self._gateway.tick()
        self.door.after(TICK_S, self._tick)

    def _draw_patience(self) -> int:
        return PATIENCE_TICKS + self.door.luck().integer(PATIENCE_TICKS_MAX - PATIENCE_TICKS + 1)

    # ── Elections ──

    def follow(self, term: int, leader: str | None = None) -> None:
        """Be a follower in this term, the present one or a later one."""
        if term > self.storage.term:
            self.storage.adopt(term, None)
        if self.leading is not None:
            self.leading.is_over = True
            self._silence = 0
            self.door.log(f"no longer leads term {self.leading.term}")
        self.leading = self._candidacy = None
        self.leader = leader

    def _stand(self, *, trial: bool) -> None:
        """Stand for election; on trial first, so that who cannot win does not unseat a leader that others hear."""
        storage = self.storage
        self.leader = None
        self._silence = 0
        self._patience = self._draw_patience()
        self._candidacy = candidacy = Candidacy(storage.term + 1, trial=trial)
        if trial:
            self._canvass(candidacy)
        else:
            storage.adopt(storage.term + 1, self.door.name)
            self.door.count("elections")
            self.when_durable(self._canvass, candidacy)

    def _canvass(self, candidacy: Candidacy) -> None:
        if self._candidacy is not candidacy:
            return
        storage = self.storage
        request = RequestVote(candidacy.term, storage.last, storage.entries[-1].term, candidacy.trial)
        for peer in self.door.peers:
            self.door.send(peer, request)
        self._count_vote(self.door.name)

    def _on_request_vote(self, source: str, request: RequestVote) -> None:
        storage = self.storage
        is_current = self._is_current(request)
        if request.trial:
            hears_leader = self.leading is not None or (self.leader is not None and self._silence < PATIENCE_TICKS)
            granted = request.term > storage.term and is_current and not hears_leader
            self.door.send(source, Voted(request.term if granted else storage.term, granted, trial=True))
            return
        if request.term > storage.term:
            self.follow(request.term)
        if request.term == storage.term and storage.vote in (None, source) and is_current:
            self._silence = 0
            self._vote(source)
        else:
            self.door.send(source, Voted(storage.term, granted=False, trial=False))

    def _is_current(self, request: RequestVote) -> bool:
        """Whether the candidate has all that this replica has, as far as it can have been committed."""
        storage = self.storage
        return (request.last_term, request.last_index) >= (storage.entries[-1].term, storage.last)

    def _vote(self, candidate: str) -> None:
        """Vote, and say so once it cannot be forgotten."""
        self.storage.adopt(self.storage.term, candidate)
        self.when_durable(self.door.send, candidate, Voted(self.storage.term, granted=True, trial=False))

    def _on_voted(self, source: str, voted: Voted) -> None:
        candidacy = self._candidacy
        if voted.granted:
            if candidacy is not None and (candidacy.term, candidacy.trial) == (voted.term, voted.trial):
                self._count_vote(source)
        elif voted.term > self.storage.term:
            self.follow(voted.term)

    def _count_vote(self, source: str) -> None:
        candidacy = self._candidacy
        if candidacy is None:
            return
        candidacy.votes[source] = None
        if len(candidacy.votes) == self.majority:
            if candidacy.trial:
                self._stand(trial=False)
            else:
                self._lead()

    def _lead(self) -> None:
        self._candidacy = None
        self.leader = self.door.name
        self.leading = self.leadership_type(self)
        self.door.count("leader-changes")
        self.door.log(f"leads term {self.leading.term}")
        self.leading.append("", 0, None)
        self._gateway.redirect()

    # ── Following ──

    def _on_append(self, source: str, append: Append) -> None:
        storage = self.storage
        if append.term < storage.term:
            self.door.send(source, Appended(storage.term, matched=False, upto=0, number=append.number))
            return
        self._silence = 0
        if self.leader != source or append.term > storage.term:
            self.follow(append.term, leader=source)
            self._gateway.redirect()
        if not self._accepts(append):
            hint = storage.conflict(append.previous, self.commit)
            self.door.send(source, Appended(append.term, matched=False, upto=hint, number=append.number))
            return
        index = append.previous + len(append.entries)
        if append.entries:
            storage.merge(append.previous, append.entries)
            self.when_durable(self._acknowledge, source, append.term, index, append.number)
        else:
            self._acknowledge(source, append.term, index, append.number)
        if (commit := min(append.commit, index)) > self.commit:
            self.advance(commit)

    def _accepts(self, append: Append) -> bool:
        return self.storage.matches(append.previous, append.previous_term)

    def _acknowledge(self, leader: str, term: int, index: int, number: int) -> None:
        if term == self.storage.term:
            self.door.send(leader, Appended(term, matched=True, upto=index, number=number))

    def _on_appended(self, source: str, appended: Appended) -> None:
        if appended.term > self.storage.term:
            self.follow(appended.term)
        elif self.leading is not None and appended.term == self.leading.term:
            self.leading.on_appended(source, appended)

    # ── Applying ──

    def advance(self, commit: int) -> None:
        """Apply what is newly committed."""
        entries = self.storage.entries
        for index in range(self.commit + 1, commit + 1):
            entry = entries[index]
            if self._is_new(entry):
                answer = self.machine.apply(entry.command)
                self._gateway.applied(entry.session, entry.sequence, answer)
        self.commit = commit
        self._gateway.caught_up()

    def _is_new(self, entry: Entry) -> bool:
        """Whether this is a request that was not applied yet: a retry may be in the log as well as the first try."""
        if not entry.session or self._applied.get(entry.session, -1) >= entry.sequence:
            return False
        self._applied[entry.session] = entry.sequence
        return True

    # ── Leading ──

    def _on_propose(self, source: str, propose: Propose) -> None:  # noqa: ARG002  every handler takes it
        if self.leading is not None:
            self.leading.append(*propose)

    def _on_ask_index(self, source: str, ask: AskIndex) -> None:
        if self.leading is not None:
            self.leading.ask(source, ask.boot, ask.number)


class Candidacy:
    """Standing for election in a term, or on trial for it."""

    __slots__ = ("term", "trial", "votes")

    def __init__(self, term: int, *, trial: bool) -> None:
        self.term = term
        self.trial = trial
        self.votes: dict[str, None] = {}
