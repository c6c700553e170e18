"""Evidence against a model, made of operations and of places in them, so that anybody can look it up.

Nothing here refers to graphs: `audit` verifies each piece from the history alone, and `explain` puts it into words.
"""

from __future__ import annotations

import enum
from typing import Any

import attrs


@attrs.frozen(order=True)
class Place:
    """A micro-operation: the index of its operation, and its position in there."""

    operation: int
    micro: int


class Kind(enum.StrEnum):
    """Why one transaction comes before another."""

    WW = "ww"  # the second overwrites (or appends after) what the first wrote
    WR = "wr"  # the second reads what the first wrote
    RW = "rw"  # the first reads a version before the one that the second writes
    SESSION = "session"  # the first completes before the second begins in the same process
    REALTIME = "realtime"  # the first completes before the second begins


@attrs.frozen(kw_only=True)
class Edge:
    """`before` comes before `after`, by what they did at these places (None for session and real time).

    `predicate` says that the read is one of all rows that match, and that it did not show the row with the key.
    """

    kind: Kind
    before: int
    after: int
    key: Any = None
    at: tuple[Place, Place] | None = None
    predicate: bool = False


@attrs.frozen(kw_only=True)
class Cycle:
    """Edges, each of which begins where the one before it ends, and the first where the last ends."""

    edges: tuple[Edge, ...] = attrs.field(validator=attrs.validators.min_len(1))

    def __attrs_post_init__(self) -> None:
        for edge, following in zip(self.edges, (*self.edges[1:], self.edges[0]), strict=True):
            if edge.after != following.before:
                raise ValueError(f"expected an edge from {edge.after} after {edge}, found {following}")

    @property
    def operations(self) -> tuple[int, ...]:
        """The transactions in the order of the cycle."""
        return tuple(edge.before for edge in self.edges)


@attrs.frozen(kw_only=True)
class Ordered:
    """An assumption: of two versions of a key the one written at `first` comes before the one written at `then`."""

    key: Any
    first: Place
    then: Place


@attrs.frozen(kw_only=True)
class Found:
    """An assumption: a read that showed nothing of a row found what was written at `version`, or nothing if None."""

    read: Place
    key: Any
    version: Place | None


@attrs.frozen(kw_only=True)
class Case:
    """Under these assumptions there is this cycle."""

    given: tuple[Ordered | Found, ...]
    cycle: Cycle


@attrs.frozen(kw_only=True)
class Refutation:
    """Whatever the order of the versions, the assumptions of one of the cases are true."""

    cases: tuple[Case, ...] = attrs.field(validator=attrs.validators.min_len(1))

    @property
    def operations(self) -> tuple[int, ...]:
        """The transactions of all cases, in the order of appearance."""
        found: dict[int, None] = {}
        for case in self.cases:
            given = [place.operation for assumption in case.given for place in _places(assumption) if place]
            found |= dict.fromkeys([*given, *case.cycle.operations])
        return tuple(found)


def _places(assumption: Ordered | Found) -> tuple[Place | None, Place | None]:
    if isinstance(assumption, Found):
        return assumption.read, assumption.version
    return assumption.first, assumption.then


@attrs.frozen(kw_only=True)
class Clash:
    """Micro-operations that contradict each other, or one that contradicts itself; by what they say of this key."""

    places: tuple[Place, ...] = attrs.field(validator=attrs.validators.min_len(1))
    key: Any = None

    @property
    def operations(self) -> tuple[int, ...]:
        """The transactions involved, in the order of appearance."""
        return tuple(dict.fromkeys(place.operation for place in self.places))


Evidence = Cycle | Refutation | Clash


def keys_of(evidence: Evidence) -> list[Any]:
    """The keys that a piece of evidence is about, perhaps more than once."""
    if isinstance(evidence, Clash):
        return [evidence.key]
    if isinstance(evidence, Cycle):
        return [edge.key for edge in evidence.edges]
    found = [key for case in evidence.cases for key in keys_of(case.cycle)]
    return [*found, *(given.key for case in evidence.cases for given in case.given)]
