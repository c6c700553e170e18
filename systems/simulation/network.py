"""The network: one row for each directed link, which says what becomes of a message.

A message waits for its turn when bandwidth is limited, is under way for `delay` and an exponential share of `jitter`
(so that messages overtake each other), and may be lost, duplicated or corrupted. A cut loses all that is sent while it
lasts, and all that is under way when it is made. Faults of one link add up, and each is taken back alone.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from decimal import Context, Decimal
from typing import Any, Final

import attrs

from systems.simulation.luck import mix
from systems.simulation.simulation import Simulation, ticks

Sink = Callable[[str, Any], object]
"""Where messages arrive: called with the source and the message."""

Record = Callable[[float, str, str, str, int, Any], object]
"""Told of each message: time, what became of it, source, target, its number, and itself."""

_QUANTILES: Final = 1024
_SHARE: Final = 1 << 20  # probabilities are multiples of 2**-20


def _probability(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"{attribute.name} is {value}, and must be a probability, from 0 to 1")


def _duration(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value < math.inf:
        raise ValueError(f"{attribute.name} is {value}, and must be a finite number of seconds, 0 or more")


def _positive(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not value > 0:
        raise ValueError(f"{attribute.name} is {value}, and must be more than 0")


@attrs.frozen(kw_only=True)
class Link:
    """What a link does to messages; also what a fault does to a link. By itself nothing at all."""

    delay: float = attrs.field(default=0.0, validator=_duration)  # seconds, the least
    jitter: float = attrs.field(default=0.0, validator=_duration)  # seconds, the mean of what comes on top
    loss: float = attrs.field(default=0.0, validator=_probability)
    duplication: float = attrs.field(default=0.0, validator=_probability)
    corruption: float = attrs.field(default=0.0, validator=_probability)
    bandwidth: float = attrs.field(default=math.inf, validator=_positive)  # bytes a second

    def __add__(self, other: Link) -> Link:
        """Both at once."""
        return Link(
            delay=self.delay + other.delay,
            jitter=self.jitter + other.jitter,
            loss=1 - (1 - self.loss) * (1 - other.loss),
            duplication=1 - (1 - self.duplication) * (1 - other.duplication),
            corruption=1 - (1 - self.corruption) * (1 - other.corruption),
            bandwidth=min(self.bandwidth, other.bandwidth),
        )


@functools.cache
def _exponential() -> tuple[float, ...]:
    """Quantiles of the exponential distribution of mean 1; in decimals, which round the same on every machine."""
    context = Context(prec=17)
    return tuple(
        float(-Decimal(2 * _QUANTILES - 2 * i - 1).ln(context) + Decimal(2 * _QUANTILES).ln(context))
        for i in range(_QUANTILES)
    )


@functools.lru_cache(maxsize=256)
def delays(delay: float, jitter: float) -> tuple[float, ...]:
    """Times in seconds, each as likely as another, that a message is under way."""
    return tuple(ticks(delay + jitter * quantile) for quantile in _exponential())


class Row:
    """One directed link, ready to be used."""

    __slots__ = (
        "base",
        "corrupted_below",
        "cuts",
        "delays",
        "duplicated_below",
        "epoch",
        "free_at",
        "harms",
        "is_plain",
        "link",
        "lost_below",
        "sink",
        "source",
        "target",
    )

    def __init__(self, source: str, target: str, sink: Sink, base: Link) -> None:
        self.source = source
        self.target = target
        self.sink = sink
        self.base = base
        self.harms: list[Link] = []
        self.cuts = 0
        self.epoch = 0
        self.free_at = 0.0
        self.refresh()

    def refresh(self) -> None:
        """Work out again what the faults make of this link."""
        self.link = link = sum(self.harms, self.base)
        self.delays = delays(link.delay, link.jitter)
        self.lost_below = round(link.loss * _SHARE)
        self.duplicated_below = round(link.duplication * _SHARE)
        self.corrupted_below = round(link.corruption * _SHARE)
        self.is_plain = not self.cuts and attrs.evolve(link, delay=0.0, jitter=0.0) == Link()

    def cut(self) -> None:
        """Lose what is under way, and all that is sent from now on."""
        self.cuts += 1
        self.epoch += 1
        self.is_plain = False

    def mend(self) -> None:
        """Undo one cut."""
        self.cuts = max(0, self.cuts - 1)
        self.refresh()


class _Rows(dict[str, Row]):
    """The links from one source, made when they are first used."""

    def __init__(self, network: SimulatedNetwork, source: str) -> None:
        self._network = network
        self._source = source

    def __missing__(self, target: str) -> Row:
        sink = self._network.sinks.get(target)
        if sink is None:
            raise LookupError(f"{self._source} sent to {target}, which is no node or client")
        row = self[target] = Row(self._source, target, sink, self._network.base)
        return row


class SimulatedNetwork:
    """All links, between nodes and to clients; `systems.faults.Network`, and more that a simulation can break."""

    def __init__(self, simulation: Simulation, base: Link) -> None:
        self.base = base
        self.sinks: dict[str, Sink] = {}
        self.rows: dict[str, _Rows] = {}
        self.record: Record | None = None
        self.sent = self.delivered = self.lost = self.duplicated = self.corrupted = 0
        self._simulation = simulation

    def join(self, name: str, sink: Sink) -> None:
        """Messages to `name` go to `sink` from now on."""
        if name in self.sinks:
            raise ValueError(f"there are two of {name} on the network")
        self.sinks[name] = sink
        self.rows[name] = _Rows(self, name)

    # ── Messages ──

    def send(self, source: str, target: str, message: Any, key: int) -> None:
        """Put a message on its way; `key` is its luck."""
        hash(message)  # a message is a value: a list or a dict would be memory that two nodes share
        row = self.rows[source][target]
        self.sent += 1
        if self.record is not None:
            self.record(self._simulation.now, "sent", source, target, key, message)
        if row.is_plain:
            self._simulation.at(
                self._simulation.now + row.delays[key & 1023], key, self._arrive, row, row.epoch, row.sink, message
            )
        else:
            self._send_with_faults(row, key, row.sink, message)

    def probe(self, source: str, target: str, sink: Sink, message: Any, key: int) -> None:
        """As `send`, but past the process: the message goes to `sink`."""
        self._send_with_faults(self.rows[source][target], key, sink, message)

    def _send_with_faults(self, row: Row, key: int, sink: Sink, message: Any) -> None:
        if row.cuts or (key >> 10 & 0xFFFFF) < row.lost_below:
            self._lose(row, key, message)
            return
        keys = [key]
        if (key >> 30 & 0xFFFFF) < row.duplicated_below:
            keys.append(mix(key, 1))
            self.duplicated += 1
        simulation = self._simulation
        leaves = simulation.now
        if row.link.bandwidth < math.inf:
            leaves = row.free_at = max(leaves, row.free_at) + ticks(size_of(message) / row.link.bandwidth)
        for each in keys:
            if mix(each, 2) & 0xFFFFF < row.corrupted_below:
                self.corrupted += 1
                continue
            simulation.at(leaves + row.delays[each & 1023], each, self._arrive, row, row.epoch, sink, message)

    def _arrive(self, row: Row, epoch: int, sink: Sink, message: Any) -> None:
        if row.epoch != epoch:
            self._lose(row, self._simulation.cause, message)
            return
        self.delivered += 1
        if self.record is not None:
            self.record(self._simulation.now, "delivered", row.source, row.target, self._simulation.cause, message)
        sink(row.source, message)

    def _lose(self, row: Row, key: int, message: Any) -> None:
        self.lost += 1
        if self.record is not None:
            self.record(self._simulation.now, "lost", row.source, row.target, key, message)

    # ── Faults ──

    def cut(self, source: str, target: str) -> None:
        """Deliver nothing from source to target, messages in flight included, until `mend` undoes this cut."""
        self.rows[source][target].cut()

    def mend(self, source: str, target: str) -> None:
        """Undo one cut; where two faults cut the same link, it carries again after both have mended it."""
        self.rows[source][target].mend()

    def harm(self, source: str, target: str, harm: Link) -> None:
        """Add delay, jitter, loss, ... to what the link already does to messages."""
        row = self.rows[source][target]
        row.harms.append(harm)
        row.refresh()

    def relieve(self, source: str, target: str, harm: Link) -> None:
        """Undo one `harm` of this kind."""
        row = self.rows[source][target]
        row.harms.remove(harm)
        row.refresh()

    def broken(self) -> Sequence[str]:
        """The links that are not as they were at the start, one sentence each."""
        rows = [row for rows in self.rows.values() for row in rows.values()]
        cut = [f"the link from {row.source} to {row.target} is cut" for row in rows if row.cuts]
        harmed = [f"the link from {row.source} to {row.target} suffers {row.link}" for row in rows if row.harms]
        return cut + harmed


def size_of(message: Any) -> int:
    """About how many bytes a message would be on the wire."""
    if isinstance(message, (str, bytes)):
        return len(message) + 1
    if isinstance(message, tuple):
        return 1 + sum(map(size_of, message))
    if attrs.has(type(message)):
        return 1 + sum(size_of(getattr(message, field.name)) for field in attrs.fields(type(message)))
    return 8
