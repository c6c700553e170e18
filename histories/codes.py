"""Codes: small whole numbers that stand for the keys and values of a history in its arrays."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from histories.values import freeze

Ints = NDArray[np.int64]
Narrow = NDArray[np.signedinteger[Any]]
"""Whole numbers in as few bytes as they need."""

_WIDTHS: Final = tuple(np.iinfo(kind) for kind in (np.int8, np.int16, np.int32, np.int64))


def coded(values: Sequence[Any]) -> tuple[Ints, Sequence[Any]]:
    """A code for each value, and the table in which the codes are looked up: `table[code]` is the value.

    Equal values have equal codes, and values of different JSON types have different ones, though Python finds
    `1`, `1.0` and `True` equal. Codes are less than four times the number of values.
    """
    if set(map(type, values)) <= {int}:
        try:
            return coded_integers(np.array(values, dtype=np.int64))
        except OverflowError:
            pass
    numbers: dict[Hashable, int] = {}
    codes = [numbers.setdefault(identity(value), len(numbers)) for value in values]
    table: list[Any] = [None] * len(numbers)
    for code, value in zip(codes, values, strict=True):
        table[code] = value
    return np.array(codes, dtype=np.int64), table


def coded_integers(values: Ints) -> tuple[Ints, Sequence[int]]:
    """The same for integers: they are their own codes if they are small, in a table that is a `range`."""
    if not len(values):
        return values, range(0)
    least, greatest = int(values.min()), int(values.max())
    if least >= 0 and greatest < 4 * len(values):
        return values, range(greatest + 1)
    table, codes = np.unique(values, return_inverse=True)
    return codes.astype(np.int64, copy=False), table.tolist()


def ranges(starts: Ints, lengths: Ints) -> Ints:
    """`starts[i], starts[i] + 1, ...` for each i, so many as `lengths` says, end to end."""
    ends = np.cumsum(lengths)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - ends + lengths, lengths)


def identity(value: Any) -> Hashable:
    """Something hashable that is equal for two values exactly if they are the same in JSON."""
    kind = type(value)
    if kind is int or kind is str:
        return value
    if kind is list or kind is tuple:
        return ("list", *map(identity, value))
    if kind is dict:
        return ("map", frozenset((identity(key), identity(part)) for key, part in value.items()))
    return (kind.__name__, freeze(value))


def narrow(numbers: Ints) -> Narrow:
    """The same in as few bytes as they need."""
    least, greatest = (int(numbers.min()), int(numbers.max())) if len(numbers) else (0, 0)
    width = next(width for width in _WIDTHS if width.min <= least and greatest <= width.max)
    return numbers.astype(width.dtype)


def joined(parts: Sequence[Narrow]) -> Narrow:
    """Such arrays end to end."""
    return np.concatenate([*parts, np.empty(0, dtype=np.int8)])
