"""Execution: every read must show the store as it was when its transaction started, under the transaction's own writes.

Serializable transactions start when they commit. Others start earlier, and for snapshot isolation nobody may write
what somebody else has written since it started.

A list has as many elements as were appended by those that it sees, and by its reader before; and it tells the order in
which they were appended, which is that of the commits. So nobody else may have appended between the two.
"""

from __future__ import annotations

import numpy as np

from checkers.transactions.replay.arrays import Ints, difference, uncovered
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.script import Script
from histories.transactions import NIL


def execute(script: Script, starts: Ints | None) -> None:
    """Replay all reads. `starts` tells how many transactions had committed when each one started; None if all before.

    Raises `RefusedError` where a read shows something else.
    """
    reads = np.flatnonzero(script.is_read)
    own = script.own[reads]
    if starts is None:
        seen = own
    else:
        key, start = script.key[reads], starts[script.place[reads]]
        end = np.append(script.versions.end, 0)
        since = script.versions.since(key, start)
        first = script.versions.first[key]
        seen = np.where(since > first, end[since - 1], script.base[reads])
    lists = script.of_list[reads]
    _registers(script, reads[~lists], seen[~lists], own[~lists])
    _lists(script, reads[lists], seen[lists], own[lists])


def _registers(script: Script, reads: Ints, seen: Ints, own: Ints) -> None:
    """Each shows the last of its own writes, or else of those that it sees."""
    before, base = script.before[reads], script.base[reads]
    latest = np.where(before > own, before - 1, np.where(seen > base, seen - 1, -1))
    wrong = np.flatnonzero(script.value[reads] != np.append(script.written, NIL)[latest])
    if len(wrong):
        _refuse(script, int(reads[wrong[0]]))


def _lists(script: Script, reads: Ints, seen: Ints, own: Ints) -> None:
    """Each shows what was appended in the writes that it sees, and then its own appends, which follow these."""
    start, length, base = script.start[reads], script.length[reads], script.base[reads]
    added = script.before[reads] - own
    wrong = np.flatnonzero((length != seen - base + added) | ((added > 0) & (seen < own)))
    if len(wrong):
        _refuse(script, int(reads[wrong[0]]))
    looked_at = uncovered(base, start, length)
    found = difference(script.touches.elements, start[looked_at], script.written, base[looked_at], length[looked_at])
    if found is not None:
        _refuse(script, int(reads[looked_at[found]]))


def _refuse(script: Script, read: int) -> None:
    raise RefusedError(f"{script.reading(read)}, which is not what it held")


def first_committer_wins(script: Script, starts: Ints) -> None:
    """Raises `RefusedError` where a transaction wrote what somebody else had written since it started."""
    versions = script.versions
    later = np.flatnonzero(versions.key[1:] == versions.key[:-1]) + 1
    writer, previous = versions.place[later], versions.place[later - 1]
    wrong = np.flatnonzero(previous >= starts[writer])
    if len(wrong):
        one, other = script.name(int(writer[wrong[0]])), script.name(int(previous[wrong[0]]))
        key = script.touches.keys[versions.key[later[wrong[0]]]]
        raise RefusedError(f"{one} wrote key {key}, which {other} wrote since it started")
