"""Slices and groups of arrays."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

AT_ONCE: Final = 1 << 17
"""So many elements are looked at together: they fit into a cache."""


def spans(begin: Ints, length: Ints) -> Ints:
    """`begin[i], begin[i] + 1, ...` for each i, so many as `length` says, end to end."""
    ends = np.cumsum(length)
    return np.arange(ends[-1] if len(ends) else 0) + np.repeat(begin - ends + length, length)


def offsets(counts: Ints) -> Ints:
    """Where each part of so many begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])


def heads(*parts: Ints) -> Mask:
    """Where a run of equal entries begins."""
    found = np.ones(len(parts[0]), dtype=bool)
    if len(found):
        found[1:] = False
    for part in parts:
        found[1:] |= part[1:] != part[:-1]
    return found


def last_true(mask: Mask) -> Ints:
    """For each place the last up to it where a mask holds, -1 where there is none."""
    return np.maximum.accumulate(np.where(mask, np.arange(len(mask)), -1))


def batches(length: Ints) -> list[tuple[int, int]]:
    """Slices of these lengths in batches of about `AT_ONCE` elements: from which to which."""
    ends = np.cumsum(length)
    cuts = np.searchsorted(ends, np.arange(0, ends[-1] if len(ends) else 0, AT_ONCE)).tolist()
    return [(low, high) for low, high in pairwise([*cuts, len(length)]) if low < high]


def uncovered(group: Ints, start: Ints, length: Ints) -> Ints:
    """Of slices of one pool those that must be looked at to know all of them; groups lie together.

    Left out are prefixes of the longest in their group, and empty ones. Not all that could be is left out.
    """
    if not len(group):
        return np.zeros(0, dtype=np.int64)
    begins = heads(group)
    number = np.cumsum(begins) - 1
    most = np.maximum.reduceat(length, np.flatnonzero(begins))
    longest = np.flatnonzero(length == most[number])
    longest = longest[heads(number[longest])]
    wanted = (start != start[longest][number]) & (length > 0)
    wanted[longest] = most > 0
    return np.flatnonzero(wanted)


def difference(one: Ints, one_at: Ints, other: Ints, other_at: Ints, length: Ints) -> int | None:
    """The first number i for which `one` from `one_at[i]` on differs from `other` from `other_at[i]` on."""
    for low, high in batches(length):
        count = length[low:high]
        differs = one[spans(one_at[low:high], count)] != other[spans(other_at[low:high], count)]
        if differs.any():
            return low + int(np.repeat(np.arange(high - low), count)[np.argmax(differs)])
    return None


def latest_before(group: Ints, moment: Ints, group_asked: Ints, before: Ints) -> Ints:
    """For each question the greatest moment of its group that is less than `before`; -1 if there is none."""
    asked, number = np.unique(group_asked, return_inverse=True)
    place = np.searchsorted(asked, group)
    known = np.append(asked, -1)[place] == group
    width = int(max(moment.max(initial=0), before.max(initial=0))) + 1
    code = np.sort(place[known] * width + moment[known])
    at = np.searchsorted(code, number * width + before) - 1
    found = np.append(code, -1)[at]
    return np.where(found // width == number, found % width, -1)
