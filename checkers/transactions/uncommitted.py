"""Read uncommitted: only the order of writes counts, and reads may have seen anything on its way.

So no read tells that a transaction committed, and those of unknown fate are left out; elements of theirs and of
failed transactions are passed over. What is left orders writes: of two elements in one list the first was written
first; elements that nobody saw come after all that somebody saw; who reads a register and then writes it writes a
later version. Lists that contradict each other all count.
"""

from __future__ import annotations

import numpy as np

from checkers.transactions import within
from checkers.transactions.accesses import Ints
from checkers.transactions.edges import Edges, Type
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from histories.transactions import OK, READ, WRITE, TransactionColumns


def write_order(columns: TransactionColumns, lists: Lists, registers: Registers) -> Edges:
    """Ww edges between ok transactions; `left` and `right` are the micro-operations that wrote."""
    pairs = [*_seen(lists), *_unseen(lists), _rewritten(columns, registers)]
    left, right = np.concatenate(pairs, axis=1)
    source, target = columns.transaction[left], columns.transaction[right]
    ok = columns.outcome == OK
    counts = (source != target) & ok[source] & ok[target]
    rows = np.arange(len(columns))
    return Edges.make(rows, Type.WW, source[counts], target[counts], left[counts], right[counts])


def _solid(lists: Lists, micro: Ints) -> Ints:
    """The places of those that an ok transaction appended."""
    known = np.flatnonzero(micro >= 0)
    places: Ints = known[(lists.columns.outcome == OK)[lists.columns.transaction[micro[known]]]]
    return places


def _seen(lists: Lists) -> list[Ints]:
    """Neighbours in chains and in strays."""
    found = []
    read, stray = lists.stray_elements
    for group, micro in ((lists.chain_key, lists.chain), (read, stray)):
        at = _solid(lists, micro)
        same = group[at[1:]] == group[at[:-1]]
        found.append(np.stack([micro[at[:-1][same]], micro[at[1:][same]]]))
    return found


def _unseen(lists: Lists) -> list[Ints]:
    """The last elements of chains and strays, and all that nobody saw of their keys."""
    key = lists.columns.key
    hidden = np.ones(len(key), dtype=bool)
    hidden[lists.seen] = False
    unseen = lists.appends[hidden[lists.appends]]
    unseen = unseen[np.argsort(key[unseen], kind="stable")]
    read, stray = lists.stray_elements
    found = []
    for group, micro in ((lists.chain_key, lists.chain), (read, stray)):
        at = _solid(lists, micro)
        last = micro[at[np.append(group[at[1:]] != group[at[:-1]], True)[: len(at)]]]
        begins = np.searchsorted(key[unseen], key[last])
        size = np.searchsorted(key[unseen], key[last], side="right") - begins
        after = np.arange(size.sum()) + np.repeat(begins - np.cumsum(size) + size, size)
        found.append(np.stack([np.repeat(last, size), unseen[after]]))
    return found


def _rewritten(columns: TransactionColumns, registers: Registers) -> Ints:
    """Writes that a transaction saw before it wrote the key, and that write of its own."""
    touched = np.zeros(len(columns.kind), dtype=bool)
    touched[registers.writing] = True
    touched[registers.reads] = True
    at = np.flatnonzero(touched)
    before = within.earlier(columns, at)
    source = np.full(len(columns.kind), -1)
    source[registers.reads] = registers.source
    then = np.flatnonzero((columns.kind[at] == WRITE) & (before >= 0))
    first = at[before[then]]
    counts = (columns.kind[first] == READ) & (source[first] >= 0)
    return np.stack([source[first[counts]], at[then[counts]]])
