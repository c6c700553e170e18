"""What the nodes of a chain say to each other."""

from __future__ import annotations

from typing import NamedTuple

from systems.consensus.messages import Entry
from systems.simulation.port import Request


class Passed(NamedTuple):
    """A client's request, from its node to the head or the tail, which answers the client."""

    client: str
    request: Request


class Forward(NamedTuple):
    """To the next in the chain: what comes after the entry at `previous`. With no entries a sign of life.

    Who has all up to `floor` has what the head had when the epoch began. `number` comes back in the answer.
    """

    epoch: int
    previous: int
    previous_term: int
    entries: tuple[Entry, ...]
    floor: int
    number: int


class Forwarded(NamedTuple):
    """The answer: up to there the log is durable and the sender's; or it is not `matched`, and may be the sender's."""

    epoch: int
    matched: bool
    upto: int
    number: int
