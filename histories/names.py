"""Names that people type, and what they may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

T = TypeVar("T")

FEW: Final = 30  # names that may be told all


class UnknownNameError(LookupError):
    """A name that is not in the table; the text offers the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


def pick(name: str, table: Mapping[str, T], kind: str) -> T:
    """`table[name]`; `UnknownNameError` otherwise."""
    if name in table:
        return table[name]
    raise unknown_name(name, table, kind)


def unknown_name(name: str, known: Iterable[str], kind: str) -> UnknownNameError:
    """The error that says which of the known names are near; all of them, where none is and they are few."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return UnknownNameError(f"unknown {kind} {name!r}: did you mean {' or '.join(near)}?")
    hint = f"expected one of {', '.join(known)}" if len(known) <= FEW else "no name is near it"
    return UnknownNameError(f"unknown {kind} {name!r}: {hint}")
