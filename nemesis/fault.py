"""What a fault is: a broken promise with a beginning and an end, written down before it happens.

A fault is a value, so it can be recorded, replayed, edited and removed. Its `id` is its own (its family and its
number there), never its place in a list: taking one fault out of a schedule leaves the others what they were.
"""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Self

import attrs

from systems.simulation.luck import Luck
from systems.system import Cluster


@attrs.frozen(kw_only=True)
class Fault(abc.ABC):
    """One fault of one family. `start` and `duration` are seconds of the harness's clock, from the run's start.

    `leader` is the node that the fault takes for the leader: when it starts, whoever leads then takes its place.
    """

    family: ClassVar[str]
    fallacy: ClassVar[str]
    meaning: ClassVar[str]

    id: str
    start: float = attrs.field(converter=float, validator=attrs.validators.ge(0))
    duration: float = attrs.field(converter=float, validator=attrs.validators.ge(0))
    leader: str | None = None

    @property
    def end(self) -> float:
        """When it is healed."""
        return self.start + self.duration

    @classmethod
    @abc.abstractmethod
    def draw(cls, window: Mapping[str, Any], nodes: tuple[str, ...], luck: Luck) -> Self:
        """A fault of this family for these nodes; `window` holds `id`, `start` and `duration`."""

    def aimed(self, cluster: Cluster) -> Self:
        """This fault with the leader that there is now in the place of the one it was drawn with."""
        leaders = cluster.leaders()
        if self.leader is None or not leaders or self.leader in leaders:
            return self
        return self.renamed({self.leader: leaders[0], leaders[0]: self.leader})

    @abc.abstractmethod
    def renamed(self, names: Mapping[str, str]) -> Self:
        """The same fault, of other nodes; those that `names` does not have keep theirs."""

    @property
    @abc.abstractmethod
    def summary(self) -> str:
        """One line for people: what is broken, and where."""

    @property
    @abc.abstractmethod
    def targets(self) -> tuple[str, ...]:
        """The nodes it touches."""

    @abc.abstractmethod
    async def inject(self, cluster: Cluster) -> None:
        """Break the promise. May go on breaking it; it is cancelled when the fault ends."""

    @abc.abstractmethod
    async def heal(self, cluster: Cluster) -> None:
        """Keep the promise again."""


AT_THE_LEADER: Final = 0.5  # of the faults that are drawn


def stand_in(node: str, luck: Luck) -> str | None:
    """This node as the `leader` of a fault, half of the time."""
    return node if luck.child("leader").coin(AT_THE_LEADER) else None


def some(nodes: tuple[str, ...], luck: Luck) -> tuple[str, ...]:
    """One node, a minority, a majority, or all of them, in their own order."""
    count = len(nodes)
    size = luck.pick((1, max(1, (count - 1) // 2), count // 2 + 1, count))
    chosen = luck.child("which").shuffled(nodes)[:size]
    return tuple(node for node in nodes if node in chosen)
