"""What the transactional workloads draw their transactions from.

Keys are in use by turns. A test has as many places for keys as it says (`keys`), and the place of rank r is asked for
with a weight of 1/r (Zipf): the first is fought over, the last has peace. A key stays in its place for a number
of operations, and then another one takes it: where the rank is odd, for `ops_per_key`, and where it is even, for an
eighth of that. So there are always keys with a long past, and keys that begin.

Every value is written once: the number of the transaction and the place in it make it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import Any, Final

import attrs

from harness.generators import Generator, Invocation, on_each_thread
from harness.test import Test
from systems.simulation.luck import Luck

MicroOperation = tuple[str, Any, Any]

LENGTH_MAX: Final = 4  # accesses in a transaction; a read and a write of what was read are one
_SHORT_LIVED: Final = 8  # times as short as the long-lived keys
READ, WRITE, UPDATE = (True, False), (False, True), (True, True)
Access = tuple[bool, bool]
"""Whether a key is read, and whether it is written (then)."""
_STRIDE: Final = 10 * LENGTH_MAX  # between the values of one transaction and those of the next


@attrs.frozen
class Keys:
    """Which keys are in use when the transaction of some number is drawn."""

    places: int
    ops_per_key: int

    def at(self, number: int, share: float) -> int:
        """A key, given a share from 0 to 1 that luck has drawn."""
        bounds = _bounds(self.places)
        place = min(bisect_right(bounds, share), self.places - 1)
        weight = bounds[place] - (bounds[place - 1] if place else 0.0)
        lifetime = self.ops_per_key if place % 2 == 0 else max(1, self.ops_per_key // _SHORT_LIVED)
        generation = int(number * weight * (LENGTH_MAX + 1) / 2 / lifetime)
        return generation * self.places + place


@lru_cache
def _bounds(places: int) -> tuple[float, ...]:
    weights = list(accumulate(1 / rank for rank in range(1, places + 1)))
    return tuple(weight / weights[-1] for weight in weights)


def draw(number: int, test: Test, luck: Luck, write: str, accesses: Sequence[Access]) -> tuple[MicroOperation, ...]:
    """One to four of these accesses, each as likely as another; `write` names the micro-operation that writes."""
    keys = Keys(test.keys, test.ops_per_key)
    micros: list[MicroOperation] = []
    for place in range(1 + luck.integer(LENGTH_MAX)):
        kind, share = divmod(luck.child(place).uniform(0, len(accesses)), 1)
        key = keys.at(number, share)
        reads, writes = accesses[int(kind)]
        if reads:
            micros.append(("r", key, None))
        if writes:
            micros.append((write, key, number * _STRIDE + place + 1))
    return tuple(micros)


def final_reads(test: Test, keys: Sequence[Any]) -> Generator:
    """Every client reads the keys that were in use last, some at a time."""
    recent = tuple(keys)[-4 * test.keys :]
    together = 2 * LENGTH_MAX
    reads = [tuple(("r", key, None) for key in recent[at : at + together]) for at in range(0, len(recent), together)]
    return on_each_thread(lambda _: (Invocation(f="txn", value=read) for read in reads), test.clients)
