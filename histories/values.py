from __future__ import annotations

from typing import Any


def freeze(value: Any) -> Any:
    """The same value, hashable: lists become tuples, maps tuples of their sorted items, sets frozen sets.

    >>> freeze({"b": [1, 2], "a": None})
    (('a', None), ('b', (1, 2)))
    """
    if isinstance(value, list | tuple):
        return tuple(freeze(part) for part in value)
    if isinstance(value, dict):
        return tuple(sorted(((freeze(k), freeze(v)) for k, v in value.items()), key=repr))
    if isinstance(value, set | frozenset):
        return frozenset(freeze(part) for part in value)
    return value
