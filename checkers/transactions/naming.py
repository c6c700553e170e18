"""What anomalies are called, by what makes the cycles that show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from checkers.transactions.accesses import Mask
from checkers.transactions.conditions import Rule
from checkers.transactions.edges import Type
from checkers.transactions.steps import READING, Steps, rw_count

NAMES: Final = ("G0", "G1c", "G-single", "G-nonadjacent", "G2-item")
"""By what the cycle is made of, from the simplest on: each is forbidden where one after it is."""

OF_ROWS: Final = ("G0", "G1c", "G-single", "G-nonadjacent", "G2")
"""The same where there are predicates; with `-item` where the cycle has an rw, and needs none of them."""

SUFFIXES: Final = ("", "-process", "-realtime")

BY_CONTENT: Final = (Rule.WRITES, Rule.COMMITTED, Rule.SINGLE, Rule.SNAPSHOT, Rule.ITEMS, Rule.SERIAL)
"""Rules whose cycles have names of their own; those of the others are called by the rule."""


def name(cycles: Sequence[Steps], certain: Mask, rule: Rule | None = None, item: Mask | None = None) -> str:
    """What to call some cycles of which there must be one: as the least simple of them.

    `certain` tells which transactions are known to have committed. Others did because somebody read what they wrote;
    read uncommitted does not conclude that, so a cycle with them is not called G0. `item` tells which reads are of
    single rows; None where there are no others.
    """
    level = max(_level(cycle, certain) for cycle in cycles)
    suffix = SUFFIXES[max(_order(cycle) for cycle in cycles)]
    if rule is None or rule in BY_CONTENT or level < NAMES.index("G-single"):
        if item is None:
            return NAMES[level] + suffix
        single = all(item[step.reading] for cycle in cycles for step in cycle if step.type in READING)
        return OF_ROWS[level] + ("-item" if level >= OF_ROWS.index("G-single") and single else "") + suffix
    return f"{rule.value}{suffix}"


def is_long_fork(cycle: Steps) -> bool:
    """Whether two transactions each read from one writer, and from before the other."""
    kinds = [step.type for step in cycle]
    return kinds in ([Type.WR, Type.RW] * 2, [Type.RW, Type.WR] * 2)


def _level(cycle: Steps, certain: Mask) -> int:
    rw = rw_count(cycle)
    if rw == 0:
        reads = any(step.type is Type.WR for step in cycle)
        return int(reads or not certain[np.array([step.before for step in cycle])].all())
    if rw == 1:
        return 2
    following = (*cycle[1:], cycle[0])
    adjacent = any(a.type is Type.RW and b.type is Type.RW for a, b in zip(cycle, following, strict=True))
    return 4 if adjacent else 3


def _order(cycle: Steps) -> int:
    types = {step.type for step in cycle}
    return 2 if Type.REALTIME in types else int(Type.SESSION in types)
