"""The only randomness of a run: numbers made from a seed and from ids, never drawn from a shared stream.

A stream of random numbers ties everything to everything: leave out one operation and each later draw belongs to
another event. Here a number is a function of the seed and of what it is for, so that leaving out one operation or
fault leaves the luck of all that it did not cause as it was. That is what makes a failing run shrink by itself.

The function multiplies and folds the product, twice (the mixer of Wang Yi's wyhash). It works on integers of 60 bits,
which Python multiplies fastest, and is the same on every machine.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from typing import Final, Self, TypeVar

T = TypeVar("T")

BITS: Final = 60
MASK: Final = (1 << BITS) - 1
STEP: Final = 0x9E3779B97F4A7C1  # the fraction of the golden ratio, odd: multiples of it are far from each other
FIRST: Final = 0xD6E8FEB86659FD9
SECOND: Final = 0xBF58476D1CE4E5B
_SEED: Final = 0x5EED


def mix(a: int, b: int) -> int:
    """Two integers to one of 60 bits, each bit of which hangs on all of theirs."""
    x = (a ^ b * STEP) * FIRST
    x = (x >> BITS ^ x) * SECOND
    return (x >> BITS ^ x) & MASK


@functools.lru_cache(maxsize=4096)
def _number_of(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") & MASK


def key_of(key: int, *ids: int | str) -> int:
    """The key of what `ids` name under `key`: integers of any size, and strings."""
    for item in ids:
        if isinstance(item, str):
            key = mix(mix(key, 1), _number_of(item))
        else:
            key = mix(mix(key, 2), item & MASK)
            for shift in range(BITS, item.bit_length() + 1, BITS):
                key = mix(key, item >> shift)
    return key


class Luck:
    """A key, and what can be drawn with it.

    A value: the same call on an equal key gives the same answer every time. For several draws use several
    children, or ask several times where fresh luck is handed out.
    """

    __slots__ = ("key",)

    def __init__(self, key: int) -> None:
        self.key = key

    @classmethod
    def of(cls, seed: int, *ids: int | str) -> Self:
        """The luck of what `ids` name, in the runs of `seed`."""
        return cls(key_of(_SEED, seed, *ids))

    def child(self, *ids: int | str) -> Luck:
        """The luck of a part of this, independent of its other parts."""
        return Luck(key_of(self.key, *ids))

    def uniform(self, low: float, high: float) -> float:
        """A number from `low` up to, but not including, `high`."""
        return low + (high - low) * ((self.key >> 7) * 2.0**-53)

    def integer(self, n: int) -> int:
        """One of 0, 1, ..., n - 1."""
        if n < 1:
            raise ValueError(f"cannot draw one of {n} integers: n must be at least 1")
        return self.key * n >> BITS

    def coin(self, probability: float) -> bool:
        """True with this probability."""
        return (self.key >> 7) * 2.0**-53 < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        if not items:
            raise ValueError("cannot pick from nothing")
        return items[self.integer(len(items))]

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in another order; all orders are equally likely."""
        shuffled = list(items)
        for i in range(len(shuffled) - 1, 0, -1):
            j = mix(self.key, i) * (i + 1) >> BITS
            shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
        return shuffled

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Luck) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __repr__(self) -> str:
        return f"Luck({self.key:#017x})"
