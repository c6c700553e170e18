"""Transactions by themselves: a read shows what its transaction has written, and what it has read before."""

from __future__ import annotations

import numpy as np

from checkers.transactions.replay.arrays import Ints, difference, last_true
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.script import Script


def agree_with_themselves(script: Script, *, reads: bool) -> None:
    """Raises `RefusedError` where a read shows something else than an earlier write of its transaction.

    With `reads`, or than an earlier read.
    """
    _registers(script, reads=reads)
    _lists(script, reads=reads)


def _registers(script: Script, *, reads: bool) -> None:
    at = np.flatnonzero(script.is_read & ~script.of_list & (script.alone < np.arange(len(script.key))))
    own = script.before[at] > script.own[at]
    wrong = own & (script.value[at] != np.append(script.written, -1)[script.before[at] - 1])
    if reads:
        wrong |= script.value[at] != script.value[at - 1]
    _refuse(script, at[wrong])


def _lists(script: Script, *, reads: bool) -> None:
    at = np.flatnonzero(script.is_read & script.of_list)
    elements, start, own = script.touches.elements, script.start, script.own[at]
    added = script.before[at] - own
    found = script.length[at] - added  # so much of what others appended
    _refuse(script, at[found < 0])
    wrong = difference(elements, start[at] + found, script.written, own, added)
    _refuse(script, at[[]] if wrong is None else at[[wrong]])
    if not reads:
        return
    earlier = np.append(-1, last_true(script.is_read)[:-1])[at]
    again = np.flatnonzero(earlier >= script.alone[at])
    earlier, found, at = earlier[again], found[again], at[again]
    before = script.length[earlier] - (script.before[earlier] - script.own[earlier])
    _refuse(script, at[found != before])
    apart = np.flatnonzero(start[earlier] != start[at])
    wrong = difference(elements, start[at[apart]], elements, start[earlier[apart]], found[apart])
    _refuse(script, at[[]] if wrong is None else at[apart[[wrong]]])


def _refuse(script: Script, reads: Ints) -> None:
    if len(reads):
        raise RefusedError(f"{script.reading(int(reads[0]))}, and contradicts itself")
