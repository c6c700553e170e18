"""What replicas say to each other. Named tuples: a run makes millions of them, and hashes each one."""

from __future__ import annotations

from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One place of the log. `session` and `sequence` name the request whatever the place; a no-op has no session."""

    term: int
    session: str
    sequence: int
    command: Any


class RequestVote(NamedTuple):
    """A candidate of `term` asks for a vote; with `trial` (pre-vote) it asks whether it would get one."""

    term: int
    last_index: int
    last_term: int
    trial: bool


class Voted(NamedTuple):
    """The answer: for the asker's `term` if granted, else with the term of the one who answers."""

    term: int
    granted: bool
    trial: bool


class Append(NamedTuple):
    """The leader of `term`: what comes after the entry at `previous`, and how far the log is committed.

    Also the heartbeat, with no entries. `number` counts the leader's messages, and comes back in the answer.
    """

    term: int
    previous: int
    previous_term: int
    entries: tuple[Entry, ...]
    commit: int
    number: int


class Appended(NamedTuple):
    """The answer: up to there the log is durable and the leader's; or it is not `matched`, and may be the leader's."""

    term: int
    matched: bool
    upto: int
    number: int


class Propose(NamedTuple):
    """To the leader: put this command into the log, for a client of the sender."""

    session: str
    sequence: int
    command: Any


class AskIndex(NamedTuple):
    """To the leader: how far must a replica have applied the log for a read not to be stale.

    `number` is the last of the sender's reads, which are counted from 1 since its `boot`.
    """

    boot: int
    number: int


class ReadIndex(NamedTuple):
    """The answer, good for all reads of the asker up to `number`."""

    boot: int
    number: int
    upto: int
