from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from systems.simulation.luck import Luck


def corrupted(value: Any, luck: Luck) -> Any:
    """The value with one of its leaves changed: a bit of an integer, a character of a string, and the like."""
    if attrs.has(type(value)):
        name = luck.pick(attrs.fields(type(value))).name
        return attrs.evolve(value, **{name: corrupted(getattr(value, name), luck.child(name))})
    for kind, corrupt in _CORRUPT.items():
        if isinstance(value, kind) and value != kind():
            return corrupt(value, luck)
    return value


def _tuple(value: tuple[Any, ...], luck: Luck) -> tuple[Any, ...]:
    i = luck.integer(len(value))
    changed = (*value[:i], corrupted(value[i], luck.child(i)), *value[i + 1 :])
    return type(value)(*changed) if hasattr(value, "_fields") else changed


def _str(value: str, luck: Luck) -> str:
    i = luck.integer(len(value))
    return value[:i] + chr(ord(value[i]) ^ 1) + value[i + 1 :]


_CORRUPT: dict[type[Any], Callable[[Any, Luck], Any]] = {
    tuple: _tuple,
    str: _str,
    bool: lambda value, _: not value,
    int: lambda value, luck: value ^ 1 << luck.integer(8),
}
