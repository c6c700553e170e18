"""The order of versions where every write of a key replaces what its transaction had read of it.

Then each version has the one before it, and if no two have the same one, all versions of a key are in a row: any other
order would contradict itself. Where a transaction writes without having read, or two have read the same version, this
says nothing. It says nothing of other edges, either: an order that it gives is still to be scheduled.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from checkers.transactions.accesses import INITIAL, Accesses, Ints

UNREAD: Final = -3
"""In the place of the version before one whose writer did not read the key."""


def update_order(accesses: Accesses) -> Ints | None:
    """All versions key by key, each after the one that its writer had read; None where that is no order of all."""
    before = _replaced(accesses)
    first = np.flatnonzero(before == INITIAL)
    replaced = before[before >= 0]
    if len(first) + len(replaced) < len(before) or len(np.unique(accesses.version_key[first])) < len(first):
        return None
    following = np.full(len(before), INITIAL)
    following[replaced] = np.flatnonzero(before >= 0)
    if np.count_nonzero(following >= 0) < len(replaced):
        return None
    then, sequence = following.tolist(), []
    for version in first.tolist():
        at = version
        while at >= 0:
            sequence.append(at)
            at = then[at]
    return np.array(sequence, dtype=np.int64) if len(sequence) == len(before) else None


def _replaced(accesses: Accesses) -> Ints:
    """For each version the one that its writer read of its key, UNREAD where it read none."""
    keys = len(accesses.first) - 1
    code = accesses.writer * keys + accesses.version_key
    order = np.argsort(code)
    wanted = accesses.reader * keys + accesses.read_key
    before = np.full(len(code), UNREAD)
    if len(code):
        place = np.minimum(np.searchsorted(code[order], wanted), len(code) - 1)
        own = np.flatnonzero(code[order][place] == wanted)
        before[order[place[own]]] = accesses.version[own]
    return before
