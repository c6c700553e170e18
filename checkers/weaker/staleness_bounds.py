"""The smallest bounds of staleness that a history keeps: so many versions, and so many seconds.

Both begin with how stale its reads surely are (see `staleness`), which mostly is enough. Where no order of the
operations keeps that bound, it is doubled until one does, and then sought in between, by halves: the versions
exactly, the seconds to a hundredth.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from checkers.budget import Budget
from checkers.verdict import Classification, Finding, Status
from checkers.weaker.staleness import IN_SECONDS, IN_VERSIONS, MODEL, check_staleness
from histories import History

SECONDS_FROM: Final = 0.001  # where nothing is surely late, and something is
PRECISION: Final = 0.01

Judge = Callable[[Any], Classification]


def measure_staleness(history: History, budget: Budget | None = None) -> Classification:
    """Judge `bounded-staleness` by the smallest bounds that hold: the finding and the statistics name them.

    The certificate has an order for each bound; that in seconds is left out where the history has no times. It is
    violated where no bound is kept, as with a value that nobody wrote. Raises `HistoryError` for operations other than
    reads, writes and cas.
    """
    sure = check_staleness(history)
    if not history.real_time:
        return sure
    judges: dict[str, Judge] = {"versions": lambda bound: check_staleness(history, versions=bound, budget=budget)}
    least: dict[str, Any] = {"versions": sure.statistics[IN_VERSIONS], "seconds": sure.statistics[IN_SECONDS]}
    most: dict[str, Any] = {"versions": sum(o.f != "read" for o in history)}
    ends = [o.end_ns for o in history if o.end_ns]
    if ends:
        judges["seconds"] = lambda bound: check_staleness(history, seconds=bound, budget=budget)
        most["seconds"] = (max(ends) - min(o.invoke_ns for o in history)) / 1e9
    bounds: dict[str, Any] = {}
    certificate: list[Any] = []
    for unit, judge in judges.items():
        bounds[unit], found = smallest(judge, least[unit], most[unit])
        if found.status(MODEL) is not Status.HOLDS:
            return attrs.evolve(found, statistics=sure.statistics)
        certificate += found.models[MODEL].certificate
    told = " and ".join(f"{bound:.3g} {unit}" for unit, bound in bounds.items())
    because = f"no read is more than {told} out of date, and no smaller bounds are kept"
    return Classification(
        models={MODEL: Finding(status=Status.HOLDS, because=because, certificate=tuple(certificate))},
        statistics={**sure.statistics, **{f"staleness in {unit}": bound for unit, bound in bounds.items()}},
    )


def smallest(judge: Judge, least: Any, most: Any) -> tuple[Any, Classification]:
    """The smallest bound from `least` to `most` that holds, with its verdict; else one that is broken or unknown."""
    whole = isinstance(least, int)
    bound, found = least, judge(least)
    broken = None
    while found.status(MODEL) is Status.VIOLATED and bound < most:
        broken = bound
        bound = min(most, 2 * bound or (1 if whole else SECONDS_FROM))
        found = judge(bound)
    while found.status(MODEL) is Status.HOLDS and broken is not None:
        if bound - broken <= (1 if whole else PRECISION * bound):
            break
        between = (bound + broken) // 2 if whole else (bound + broken) / 2
        tried = judge(between)
        if tried.status(MODEL) is Status.VIOLATED:
            broken = between
        else:
            bound, found = between, tried
    return bound, found
