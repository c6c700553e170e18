"""Which faults strike when: drawn from the seed, or read from a file, and always data."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import cattrs
import tomli_w

from nemesis.clock import Skew
from nemesis.fault import Fault
from nemesis.partition import Partition
from nemesis.process import Crash, Pause
from systems.simulation.luck import Luck

FAMILIES: Mapping[str, type[Fault]] = {family.family: family for family in (Partition, Skew, Crash, Pause)}

SPREAD = (0.15, 0.25, 0.4, 0.65, 1.0, 1.6, 3.0)  # times the interval; about 1 on average

_converter = cattrs.Converter(forbid_extra_keys=True)


def draw(
    families: Iterable[str], nodes: tuple[str, ...], luck: Luck, *, interval: float, time_limit: float
) -> tuple[Fault, ...]:
    """Faults of each family, one after the other within a family, the families independent of each other.

    `interval` is about the mean time in seconds from one fault's end to the next one's start, and of its duration;
    the first comes sooner. All end before `time_limit`. Times are widely spread: some mistakes show when one
    fault follows on another at once, some when a fault lasts.
    """
    faults: list[Fault] = []
    for name in families:
        now, number = 0.0, 0
        while True:
            own = luck.child(name, number)
            start = now + interval * (own.child("gap").uniform(0.2, 0.6) if number == 0 else _spread(own.child("gap")))
            duration = interval * _spread(own.child("duration"))
            if start + duration >= time_limit:
                break
            window = {"id": f"{name}-{number}", "start": round(start, 3), "duration": round(duration, 3)}
            faults.append(FAMILIES[name].draw(window, nodes, own))
            now, number = start + duration, number + 1
    return tuple(sorted(faults, key=lambda fault: (fault.start, fault.id)))


def _spread(luck: Luck) -> float:
    return luck.pick(SPREAD) * luck.child("within").uniform(0.8, 1.2)


def to_toml(faults: Iterable[Fault]) -> str:
    """The schedule as a file that can be edited and run again."""
    return tomli_w.dumps({"faults": [{"family": fault.family, **_table(fault)} for fault in faults]})


def _table(fault: Fault) -> dict[str, Any]:
    return {name: value for name, value in attrs.asdict(fault).items() if value is not None}


def from_toml(text: str) -> tuple[Fault, ...]:
    """The faults of such a file; `ValueError` says which one is wrong, and how."""
    try:
        tables = tomllib.loads(text).get("faults", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"expected TOML: {error}") from None
    return tuple(_fault(number, table) for number, table in enumerate(tables, start=1))


def _fault(number: int, table: dict[str, Any]) -> Fault:
    family = FAMILIES.get(table.pop("family", ""))
    if family is None:
        raise ValueError(f"fault {number}: expected a family, one of {', '.join(FAMILIES)}")
    try:
        return _converter.structure(table, family)
    except cattrs.BaseValidationError as error:
        problems = cattrs.transform_error(error, format_exception=lambda problem, _: str(problem))
        raise ValueError(f"fault {number}: {'; '.join(problems)}") from None
