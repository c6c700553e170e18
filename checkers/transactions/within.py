"""What a transaction sees of itself: the order of its micro-operations on one key.

`internal`: a read contradicts an earlier read or write of its own transaction. `future-read`: it shows what the
transaction writes only later. Transactions touch a key a few times, so all of them are walked at once, in as many
steps as the longest of them has.
"""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from checkers.transactions.accesses import Ints, Mask, portions
from histories.transactions import TransactionColumns

SHIFTS_MAX: Final = 24
"""Transactions longer than this are sorted instead."""


@attrs.frozen(kw_only=True, eq=False)
class Contradictions:
    """Pairs of micro-operations (earlier, later) of one transaction and key.

    `internal`: the read contradicts what came before, at the earlier one. `own` says which of those contradict an
    own write. `future`: the read shows what the append or write after it brings.
    """

    internal: tuple[Ints, Ints]
    own: Mask
    future: tuple[Ints, Ints]


def earlier(columns: TransactionColumns, at: Ints) -> Ints:
    """For each of some micro-operations (ascending) the place in `at` of the last before it on its key, or -1."""
    found = np.full(len(at), -1)
    if not len(at):
        return found
    longest = int(np.diff(columns.first).max(initial=0))
    if longest > SHIFTS_MAX:
        code = codes(columns, at)
        order = np.argsort(code, kind="stable")
        same = code[order[1:]] == code[order[:-1]]
        found[order[1:][same]] = order[:-1][same]
        return found
    for part in portions(len(at)):
        first = max(part.start - longest, 0)  # what stands before that is of other transactions
        code = codes(columns, at[first : part.stop])
        for shift in range(min(longest, len(code)) - 1, 0, -1):  # the nearest last, so that it stays
            hits = np.flatnonzero(code[shift:] == code[:-shift]) + shift + first
            found[hits] = hits - shift
    return found


def codes(columns: TransactionColumns, at: Ints) -> Ints:
    """What is the same exactly for micro-operations of one transaction and key."""
    code = columns.transaction[at]
    code *= len(columns.keys)
    code += columns.key[at]
    return code


def waves(before: Ints) -> list[Ints]:
    """Places in an order in which each comes after the one before it: first those after none, and so on."""
    followers = np.flatnonzero(before >= 0)
    is_root = np.zeros(len(before), dtype=bool)
    is_root[before[followers]] = True
    is_root[followers] = False
    found = [np.flatnonzero(is_root)]
    while len(followers):
        reached = np.zeros(len(before), dtype=bool)
        reached[found[-1]] = True
        ready = reached[before[followers]]
        found.append(followers[ready])
        followers = followers[~ready]
    return found


def of_lists(at: Ints, before: Ints, is_read: Mask, length: Ints, rank: Ints) -> Contradictions:
    """The contradictions among appends and reads of lists.

    `at` are micro-operations, `before` is what `earlier` says of them, `length` how much each read saw, `rank` the
    place of each append in its chain, -1 if nobody saw it.
    """
    own = np.zeros(len(at), dtype=np.int64)  # how many appends of its own there were so far,
    last = np.full(len(at), -1)  # the last of them,
    joined = np.ones(len(at), dtype=bool)  # whether they stand side by side,
    base = np.full(len(at), -1)  # how much an earlier read saw before them, and which read that was
    base_at = np.full(len(at), -1)
    most, most_at = np.zeros(len(at), dtype=np.int64), np.full(len(at), -1)  # the longest earlier read
    internal, contradicts_own, future = [], [], []
    for wave in waves(before):
        p = before[wave]
        follows = p >= 0
        for state in (own, last, joined, base, base_at, most, most_at):
            state[wave[follows]] = state[p[follows]]
        read, append = wave[is_read[wave]], wave[~is_read[wave]]
        bad_own = (own[read] > 0) & (~joined[read] | (length[read] == 0) | (rank[last[read]] != length[read] - 1))
        bad_base = ~bad_own & (base[read] >= 0) & (base[read] != length[read] - own[read])
        bad = bad_own | bad_base
        internal.append(np.stack([np.where(bad_own, last[read], base_at[read])[bad], read[bad]]))
        contradicts_own.append(bad_own[bad])
        fine = read[~bad_own]
        base[fine], base_at[fine] = length[fine] - own[fine], fine
        longer = read[length[read] > most[read]]
        most[longer], most_at[longer] = length[longer], longer
        early = append[(rank[append] >= 0) & (rank[append] < most[append])]
        future.append(np.stack([most_at[early], early]))
        joined[append] &= (own[append] == 0) | ((rank[append] >= 0) & (rank[append] == rank[last[append]] + 1))
        own[append] += 1
        last[append] = append
    return _contradictions(at, internal, contradicts_own, future)


def of_registers(at: Ints, before: Ints, is_read: Mask, value: Ints, own_source: Ints) -> Contradictions:
    """The contradictions among reads and writes of registers.

    `value` is what was read or written, `own_source` the micro-operation of the same transaction whose write a read
    saw, -1 where there is none.
    """
    latest = np.full(len(at), -1)  # the last own write so far
    internal, contradicts_own = [], []
    for wave in waves(before):
        follows = wave[before[wave] >= 0]
        previous = before[follows]
        latest[follows] = latest[previous]
        read = is_read[follows]
        own = read & (latest[follows] >= 0) & (value[follows] != value[latest[follows]])
        bad = own | (read & (value[follows] != value[previous]))
        internal.append(np.stack([np.where(own, latest[follows], previous)[bad], follows[bad]]))
        contradicts_own.append(own[bad])
        writes = wave[~is_read[wave]]
        latest[writes] = writes
    reads = np.flatnonzero(is_read & (own_source > at))
    future = np.stack([reads, np.searchsorted(at, own_source[reads])])
    return _contradictions(at, internal, contradicts_own, [future])


def _contradictions(at: Ints, internal: list[Ints], own: list[Mask], future: list[Ints]) -> Contradictions:
    found, early = np.concatenate(internal, axis=1), np.concatenate(future, axis=1)
    return Contradictions(
        internal=(at[found[0]], at[found[1]]), own=np.concatenate(own), future=(at[early[0]], at[early[1]])
    )
