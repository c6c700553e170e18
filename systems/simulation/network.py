"""The network: one row for each directed link, which says what becomes of a message.

A message waits for its turn when bandwidth is limited, is under way for `delay` and an exponential share of `jitter`
(so that messages overtake each other), and may be lost, duplicated or corrupted. A cut loses all that is sent while it
lasts, and all that is under way when it is made. Faults of one link add up, and each is taken back alone.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from heapq import heappush
from typing import Any

from systems.simulation.corruption import corrupted
from systems.simulation.link import Link, delays, size_of
from systems.simulation.luck import BITS, FIRST, MASK, SECOND, STEP, Luck, mix
from systems.simulation.process import Process
from systems.simulation.simulation import Simulation, ticks

Sink = Callable[[str, Any], object]
"""Where messages arrive: called with the source and the message."""

Record = Callable[[float, str, str, str, int, Any], object]
"""Told of each message: the time, what happens to it, source, target, its number, and itself. It is `sent`, or made by
being `duplicated`; may be `corrupted`; is `delivered` or `lost`."""

_SHARE = 1 << 20  # probabilities are multiples of 2**-20


class Row:
    """One directed link, ready for use."""

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

    def __init__(self, source: str, target: str, sink: Sink, base: Link, *, is_recorded: bool) -> None:
        self.source = source
        self.target = target
        self.sink = sink
        self.base = base
        self.harms: list[Link] = []
        self.cuts = 0
        self.epoch = 0
        self.free_at = 0.0
        self.refresh(is_recorded=is_recorded)

    def refresh(self, *, is_recorded: bool) -> None:
        """Work out again what the faults make of this link."""
        self.link = link = sum(self.harms, self.base)
        self.delays = delays(link.delay, link.jitter)
        self.lost_below = round(link.loss * _SHARE)
        self.duplicated_below = round(link.duplication * _SHARE)
        self.corrupted_below = round(link.corruption * _SHARE)
        self.is_plain = link.only_delays and not self.cuts and not is_recorded


class _Rows(dict[str, Row]):
    """The links from one source, made when they are first used."""

    def __init__(self, network: SimulatedNetwork, source: str) -> None:
        self._network = network
        self._source = source

    def __missing__(self, target: str) -> Row:
        row = self[target] = self._network.make_row(self._source, target)
        return row


class SimulatedNetwork:
    """All links, between nodes and to clients: `systems.faults.Network`, and more that a simulation can break."""

    def __init__(self, simulation: Simulation, base: Link) -> None:
        self.base = base
        self.sent = 0
        self.delivered = 0
        self.lost = 0
        self.duplicated = 0
        self.corrupted = 0
        self._simulation = simulation
        self._sinks: dict[str, Sink] = {}
        self._rows: dict[str, _Rows] = {}
        self._believers: dict[str, None] = {}
        self._record: Record | None = None

    def join(self, name: str, sink: Sink, *, checksums: bool = True) -> None:
        """Messages to `name` go to `sink` from now on; corrupted ones too, unless there are checksums."""
        if name in self._sinks:
            raise ValueError(f"there are two of {name} on the network")
        self._sinks[name] = sink
        self._rows[name] = _Rows(self, name)
        if not checksums:
            self._believers[name] = None

    def make_row(self, source: str, target: str) -> Row:
        """The link between two that have joined."""
        for name in (source, target):
            if name not in self._sinks:
                raise LookupError(f"there is no {name} on the network, so no link from {source} to {target}")
        return Row(source, target, self._sinks[target], self.base, is_recorded=self._record is not None)

    def _row(self, source: str, target: str) -> Row:
        return self._rows[source][target] if source in self._rows else self.make_row(source, target)

    def _all_rows(self) -> Iterator[Row]:
        return itertools.chain.from_iterable(rows.values() for rows in self._rows.values())

    # ── Messages ──

    def sender(self, process: Process) -> Callable[[str, Any], None]:
        """A function that sends a message to a target, as long as this process is alive.

        A closure, with `send` and `Simulation.key` written out, because it runs for every message of every node.
        """
        simulation, rows = self._simulation, self._rows[process.name]
        events, order, arrive = simulation.events, simulation.order, self._arrive

        def send(target: str, message: Any) -> None:
            if not process.is_alive:
                return
            row = rows[target]
            hash(message)  # a message is a value: a list or a dict would be memory that two nodes share
            simulation.draws = draws = simulation.draws + STEP
            x = (simulation.cause ^ draws) * FIRST
            x = (x >> BITS ^ x) * SECOND
            key = (x >> BITS ^ x) & MASK
            self.sent += 1
            if row.is_plain:
                time = simulation.now + row.delays[key & 1023]
                heappush(events, (time, order(), key, arrive, (row, row.epoch, message)))
            else:
                self._send_over_faults(row, key, message)

        return send

    def send(self, source: str, target: str, message: Any, key: int) -> None:
        """Put a message on its way; `key` is its luck."""
        row = self._rows[source][target]
        hash(message)
        self.sent += 1
        if row.is_plain:
            time = self._simulation.now + row.delays[key & 1023]
            self._simulation.at(time, key, self._arrive, row, row.epoch, message)
        else:
            self._send_over_faults(row, key, message)

    def _send_over_faults(self, row: Row, key: int, message: Any) -> None:
        self._tell("sent", row, key, message)
        if row.cuts or (key >> 10 & _SHARE - 1) < row.lost_below:
            self._lose(row, key, message)
            return
        leaves = self._leave(row, message)
        self._launch(row, key, message, leaves)
        if (key >> 30 & _SHARE - 1) < row.duplicated_below:
            self.duplicated += 1
            self._tell("duplicated", row, mix(key, 1), message)
            self._launch(row, mix(key, 1), message, leaves)

    def _leave(self, row: Row, message: Any) -> float:
        """When the last byte of the message leaves its source."""
        now = self._simulation.now
        if row.link.bandwidth == math.inf:
            return now
        row.free_at = max(now, row.free_at) + ticks(size_of(message) / row.link.bandwidth)
        return row.free_at

    def _launch(self, row: Row, key: int, message: Any, leaves: float) -> None:
        arrive: Callable[[Row, int, Any], None] = self._arrive if self._record is None else self._arrive_recorded
        if mix(key, 2) & _SHARE - 1 < row.corrupted_below:
            self.corrupted += 1
            self._tell("corrupted", row, key, message)
            if row.target not in self._believers:
                self._lose(row, key, message)
                return
            message = corrupted(message, Luck(mix(key, 3)))
        self._simulation.at(leaves + row.delays[key & 1023], key, arrive, row, row.epoch, message)

    def _arrive(self, row: Row, epoch: int, message: Any) -> None:
        if row.epoch == epoch:
            self.delivered += 1
            row.sink(row.source, message)
        else:
            self._lose(row, self._simulation.cause, message)

    def _arrive_recorded(self, row: Row, epoch: int, message: Any) -> None:
        if row.epoch == epoch:
            self._tell("delivered", row, self._simulation.cause, message)
        self._arrive(row, epoch, message)

    def _lose(self, row: Row, key: int, message: Any) -> None:
        self.lost += 1
        self._tell("lost", row, key, message)

    # ── Looking at it ──

    def record(self, record: Record | None) -> None:
        """Tell `record` of every message from now on."""
        self._record = record
        for row in self._all_rows():
            row.refresh(is_recorded=record is not None)

    def _tell(self, what: str, row: Row, key: int, message: Any) -> None:
        if self._record is not None:
            self._record(self._simulation.now, what, row.source, row.target, key, message)

    def probe(self, source: str, target: str, heard: Callable[[], object], key: int) -> None:
        """Send something that calls `heard` where a message would arrive."""
        row = self._row(source, target)
        if not row.cuts and (key >> 10 & _SHARE - 1) >= row.lost_below:
            self._simulation.at(self._simulation.now + row.delays[key & 1023], key, self._probed, row, row.epoch, heard)

    def _probed(self, row: Row, epoch: int, heard: Callable[[], object]) -> None:
        if row.epoch == epoch:
            heard()

    # ── Faults ──

    def cut(self, source: str, target: str) -> None:
        """Deliver nothing from source to target, messages in flight included, until `mend` undoes this cut."""
        row = self._row(source, target)
        row.cuts += 1
        row.epoch += 1
        row.is_plain = False

    def mend(self, source: str, target: str) -> None:
        """Undo one cut; where two faults cut the same link, it carries again after both have mended it."""
        row = self._row(source, target)
        if not row.cuts:
            raise ValueError(f"the link from {source} to {target} is not cut")
        row.cuts -= 1
        self._refresh(row)

    def harm(self, source: str, target: str, harm: Link) -> None:
        """Add delay, jitter, loss, ... to what the link already does to messages."""
        row = self._row(source, target)
        row.harms.append(harm)
        self._refresh(row)

    def relieve(self, source: str, target: str, harm: Link) -> None:
        """Undo one `harm` of this kind."""
        row = self._row(source, target)
        if harm not in row.harms:
            raise ValueError(f"the link from {source} to {target} does not suffer {harm}")
        row.harms.remove(harm)
        self._refresh(row)

    def _refresh(self, row: Row) -> None:
        row.refresh(is_recorded=self._record is not None)

    def broken(self) -> Sequence[str]:
        """The links that are not as they were at the start, one sentence each."""
        rows = sorted(self._all_rows(), key=lambda row: (row.source, row.target))
        cut = [f"the link from {row.source} to {row.target} is cut" for row in rows if row.cuts]
        return cut + [f"the link from {row.source} to {row.target} suffers {row.link}" for row in rows if row.harms]
