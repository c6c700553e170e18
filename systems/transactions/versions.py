from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import Any, Final

KEPT_MIN: Final = 8  # versions of a key below which none is looked at for removal

Write = tuple[Any, Any]
"""A key and its new value; None deletes it."""


class Versions:
    """Every value that the keys have had, by the number of the commit that wrote it, back to a horizon.

    Numbers only rise. Reading at a number gives what the commits up to it have left; below the horizon that is not
    known any more.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, list[int]] = {}
        self._values: dict[Any, list[Any]] = {}
        self._keys: list[Any] = []  # in order, but for the fresh ones at the end
        self._sorted = 0

    def install(self, writes: Iterable[Write], number: int, horizon: int = 0) -> None:
        """Add the versions that a commit wrote, and drop those that nobody at the horizon or later can see."""
        for key, value in writes:
            numbers = self._numbers.get(key)
            if numbers is None:
                self._numbers[key], self._values[key] = [number], [value]
                self._keys.append(key)
                continue
            numbers.append(number)
            self._values[key].append(value)
            if len(numbers) > KEPT_MIN and (unseen := bisect_right(numbers, horizon) - 1) > 0:
                del numbers[:unseen], self._values[key][:unseen]

    def read(self, key: Any, at: int) -> Any:
        """The value that a key had after the commit of this number, or None."""
        numbers = self._numbers.get(key)
        if numbers is None:
            return None
        if numbers[-1] <= at:
            return self._values[key][-1]
        place = bisect_right(numbers, at)
        return self._values[key][place - 1] if place else None

    def newest(self, key: Any) -> int:
        """The number of the last commit that wrote this key; 0 if none did."""
        numbers = self._numbers.get(key)
        return numbers[-1] if numbers else 0

    def scan(self, low: Any, high: Any, at: int) -> list[tuple[Any, Any]]:
        """The keys in [low, high) that had a value, each with it, in order."""
        if self._sorted < len(self._keys):
            self._keys.sort()
            self._sorted = len(self._keys)
        keys = self._keys[bisect_left(self._keys, low) : bisect_left(self._keys, high)]
        rows = ((key, self.read(key, at)) for key in keys)
        return [row for row in rows if row[1] is not None]

    def __len__(self) -> int:
        """How many versions are kept."""
        return sum(map(len, self._numbers.values()))
