"""Carries out a schedule, records what it does, heals everything, and proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs
import trio

from nemesis.fault import Fault
from systems.system import Cluster

Record = Callable[[str, Mapping[str, Any]], None]

CLOCK_SAMPLE_S = 0.1


async def unleash(cluster: Cluster, schedule: Iterable[Fault], record: Record, *, until: float) -> None:
    """Inject each fault at its start and heal it at its end, or at `until` (seconds of Trio's clock)."""
    began = trio.current_time()
    async with trio.open_nursery() as faults:
        for fault in schedule:
            faults.start_soon(_one, cluster, fault, record, began, until)
        faults.start_soon(_watch_clocks, cluster, record, until)


async def _one(cluster: Cluster, fault: Fault, record: Record, began: float, until: float) -> None:
    await trio.sleep_until(min(began + fault.start, until))
    if trio.current_time() >= until:
        return
    fault = fault.aimed(cluster)
    end = min(began + fault.end, until)
    record("start", _describe(fault))
    with trio.move_on_at(end):
        await fault.inject(cluster)
        await trio.sleep_until(end)
    await fault.heal(cluster)
    record("stop", {"id": fault.id, "fault": fault.family})


def _describe(fault: Fault) -> Mapping[str, Any]:
    shown = {"id": fault.id, "fault": fault.family, "summary": fault.summary, "targets": list(fault.targets)}
    return shown | {k: v for k, v in attrs.asdict(fault).items() if k not in {"id", "start", "duration", "leader"}}


async def _watch_clocks(cluster: Cluster, record: Record, until: float) -> None:
    """Record the clocks' offsets while any is off, and once when all are right again."""
    was_off = False
    while trio.current_time() < until:
        offsets = {node: round(cluster.clocks.offset(node), 6) for node in cluster.nodes}
        off = any(offsets.values())
        if off or was_off:
            record("clocks", offsets)
        was_off = off
        await trio.sleep_until(min(trio.current_time() + CLOCK_SAMPLE_S, until))


async def heal(cluster: Cluster, record: Record) -> Sequence[str]:
    """Undo whatever is still broken, and prove it; says what stayed broken, one sentence each."""
    for node in cluster.nodes:
        cluster.hosts.resume(node)
        cluster.hosts.restart(node)
        cluster.clocks.reset(node)
    broken = [*cluster.network.broken(), *cluster.clocks.broken(), *cluster.hosts.broken(), *await cluster.probe()]
    record("healed", {"broken": broken})
    return broken
