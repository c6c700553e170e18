"""Values as a history holds them: what JSON has, and nothing nested without end."""

from __future__ import annotations

from typing import Any, Final

DEPTH_MAX: Final = 100  # levels of nesting that a value may have; readers refuse more
TOO_DEEP: Final = f"expected at most {DEPTH_MAX} levels of nesting, found more"
_ATOMS: Final = frozenset({type(None), bool, int, float, str})


def freeze(value: Any) -> Any:
    """The same value, hashable: lists become tuples, maps tuples of their sorted items, sets frozen sets.

    >>> freeze({"b": [1, 2], "a": None})
    (('a', None), ('b', (1, 2)))
    """
    if value.__class__ in _ATOMS:
        return value
    if isinstance(value, list | tuple):
        return tuple(freeze(part) for part in value)
    if isinstance(value, dict):
        return tuple(sorted(((freeze(k), freeze(v)) for k, v in value.items()), key=repr))
    if isinstance(value, set | frozenset):
        return frozenset(freeze(part) for part in value)
    return value


def too_deep(value: Any, text: bytes) -> bool:
    """Whether a value that was written as this JSON text has more than `DEPTH_MAX` levels of nesting."""
    if len(text) <= 2 * DEPTH_MAX or text.count(b"[") + text.count(b"{") <= DEPTH_MAX:
        return False
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [
            part
            for whole in level
            if isinstance(whole, list | dict)
            for part in (whole if isinstance(whole, list) else whole.values())
        ]
    return bool(level)
