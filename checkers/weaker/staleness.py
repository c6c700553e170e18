"""Bounded staleness: a read may return an older version, but not too old a one.

In versions: some order of the operations agrees with real time, and each read returns one of the last k + 1 values
written before it (k-atomicity: Aiyer, Alvisi and Bazzi, "On the availability of non-strict quorum systems", DISC 2005).
In seconds: the history is linearizable if each read may begin so much earlier than it did (Golab, Li and Shah,
"Analyzing consistency properties for fun and profit", PODC 2011). With 0 of either it is linearizability, and like
it, it is judged for each object apart. A cas must find the newest version.

How stale a read surely is needs no search. If the write that it is from had completed when another began, the other is
newer; if that had completed when the read began, so long has the read been late. Other orders may make it later.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import attrs
from msgspec.structs import replace

from checkers.budget import Budget
from checkers.linearizability.check import check_linearizable
from checkers.linearizability.registers import CasRegister, old_and_new
from checkers.linearizability.specification import Specification
from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History, Operation, Outcome, freeze

MODEL: Final = "bounded-staleness"
STALE: Final = "stale-beyond-bound"
LINEARIZABLE: Final = "linearizable"
IN_VERSIONS: Final = "staleness in versions, at least"
IN_SECONDS: Final = "staleness in seconds, at least"

Judged = tuple[Finding, tuple[Anomaly, ...]]


@attrs.frozen(kw_only=True)
class Bounded:
    """A bound, so many versions or so many seconds, and by object an order of the operations that keeps it.

    Of an anomaly it is the bound alone, with the operations of one object that no order explains, where it is not a
    single read that is surely too late.
    """

    versions: int | None = None
    seconds: float | None = None
    orders: Mapping[Any, tuple[int, ...]] = attrs.field(factory=dict, repr=False)
    unexplained: bool = False


@attrs.frozen
class StaleRegister(Specification):
    """A register whose reads return one of the last versions, at most `versions` behind. States are those versions."""

    name = "stale-register"
    fs = frozenset({"read", "write", "cas"})
    versions: int = attrs.field(validator=attrs.validators.ge(0))
    initial: Hashable = (None,)

    def step(self, state: Any, operation: Operation) -> tuple[Hashable, ...]:
        """See `Specification.step`."""
        if operation.f == "read":
            return (state,) if not operation.ok or freeze(operation.result) in state else ()
        new = operation.value
        if operation.f == "cas":
            old, new = old_and_new(operation)
            if old != state[-1]:
                return ()
        return ((*state, freeze(new))[-self.versions - 1 :],)

    def read_only(self, operation: Operation) -> bool:
        """Reads."""
        return operation.f == "read"

    def relevant(self, operations: Sequence[Operation]) -> Sequence[Operation]:
        """Without the uncertain writes that nobody saw: they would only make others older."""
        return CasRegister().relevant(operations)


def check_staleness(
    history: History, *, versions: int | None = None, seconds: float | None = None, budget: Budget | None = None
) -> Classification:
    """Judge `bounded-staleness`: no read is more than so many versions, or so many seconds, out of date.

    The certificate has, for each bound, the linearizations by object. The statistics tell how stale the reads surely
    were, at most. Without a bound, without real time, or without times for a bound in seconds, it is unknown. Raises
    `HistoryError` for operations other than reads, writes and cas.
    """
    judged: list[Judged] = []
    lags = list(_lags(history)) if history.real_time else []
    if versions is not None and history.real_time:
        late = max(lags, key=lambda lag: lag.versions, default=None)
        judged.append(_in_versions(history, versions, late, budget))
    if seconds is not None and history.real_time:
        late = max(lags, key=lambda lag: lag.seconds, default=None)
        judged.append(_in_seconds(history, seconds, late, budget))
    sure = {
        IN_VERSIONS: max((lag.versions for lag in lags), default=0),
        IN_SECONDS: max((lag.seconds for lag in lags), default=0.0),
    }
    finding, anomalies = _together(judged, history, f"{sure[IN_VERSIONS]} versions and {sure[IN_SECONDS]:.3g} seconds")
    return Classification(
        models={MODEL: finding},
        anomalies=anomalies,
        statistics=sure,
    )


def _together(judged: Sequence[Judged], history: History, sure: str) -> Judged:
    for status in (Status.VIOLATED, Status.UNKNOWN):
        for finding, anomalies in judged:
            if finding.status is status:
                return finding, anomalies
    if not judged:
        told = f"no bound was given; the latest reads are surely {sure} out of date"
        missing = told if history.real_time else "the history has no real time"
        return Finding(status=Status.UNKNOWN, because=missing), ()
    because = " and ".join(finding.because for finding, _ in judged)
    certificate = tuple(finding.certificate for finding, _ in judged)
    return Finding(status=Status.HOLDS, because=because, certificate=certificate), ()


@attrs.frozen
class _Lag:
    """How stale a read surely is: what it read, what had replaced that first, by how many versions and seconds."""

    read: Operation
    source: Operation | None
    newer: Operation
    versions: int
    seconds: float

    def told(self) -> str:
        """In a sentence."""
        read, value = self.read, self.read.result
        where = "" if read.key is None else f" from {read.key}"
        wrote = "the initial value" if self.source is None else f"which #{self.source.index} wrote"
        return (
            f"#{read.index} (process {read.process}) reads {value}{where}, {wrote}; #{self.newer.index} (process "
            f"{self.newer.process}) had replaced that"
        )


def _lags(history: History) -> Iterator[_Lag]:
    """The sure staleness of each read whose source is known, where it is stale at all."""
    for operations in history.by_key.values():
        writes = [o for o in operations if o.f != "read" and o.ok]
        begins = [write.index for write in writes]
        sources = _sources(operations)
        soonest = list(accumulate(reversed(writes), _sooner))[::-1]
        done: list[int] = []  # the positions where the writes began that had completed
        waiting = sorted(writes, key=lambda write: -(write.end or 0))
        for read in (o for o in operations if o.f == "read" and o.ok):
            while waiting and (waiting[-1].end or 0) < read.index:
                insort(done, waiting.pop().index)
            value = freeze(read.result)
            source = sources.get(value)
            if value is not None and source is None:
                continue
            since = -1 if source is None else source.end if source.ok else None
            if since is None or not (count := len(done) - bisect_right(done, since)):
                continue
            newer = soonest[bisect_right(begins, since)]
            yield _Lag(read, source, newer, count, (read.invoke_ns - (newer.end_ns or read.invoke_ns)) / 1e9)


def _sooner(one: Operation, other: Operation) -> Operation:
    """The one that completed first."""
    return min(one, other, key=lambda write: write.end or 0)


def _sources(operations: Sequence[Operation]) -> Mapping[Any, Operation]:
    """The writes of an object by value, of values that were written once."""
    found: dict[Any, list[Operation]] = {}
    for operation in operations:
        if operation.f != "read" and operation.outcome is not Outcome.FAIL:
            new = old_and_new(operation)[1] if operation.f == "cas" else freeze(operation.value)
            found.setdefault(new, []).append(operation)
    return {value: writes[0] for value, writes in found.items() if len(writes) == 1}


def _in_versions(history: History, versions: int, late: _Lag | None, budget: Budget | None) -> Judged:
    if late is not None and late.versions > versions:
        told = f"{late.told()}, and {late.versions - 1} more writes followed before the read began"
        return _violated(late, told, Bounded(versions=versions))
    judged = check_linearizable(history, StaleRegister(versions=versions), budget)
    return _translated(judged, f"no read is more than {versions} versions out of date", {}, Bounded(versions=versions))


def _in_seconds(history: History, seconds: float, late: _Lag | None, budget: Budget | None) -> Judged:
    if not any(operation.end_ns for operation in history):
        return Finding(status=Status.UNKNOWN, because="the history has no times"), ()
    if late is not None and late.seconds > seconds:
        told = f"{late.told()} {late.seconds:.3g} seconds before the read began"
        return _violated(late, told, Bounded(seconds=seconds))
    moved, names = _earlier_reads(history, round(seconds * 1e9))
    judged = check_linearizable(moved, CasRegister(), budget)
    told = f"no read is more than {seconds:g} seconds out of date"
    return _translated(judged, told, names, Bounded(seconds=seconds))


def _violated(late: _Lag, told: str, bound: Bounded) -> Judged:
    involved = tuple(o.index for o in (late.source, late.newer, late.read) if o is not None)
    anomaly = Anomaly(type=STALE, operations=involved, explanation=told, key=late.read.key, evidence=bound)
    return Finding(status=Status.VIOLATED, because=told), (anomaly,)


def _translated(judged: Classification, told: str, names: Mapping[int, int], bound: Bounded) -> Judged:
    """A verdict on linearizability as one on staleness; `names` gives the indices that operations really have."""
    finding = judged.models[LINEARIZABLE]
    if finding.status is Status.HOLDS:
        orders = finding.certificate
        if names:
            orders = {key: tuple(names[index] for index in order) for key, order in dict(orders).items()}
        return Finding(status=Status.HOLDS, because=told, certificate=attrs.evolve(bound, orders=orders)), ()
    if finding.status is not Status.VIOLATED:
        return finding, ()
    told = f"there is no order of the operations in which {told}"
    anomalies = tuple(
        Anomaly(
            type=STALE,
            operations=tuple(names.get(index, index) for index in anomaly.operations),
            explanation=told,
            key=anomaly.key,
            evidence=attrs.evolve(bound, unexplained=True),
        )
        for anomaly in judged.anomalies
    )
    return Finding(status=Status.VIOLATED, because=told), anomalies


def _earlier_reads(history: History, shift_ns: int) -> tuple[History, dict[int, int]]:
    """The history with reads that began so much earlier, and the indices that its operations had before."""
    moments = sorted(
        moment
        for o in history
        for moment in ((o.index, o.invoke_ns), *([(o.end, o.end_ns or 0)] if o.end is not None else []))
    )
    times = list(accumulate((time for _, time in moments), max))
    places = {position: place for place, (position, _) in enumerate(moments)}
    calls = []  # before which of the old moments each call is now
    for o in history:
        place = places[o.index]
        if o.f == "read":
            place = min(place, bisect_left(times, o.invoke_ns - shift_ns))
        calls.append((place, 0, o.index))
    order = sorted([*calls, *((places[o.end], 1, o.index) for o in history if o.end is not None)])
    position = {(index, kind): at for at, (_, kind, index) in enumerate(order)}
    moved = [
        replace(o, index=position[o.index, 0], end=None if o.end is None else position[o.index, 1]) for o in history
    ]
    names = {now.index: o.index for o, now in zip(history, moved, strict=True)}
    return attrs.evolve(history, operations=tuple(sorted(moved, key=lambda o: o.index))), names
