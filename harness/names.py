"""Names that people type, and what they may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


class UnknownNameError(LookupError):
    """A name that is not in the table; the text offers the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


def pick(name: str, table: Mapping[str, T], kind: str) -> T:
    """`table[name]`; `UnknownNameError` otherwise."""
    if name in table:
        return table[name]
    near = difflib.get_close_matches(name, table, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else f"expected one of {', '.join(table)}"
    raise UnknownNameError(f"unknown {kind} {name!r}: {hint}")
