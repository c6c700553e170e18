"""Below the network: clocks that disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import attrs
import trio

from nemesis.fault import Fault, some, stand_in
from systems.simulation.luck import Luck
from systems.system import Cluster

OFFSETS_S = (0.02, 0.1, 0.5, 2.0, 8.0)
RATES = (0.5, 0.9, 0.99, 1.01, 1.1, 2.0)
JUMPS = 5


@attrs.frozen(kw_only=True)
class Step:
    """`after` seconds into the fault, the node's clock moves by `jump` seconds and runs on at `rate`."""

    after: float = attrs.field(default=0.0, converter=float)
    node: str
    jump: float = attrs.field(default=0.0, converter=float)
    rate: float = attrs.field(default=1.0, converter=float, validator=attrs.validators.gt(0))


def _amount(luck: Luck) -> float:
    return luck.pick(OFFSETS_S) * luck.child("sign").pick((-1.0, 1.0))


def offset(nodes: tuple[str, ...], _duration: float, luck: Luck) -> tuple[Step, ...]:
    """Each clock is wrong by an amount of its own."""
    return tuple(Step(node=node, jump=_amount(luck.child(node))) for node in nodes)


def jump(nodes: tuple[str, ...], duration: float, luck: Luck) -> tuple[Step, ...]:
    """Each clock is stepped again and again, forwards and backwards."""
    steps = [
        Step(
            after=duration * (turn + luck.child(node, turn).uniform(0, 1)) / JUMPS,
            node=node,
            jump=_amount(luck.child(node, turn)),
        )
        for node in nodes
        for turn in range(JUMPS)
    ]
    return tuple(sorted(steps, key=lambda step: (step.after, step.node)))


def drift(nodes: tuple[str, ...], _duration: float, luck: Luck) -> tuple[Step, ...]:
    """Each clock runs too fast or too slow."""
    return tuple(Step(node=node, rate=luck.child(node).pick(RATES)) for node in nodes)


SHAPES: Mapping[str, Callable[[tuple[str, ...], float, Luck], tuple[Step, ...]]] = {
    "offset": offset,
    "jump": jump,
    "drift": drift,
}


@attrs.frozen(kw_only=True)
class Skew(Fault):
    """Wall clocks of some nodes that leave true time, and come back to it at the end."""

    family: ClassVar[str] = "clock"
    fallacy: ClassVar[str] = "(below the network) Clocks agree"
    meaning: ClassVar[str] = "moves wall clocks: a constant offset, sudden jumps, or drift"

    shape: str
    steps: tuple[Step, ...]

    @classmethod
    def draw(cls, window: Mapping[str, Any], nodes: tuple[str, ...], luck: Luck) -> Self:
        """One of the shapes, on some of the nodes."""
        shape = luck.child("shape").pick(tuple(SHAPES))
        chosen = some(nodes, luck.child("nodes"))
        steps = SHAPES[shape](chosen, window["duration"], luck.child("steps"))
        return cls(**window, shape=shape, steps=steps, leader=stand_in(chosen[0], luck))

    def renamed(self, names: Mapping[str, str]) -> Self:
        """With the clocks of other nodes."""
        return attrs.evolve(
            self, steps=tuple(attrs.evolve(step, node=names.get(step.node, step.node)) for step in self.steps)
        )

    @property
    def summary(self) -> str:
        """What happens to each clock."""
        if self.shape == "drift":
            return f"drift: {', '.join(f'{step.node} x{step.rate:g}' for step in self.steps)}"
        if self.shape == "offset":
            return f"offset: {', '.join(f'{step.node} {step.jump:+g} s' for step in self.steps)}"
        return f"{self.shape}: {' '.join(self.targets)}, {len(self.steps)} steps"

    @property
    def targets(self) -> tuple[str, ...]:
        """The nodes whose clocks move."""
        return tuple(sorted({step.node for step in self.steps}))

    async def inject(self, cluster: Cluster) -> None:
        """Take each step when it is due."""
        began = trio.current_time()
        for step in self.steps:
            if step.after:
                await trio.sleep_until(began + step.after)
            cluster.clocks.skew(step.node, jump=step.jump, rate=step.rate)

    async def heal(self, cluster: Cluster) -> None:
        """Step the clocks back to true time, as a time daemon would."""
        for node in self.targets:
            cluster.clocks.reset(node)
