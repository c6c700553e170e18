"""What is wrong with lists before any cycle is looked for.

Each search returns rows of micro-operations, one row an anomaly, in the order of the history.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from checkers.transactions import within
from checkers.transactions.accesses import OPEN, Accesses, Ints, Mask
from checkers.transactions.lists import Lists
from checkers.transactions.within import Contradictions
from histories.transactions import APPEND, FAIL, OK, READ, TransactionColumns

Rows = Ints


def rows(*columns: Ints) -> Rows:
    """Columns side by side."""
    return np.stack(columns, axis=1)


def list_anomalies(lists: Lists, accesses: Accesses) -> list[tuple[str, Rows]]:
    """The anomalies that lists show without a graph, by name; lost updates apart, which make a cycle."""
    if not len(lists.appends) and not len(lists.reads):
        return []
    doubled = _doubled(lists)
    return [
        *((name, search(lists, accesses)) for name, search in _SHOWN),
        *((name, _of_others(lists, doubled, search(lists, accesses))) for name, search in _SEARCHES),
    ]


def _doubled(lists: Lists) -> Mask:
    """The keys of which a read shows an element twice: then nobody can tell what stands where."""
    found = np.zeros(len(lists.first) - 1, dtype=bool)
    found[lists.columns.key[duplicate_elements(lists, None)[:, 0]]] = True
    return found


def _of_others(lists: Lists, doubled: Mask, found: Rows) -> Rows:
    return found[~doubled[lists.columns.key[found[:, 0]]]]


def garbage_reads(lists: Lists, _: Accesses) -> Rows:
    """Reads of elements that nobody appended."""
    chained = lists.longest[lists.chain_key[lists.chain < 0]]
    read, source = lists.stray_elements
    return rows(np.unique(np.concatenate([chained, lists.reads[read[source < 0]]])))


def duplicate_elements(lists: Lists, _: Accesses | None) -> Rows:
    """Reads that show one element twice."""
    again = lists.chain_key[(lists.chain >= 0) & (lists.rank[lists.chain] != lists.place)]
    read, source = lists.stray_elements
    order = np.lexsort((source, read))
    read, source = read[order], source[order]
    twice = (source[1:] >= 0) & (source[1:] == source[:-1]) & (read[1:] == read[:-1])
    return rows(np.unique(np.concatenate([lists.longest[again], lists.reads[read[1:][twice]]])))


def aborted_reads(lists: Lists, _: Accesses) -> Rows:
    """Reads, and an append of a failed transaction that each shows."""
    aborted = np.flatnonzero(lists.aborted)[::-1]
    first = np.full(len(lists.first) - 1, -1)
    first[lists.chain_key[aborted]] = aborted
    element = first[lists.key]
    saw = np.flatnonzero((element >= 0) & (element <= lists.last_element) & ~lists.strays)
    read, source = lists.stray_elements
    failed = (source >= 0) & (lists.columns.outcome[lists.columns.transaction[source]] == FAIL)
    reads = np.concatenate([lists.reads[saw], lists.reads[read[failed]]])
    appends = np.concatenate([lists.chain[element[saw]], source[failed]])
    return rows(reads, appends)[np.argsort(reads, kind="stable")]


def dirty_updates(lists: Lists, accesses: Accesses) -> Rows:
    """Appends of failed transactions, committed appends next after them, and reads that show both."""
    if not lists.aborted.any():
        return np.empty((0, 3), dtype=np.int64)
    stands = np.flatnonzero(lists.chain >= 0)
    stands = stands[lists.aborted[stands] | accesses.committed[lists.columns.transaction[lists.chain[stands]]]]
    below, above = stands[:-1], stands[1:]
    over = lists.aborted[below] & ~lists.aborted[above] & (lists.chain_key[below] == lists.chain_key[above])
    below, above = below[over], above[over]
    return rows(lists.chain[below], lists.chain[above], lists.longest[lists.chain_key[above]])


def intermediate_reads(lists: Lists, accesses: Accesses) -> Rows:
    """Reads that end in another transaction's append to a key which was not its last one, and its next one."""
    transaction = lists.columns.transaction
    first, then = lists.successive
    committed = accesses.committed[transaction[first]]
    followed = np.full(len(transaction) + 1, -1)
    followed[first[committed]] = then[committed]
    of_element = followed[lists.chain]
    read = np.flatnonzero(~lists.strays & (np.append(of_element, -1)[lists.last_element] >= 0))
    last = lists.chain[lists.last_element[read]]
    others = transaction[last] != transaction[lists.reads[read]]
    read, last = lists.reads[read[others]], last[others]
    partial = np.append(followed[accesses.written_at] >= 0, False)
    under = np.flatnonzero(partial[accesses.version])  # what stands before the reader's own appends
    both = rows(np.append(read, accesses.read_at[under]), np.append(last, accesses.written_at[accesses.version[under]]))
    read, last = np.unique(both, axis=0).T
    then = followed[last]
    missed = (lists.rank[then] < 0) | (lists.rank[then] > lists.rank[last])  # else it is shown, but out of order
    missed &= _directly_under(lists, last, read)
    return rows(read[missed], last[missed], then[missed])


def _directly_under(lists: Lists, append: Ints, read: Ints) -> Mask:
    """Whether no element of a failed transaction stands between each append and the end of what each read shows."""
    aborted = np.append(0, np.cumsum(lists.aborted))
    place = lists.first[lists.columns.key[append]] + lists.rank[append]
    end = lists.last_element[np.searchsorted(lists.reads, read)]
    directly: Mask = aborted[place + 1] == aborted[end + 1]
    return directly


def incompatible_orders(lists: Lists, _: Accesses) -> Rows:
    """Two reads of a key of which neither is a prefix of the other."""
    strays = np.flatnonzero(lists.strays)
    return rows(lists.reads[strays], lists.longest[lists.key[strays]])


def disordered(lists: Lists, accesses: Accesses) -> Rows:
    """Two successive appends of one transaction to one key, and a read that shows the second but not the first before.

    The versions that were read are not those that the transaction made: another case of incompatible orders.
    """
    first, second = lists.successive
    crooked = np.zeros(len(lists.first) - 1, dtype=bool)
    crooked[lists.key[lists.strays]] = True
    bad = (lists.rank[second] >= 0) & ((lists.rank[first] < 0) | (lists.rank[first] > lists.rank[second]))
    bad &= accesses.committed[lists.columns.transaction[second]] & ~crooked[lists.columns.key[second]]
    return rows(first[bad], second[bad], lists.longest[lists.columns.key[second[bad]]])


def lost_updates(lists: Lists, accesses: Accesses) -> Rows:
    """Reads of one version by two transactions that both append to it afterwards: read, append, read, append."""
    is_append = lists.columns.kind[lists.touches] == APPEND
    updates = np.flatnonzero((lists.before >= 0) & is_append)
    updates = updates[~is_append[lists.before[updates]]]
    return twice_updated(accesses, lists.touches[lists.before[updates]], lists.touches[updates])


def twice_updated(accesses: Accesses, read: Ints, write: Ints) -> Rows:
    """Of pairs of a read and a later write of its key, those two of different transactions that read one version."""
    place = np.searchsorted(accesses.read_at, read)
    known = place < len(accesses.read_at)
    known[known] = accesses.read_at[place[known]] == read[known]
    read, write, place = read[known], write[known], place[known]
    certain = accesses.version[place] != OPEN
    read, write, place = read[certain], write[certain], place[certain]
    version, key, reader = accesses.version[place], accesses.read_key[place], accesses.reader[place]
    order = np.lexsort((read, version, key))
    one, other = order[:-1], order[1:]
    same = (key[one] == key[other]) & (version[one] == version[other]) & (reader[one] != reader[other])
    one, other = one[same], other[same]
    return rows(read[one], write[one], read[other], write[other])


def contradictions(lists: Lists) -> Contradictions:
    """Reads that contradict their own transaction."""
    columns, at, before = lists.columns, lists.touches, lists.before
    doubled = _doubled(lists)
    if doubled.any() or not (columns.outcome == OK).all():
        at = at[(columns.outcome == OK)[columns.transaction[at]] & ~doubled[columns.key[at]]]
        before = within.earlier(columns, at)
    after = lists.rank + 1
    after[lists.reads] = lists.length
    at, before = _doubtful(columns, at, before, after)
    return within.of_lists(at, before, columns.kind[at] == READ, after[at], lists.rank[at])


def _doubtful(columns: TransactionColumns, at: Ints, before: Ints, after: Ints) -> tuple[Ints, Ints]:
    """Of these micro-operations those of transactions and keys where something may be wrong, and what is before each.

    `after` is how long the list was after each of all, 0 if nobody knows. Nothing is wrong where each read finds what
    was there after the one before it, and each append adds to that, or has been seen by nobody and nothing follows it.
    """
    follows = np.flatnonzero(before >= 0)
    then, previous = at[follows], at[before[follows]]
    is_append = columns.kind == APPEND
    unseen = (after == 0) & is_append
    fine = after[then] == after[previous] + is_append[then]
    fine = (fine & ~unseen[previous]) | unseen[then]
    if fine.all():
        return at[:0], before[:0]
    code = within.codes(columns, at)
    kept = np.flatnonzero(np.isin(code, code[follows[~fine]]))
    return at[kept], within.earlier(columns, at[kept])


_Searches = tuple[tuple[str, Callable[[Lists, Accesses], Rows]], ...]

_SHOWN: Final[_Searches] = (
    ("garbage-read", garbage_reads),
    ("duplicate-elements", duplicate_elements),
    ("G1a", aborted_reads),
)
_SEARCHES: Final[_Searches] = (  # they speak of places in the list
    ("dirty-update", dirty_updates),
    ("G1b", intermediate_reads),
    ("incompatible-order", incompatible_orders),
    ("incompatible-order", disordered),
)
