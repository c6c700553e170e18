"""What the nemesis did, read back from its events: faults with a beginning and an end, and the clocks of the nodes."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import median
from typing import Any

import attrs

from harness.report.palette import FAMILIES
from harness.report.words import clean, shortened, value_text
from histories import Event, History

JUMP = 0.15


@attrs.frozen(kw_only=True)
class Fault:
    """One fault as it was: `stop_ns` is None where the history ends before the fault does."""

    family: str
    summary: str
    start_ns: int
    stop_ns: int | None = None
    targets: tuple[str, ...] = ()

    def overlaps(self, start_ns: float, stop_ns: float) -> bool:
        """Whether it was active at any moment of [start, stop]."""
        return self.start_ns <= stop_ns and (self.stop_ns is None or self.stop_ns >= start_ns)

    def until(self, end_ns: int) -> int:
        """Its end, or that of the run."""
        return end_ns if self.stop_ns is None else self.stop_ns


def faults_of(history: History) -> tuple[Fault, ...]:
    """Pair the nemesis's `start` and `stop` events by id, in order of their start.

    Jepsen's `start-partition` and `stop-partition`, with whatever value, pair by the part after the dash; of
    its events that come twice, the first start and the first stop count.
    """
    found: list[Fault] = []
    running: dict[str, int] = {}
    for event in history.faults:
        verb, _, family = event.f.partition("-")
        value = event.value if isinstance(event.value, dict) else {}
        identity = f"{value.get('id', '')}/{family}"
        if verb == "start" and identity not in running:
            running[identity] = len(found)
            found.append(_begun(event, value, family))
        elif verb == "stop" and identity in running:
            slot = running.pop(identity)
            found[slot] = attrs.evolve(found[slot], stop_ns=event.time)
    return tuple(found)


def _begun(event: Event, value: Mapping[str, Any], family: str) -> Fault:
    named = str(value.get("fault") or family or "fault")
    told = value.get("summary") or (value_text(event.value) if event.value is not None and not value else "")
    targets = value.get("targets")
    return Fault(
        family=clean(named),
        summary=shortened(clean(str(told)), 160),
        start_ns=event.time,
        targets=tuple(clean(str(target)) for target in targets) if isinstance(targets, list | tuple) else (),
    )


@attrs.frozen(kw_only=True)
class ClockTrace:
    """How far one node's clock was ahead of true time: seconds at times, in order of time."""

    node: str
    times_ns: tuple[int, ...]
    offsets_s: tuple[float, ...]

    def at(self, time_ns: float) -> float:
        """The last known offset at a time; 0 before the first sample."""
        position = bisect_right(self.times_ns, time_ns)
        return self.offsets_s[position - 1] if position else 0.0

    def farthest(self, start_s: float, stop_s: float) -> float:
        """The largest offset, either way, from one moment to another."""
        inside = range(bisect_right(self.times_ns, start_s * 1e9), bisect_right(self.times_ns, stop_s * 1e9))
        return max((self.at(start_s * 1e9), *(self.offsets_s[position] for position in inside)), key=abs)

    def stepped(self, scale_s: float, end_ns: int) -> tuple[list[float], list[float]]:
        """Times and offsets, both in seconds, of an outline that begins and ends at zero.

        Between samples the clock drifted, unless they are far apart in time, or differ by more than a part of
        `scale_s`: then it jumped, at the later one.
        """
        silence = 3 * median(b - a for a, b in pairwise(self.times_ns)) if len(self.times_ns) > 1 else 0
        times, offsets = [0.0], [0.0]
        for time_ns, offset in zip(self.times_ns, self.offsets_s, strict=True):
            if time_ns - times[-1] > silence or abs(offset - offsets[-1]) > JUMP * scale_s:
                times.append(time_ns)
                offsets.append(offsets[-1])
            times.append(time_ns)
            offsets.append(offset)
        times += [end_ns, end_ns]
        offsets += [offsets[-1], 0.0]
        return [time_ns / 1e9 for time_ns in times], offsets


def clocks_of(history: History) -> tuple[ClockTrace, ...]:
    """The clock of every node that was ever sampled, from the nemesis's `clocks` events."""
    samples: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for event in history.faults:
        if event.f == "clocks" and isinstance(event.value, dict):
            for node, offset in event.value.items():
                if isinstance(offset, int | float) and math.isfinite(offset):
                    samples[clean(str(node))].append((event.time, float(offset)))
    return tuple(
        ClockTrace(node=node, times_ns=tuple(t for t, _ in points), offsets_s=tuple(o for _, o in points))
        for node, points in sorted(samples.items())
    )


def rows_of(faults: Sequence[Fault], end_ns: int) -> list[list[Fault]]:
    """Faults in rows so that none overlaps another of its row; one family to a row, families in a fixed order."""
    rows: list[list[Fault]] = []
    for fault in sorted(faults, key=lambda fault: (_family_rank(fault.family), fault.family, fault.start_ns)):
        for row in rows:
            if row[0].family == fault.family and row[-1].until(end_ns) <= fault.start_ns:
                row.append(fault)
                break
        else:
            rows.append([fault])
    return rows


def _family_rank(family: str) -> int:
    return FAMILIES.index(family) if family in FAMILIES else len(FAMILIES)


def end_of(history: History) -> int:
    """The last moment that anything in the history speaks of, in ns; at least 1, so that it can divide."""
    ends: Iterable[int] = (
        *(op.invoke_ns if op.end_ns is None else op.end_ns for op in history.operations),
        *(event.time for event in history.faults),
    )
    return max((1, *ends))
