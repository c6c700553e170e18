"""Fallacy 1, the network is reliable: links between nodes that carry nothing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import attrs

from nemesis.fault import Fault, stand_in
from systems.simulation.luck import Luck
from systems.system import Cluster

Cut = tuple[str, str]


def _between(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[Cut, ...]:
    pairs = tuple(itertools.product(left, right))
    return pairs + tuple((b, a) for a, b in pairs)


def halves(nodes: tuple[str, ...]) -> tuple[Cut, ...]:
    """A minority and a majority that cannot reach each other."""
    middle = len(nodes) // 2
    return _between(nodes[:middle], nodes[middle:])


def one(nodes: tuple[str, ...]) -> tuple[Cut, ...]:
    """One node alone."""
    return _between(nodes[:1], nodes[1:])


def majorities_ring(nodes: tuple[str, ...]) -> tuple[Cut, ...]:
    """Every node sees a majority, itself included, but no two the same one."""
    count = len(nodes)
    reach = (count // 2 + 1) // 2  # so far to either side is the smallest majority that is symmetric
    near = {(i, (i + step) % count) for i in range(count) for step in range(-reach, reach + 1)}
    return tuple((nodes[i], nodes[j]) for i, j in itertools.permutations(range(count), 2) if (i, j) not in near)


def mute(nodes: tuple[str, ...]) -> tuple[Cut, ...]:
    """A minority that hears the others but is not heard."""
    middle = max(1, (len(nodes) - 1) // 2)
    return tuple(itertools.product(nodes[:middle], nodes[middle:]))


def deaf(nodes: tuple[str, ...]) -> tuple[Cut, ...]:
    """A minority that is heard but does not hear the others."""
    return tuple((b, a) for a, b in mute(nodes))


SHAPES: Mapping[str, Callable[[tuple[str, ...]], tuple[Cut, ...]]] = {
    "halves": halves,
    "one": one,
    "majorities-ring": majorities_ring,
    "mute": mute,
    "deaf": deaf,
}


@attrs.frozen(kw_only=True)
class Partition(Fault):
    """Directed links that are cut, all at once."""

    family: ClassVar[str] = "partition"
    fallacy: ClassVar[str] = "The network is reliable"
    meaning: ClassVar[str] = (
        "cuts links between nodes: halves, one node alone, a ring of majorities, or one direction only"
    )

    shape: str
    cuts: tuple[Cut, ...]

    @classmethod
    def draw(cls, window: Mapping[str, Any], nodes: tuple[str, ...], luck: Luck) -> Self:
        """One of the shapes that cut anything here, over the nodes in a drawn order."""
        shapes = tuple(shape for shape in SHAPES if SHAPES[shape](nodes))
        shape = luck.child("shape").pick(shapes or ("one",))
        order = tuple(luck.child("order").shuffled(nodes))
        return cls(**window, shape=shape, cuts=SHAPES[shape](order), leader=stand_in(order[0], luck))

    def renamed(self, names: Mapping[str, str]) -> Self:
        """With other ends of the links."""
        return attrs.evolve(self, cuts=tuple((names.get(a, a), names.get(b, b)) for a, b in self.cuts))

    @property
    def summary(self) -> str:
        """The groups where there are two, else the links."""
        if not self.cuts:
            return f"{self.shape}: nothing to cut"
        sources = tuple(sorted({a for a, _ in self.cuts}))
        if self.shape in {"mute", "deaf"}:
            targets = tuple(sorted({b for _, b in self.cuts}))
            return f"{self.shape}: {' '.join(targets)} do not hear {' '.join(sources)}"
        if self.shape == "majorities-ring":
            return f"majorities-ring: {' '.join(f'{a}|{b}' for a, b in self.cuts if a < b)}"
        right = tuple(sorted({b for a, b in self.cuts if a == self.cuts[0][0]}))
        left = tuple(node for node in sources if node not in right)
        return f"{self.shape}: {' '.join(left)} | {' '.join(right)}"

    @property
    def targets(self) -> tuple[str, ...]:
        """Both ends of every cut link."""
        return tuple(sorted({node for cut in self.cuts for node in cut}))

    async def inject(self, cluster: Cluster) -> None:
        """Cut the links; messages in flight on them are lost."""
        for source, target in self.cuts:
            cluster.network.cut(source, target)

    async def heal(self, cluster: Cluster) -> None:
        """Mend them."""
        for source, target in self.cuts:
            cluster.network.mend(source, target)
