"""What a predicate read asks for: the rows of a table whose keys or values are so.

    ["all"]               every row
    ["range", low, high]  low <= key < high
    ["equals", value]     the value is this one
    ["mod", m, r]         the value is a whole number, and r remains when it is divided by m

A row that was never inserted, or has been deleted, is no row. Values of different JSON types are different, and
numbers are not compared with strings.
"""

from __future__ import annotations

from typing import Any

from histories.codes import identity
from histories.errors import HistoryError


def matches(predicate: Any, key: Any, value: Any) -> bool:
    """Whether a row with this key and value is asked for; a value of None is no row.

    Raises `HistoryError` where the predicate is none of the four.
    """
    match predicate:
        case ["all"]:
            return value is not None
        case ["range", low, high]:
            return value is not None and within(key, low, high)
        case ["equals", wanted]:
            return value is not None and identity(value) == identity(wanted)
        case ["mod", int(modulus), int(rest)] if modulus > 0:
            return type(value) is int and value % modulus == rest
    raise HistoryError(f"expected a predicate [all], [range, low, high], [equals, v] or [mod, m, r], found {predicate}")


def within(key: Any, low: Any, high: Any) -> bool:
    """Whether a key lies in a range; one of another type than the bounds does not."""
    if comparable(key) is None or comparable(key) != comparable(low) or comparable(key) != comparable(high):
        return False
    return bool(low <= key < high)


def comparable(key: Any) -> str | None:
    """The kind of things that a key can be compared with; None where there is none."""
    if isinstance(key, str):
        return "string"
    return "number" if isinstance(key, int | float) and not isinstance(key, bool) else None
