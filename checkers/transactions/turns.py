"""In what order the writers of registers took turns, and when: windows of time, and a solver for what they leave open.

Each transaction has a moment, or two (see `clusters`), between its invocation and its completion: a window. Of two
clusters of a key one is over before the other begins. So an order of clusters is a set of edges between moments, each
of which narrows the windows at its ends. It is possible if no way along edges leads from the beginning of a
window past the end of another, or round in a circle; where one does, not all of the choices on that way are right.

Put everybody in the middle of its window. Neighbouring clusters of a key that are entangled then are ordered: by
their windows, if these allow but one order, else by choice. A SAT solver chooses, the edges are followed, what they
exclude is learnt, until nothing is excluded (difference logic with lazily learnt clauses: Nieuwenhuis, Oliveras,
Tinelli 2006). That moves the middles, and other neighbours may be entangled now; when none are, the middles are moments
at which all can have taken effect. If no choice is left, there are none in these windows: that shows nothing yet.

Most clusters are in order from the beginning, and what is not is so for reasons nearby. So a few rounds do, of a few
passes over arrays each, at any length of a history.
"""

from __future__ import annotations

from typing import Final

import attrs
import numpy as np

from checkers.budget import Budget
from checkers.transactions.accesses import Accesses, Ints, Mask
from checkers.transactions.clauses import Clauses
from checkers.transactions.clusters import NONE, Clusters, Pairs, Places, clusters
from checkers.transactions.conditions import Order
from checkers.transactions.earliest import ChangingGraph, Earliest, ExcludedError
from checkers.transactions.layouts import Layout
from checkers.transactions.relations import session_order
from histories.transactions import FOREVER

MOMENTS: Final = 1 << 10
"""So many moments lie between two positions of a history."""

ROUNDS_MAX: Final = 10_000
"""So many times something is chosen,"""

WIDER_ROUNDS_MAX: Final = 1_500
"""or so many where windows are widened,"""

WIDER: Final = ((64, 0), (4, 4), (16, 16))
"""by so many times the median of their lengths: to the past where they only read, and to both sides."""

SETTLED: Final = 4
"""Where one in so many neighbours is ordered by windows, nothing is chosen yet."""

BEFORE: Final = -(1 << 58)
"""Before all moments: when nobody did everything."""


@attrs.frozen(kw_only=True, eq=False)
class Turns:
    """The committed transactions, as they may have committed, and how many had when each of them started."""

    commits: Ints
    starts: Ints | None


def turns(accesses: Accesses, layout: Layout, order: Order, budget: Budget) -> Turns | None:
    """Moments that all transactions can have had, in an order of time; None if there are none, or none were found.

    The layout is SERIAL, SNAPSHOT or PREFIX. Every version of the registers must be free, and real time be known. Where
    it does not count, most took effect about when it says, all the same, or read what was old: so windows are widened,
    in several attempts.
    """
    columns = accesses.columns
    if order is Order.REALTIME:
        return _turns(accesses, layout, order, (0, 0), budget)
    lengths = (columns.end - columns.index)[columns.end < FOREVER]
    length = int(np.median(lengths)) if len(lengths) else 1
    attempts = (_turns(accesses, layout, order, (past * length, both * length), budget) for past, both in WIDER)
    return next((found for found in attempts if found), None)


def _turns(accesses: Accesses, layout: Layout, order: Order, wider: tuple[int, int], budget: Budget) -> Turns | None:
    columns = accesses.columns
    places = Places.of(layout, len(columns))
    last = columns.last
    if ((last + sum(wider)) * MOMENTS * 8).bit_length() + len(columns.keys).bit_length() > 62:
        return None
    low, high = _windows(accesses, places, last, *wider)
    found = clusters(accesses, places, low, high)
    if found is None:
        return None
    some, edges = found
    edges = _joined(edges, places.within)
    if order is Order.SESSION:
        before, after = session_order(columns, accesses.committed)
        open_ = np.flatnonzero(high[before] >= low[after + places.shift])
        edges = _joined(edges, (before[open_], after[open_] + places.shift))
    rounds = ROUNDS_MAX if order is Order.REALTIME else WIDER_ROUNDS_MAX
    middle = _settled(some, low, high, edges, rounds, budget)
    if middle is None:
        return None
    commits = np.argsort(middle[: len(columns)], kind="stable")
    commits = commits[accesses.committed[commits]]
    starts = np.searchsorted(middle[commits], middle[commits + places.shift]) if places.shift else None
    return Turns(commits=commits, starts=starts)


def _windows(accesses: Accesses, places: Places, last: int, past: int, both: int) -> Pairs:
    """From where and to where moments may be, counted from the first that any may be; positions go on to `last`.

    Moments of reads alone, which are starts, or those of transactions that wrote nothing, may be in the past.
    """
    columns = accesses.columns
    all_, only_read = np.ones(len(columns), dtype=bool), np.ones(len(columns), dtype=bool)
    only_read[accesses.writer] = False
    old = (only_read, all_) if places.shift else (only_read,)
    low = [np.append((columns.index + past * ~each) * MOMENTS, BEFORE) for each in old]
    high = np.append((np.minimum(columns.end, last) + past + 2 * both + 1) * MOMENTS - 1, BEFORE)
    return np.concatenate(low), np.tile(high, len(low))


def _settled(some: Clusters, low: Ints, high: Ints, edges: Pairs, rounds: int, budget: Budget) -> Ints | None:
    """Twice the moments of the transactions; None if there are none, or were not found in time."""
    try:
        if not some.in_order:
            return _Search(some, low, high, edges).settled(rounds, budget)
        earliest = Earliest(low, high)
        earliest.follow(ChangingGraph(*edges), *edges)
    except ExcludedError:
        return None
    return 2 * earliest.moment


class _Search:
    """Moments in windows: what is known, and what is chosen and learnt.

    Literals stand for pairs of clusters: number n for the n-th pair of `first` and `then` in this order, -n for the
    other one. `earliest` and `latest` (as negative numbers) are the ends of windows under what is known; `low` and
    `high` under what is chosen as well.
    """

    def __init__(self, some: Clusters, low: Ints, high: Ints, edges: Pairs) -> None:
        self.clusters = some
        self.graph = ChangingGraph(*edges)
        self.earliest, self.latest = Earliest(low, high), Earliest(-high, -low, back=True)
        self.low, self.high = Earliest(low, high), Earliest(-high, -low, back=True)
        self.first, self.then = np.empty((2, 0), dtype=np.int64)
        self._straight, self._clauses = np.zeros(0, dtype=bool), Clauses()
        self._new = edges  # what is known, and has not been followed
        self._ahead = [NONE, NONE]  # what `low` and `high` have not followed of that
        self._chosen = [np.zeros(0, dtype=bool)] * 2  # what they agree with
        self._decided = np.array([FOREVER])  # sorted; no pair is the last
        self._seen = np.full(len(low), FOREVER)  # the middles when neighbours were looked for,
        self._tangled = NONE  # those that were entangled then,
        self._order = np.argsort(some.key, kind="stable")  # and in which order all were:
        self._code = np.empty(len(some), dtype=np.int64)  # by key, and in the lower bits by the first moment
        self._bits = int(2 * high.max(initial=0) + 1).bit_length()

    def settled(self, rounds: int, budget: Budget) -> Ints | None:
        """Twice the moments of the transactions; None if they were not found in time.

        Raises `ExcludedError` if there are none.
        """
        for _ in range(rounds):
            if budget.out_of_time():
                break
            self._know()
            if self._choose():
                first, then = self._entangled()
                if not len(first):
                    return self.middle
                self._order_neighbours(first, then)
        return None

    @property
    def middle(self) -> Ints:
        """Twice the middle of each window."""
        return self.low.moment - self.high.moment

    def _know(self) -> None:
        """Narrow the windows by edges that are there in any case."""
        new, self._new = self._new, NONE
        if not len(new[0]):
            return
        self.graph.true = np.arange(2 * len(self.first) + 1) == 0
        self.earliest.follow(self.graph, *new)
        self.latest.follow(self.graph, *new)
        self.low.since(self.earliest.moment, -self.latest.moment)
        self.high.since(self.latest.moment, -self.earliest.moment)
        self._ahead = [_joined(ahead, new) for ahead in self._ahead]

    def _choose(self) -> bool:
        """Choose an order for each pair, and narrow the windows by it, or learn why that is impossible."""
        straight = self._straight.copy()
        if not self._clauses.choose(straight):
            raise ExcludedError(((),))
        self._straight = straight
        try:
            self._follow(self.low, 0, straight)
        except ExcludedError as excluded:
            if () in excluded.ways:
                raise
            self._clauses.learn(tuple(-literal for literal in way) for way in excluded.ways)
            return False
        self._follow(self.high, 1, straight)
        return True

    def _follow(self, moments: Earliest, side: int, straight: Mask) -> None:
        """Let moments agree with a choice."""
        before, self._chosen[side] = self._chosen[side], straight
        new = np.arange(len(before), len(straight))
        changed = np.flatnonzero(before != straight[: len(before)])
        self.graph.true = _truth(np.append(before, straight[new]))
        given_up = self.clusters.edges(*self._pairs(changed, before))
        anew = moments.hanging(self.graph, given_up[1 - side])
        self.graph.true = _truth(straight)
        added = self.clusters.edges(*self._pairs(np.append(changed, new), straight))[:2]
        ahead, self._ahead[side] = self._ahead[side], NONE
        moments.follow(self.graph, *_joined(ahead, added), anew)

    def _pairs(self, numbers: Ints, straight: Mask) -> Pairs:
        first, then, on = self.first[numbers], self.then[numbers], straight[numbers]
        return np.where(on, first, then), np.where(on, then, first)

    def _entangled(self) -> Pairs:
        """Neighbours of which one is not over before the other begins, in the middles of windows.

        They were entangled before, or somebody has moved, or they have become neighbours.
        """
        some, moment, before = self.clusters, self.middle, self._order
        moved, self._seen = moment != self._seen, moment
        touched = some.touched(moved)
        touched[np.concatenate(self._tangled)] = True
        self._sort(moved)
        new = touched[self._order] | (self._order != before)
        near = np.flatnonzero(new[:-1] | new[1:])
        self._tangled = some.entangled(moment, self._order[near], self._order[near + 1])
        return self._tangled

    def _sort(self, moved: Mask) -> None:
        """Put the clusters of each key in the order of their first moments, of which some have moved."""
        some = self.clusters
        late = np.flatnonzero(moved[some.root])
        self._code[late] = (some.key[late] << self._bits) + np.maximum(self._seen[some.root[late]] + 1, 0)
        self._order = self._order[np.argsort(self._code[self._order], kind="stable")]

    def _order_neighbours(self, first: Ints, then: Ints) -> None:
        """Order pairs by the windows; if these settle but few of them, let the others be chosen as well."""
        low, high = self.earliest.moment, -self.latest.moment
        room, back = self.clusters.room(low, high, first, then), self.clusters.room(low, high, then, first)
        if (np.maximum(room, back) <= 0).any():
            raise ExcludedError(((),))
        on, forced = room >= back, (room <= 0) | (back <= 0)
        first, then = np.where(on, first, then), np.where(on, then, first)
        few_forced = SETTLED * np.count_nonzero(forced) < len(first)
        self._decide(*((first, then) if few_forced else (first[forced], then[forced])))
        if forced.any():
            self._new = self.clusters.edges(first[forced], then[forced])[:2]
            self.graph.know(*self._new)
        if few_forced:
            self._propose(first[~forced], then[~forced])

    def _decide(self, first: Ints, then: Ints) -> None:
        """Note that pairs are decided. Raises `ExcludedError` for those that were, and are entangled all the same.

        Somebody takes part in both of them, who wrote the key and then read what another had written.
        """
        pairs = np.sort(np.minimum(first, then) * len(self.clusters) + np.maximum(first, then))
        at = np.searchsorted(self._decided, pairs)
        if (self._decided[at] == pairs).any():
            raise ExcludedError(((),))
        self._decided = np.insert(self._decided, at, pairs)

    def _propose(self, first: Ints, then: Ints) -> None:
        """Let the order of some pairs be chosen; this one if nothing speaks against it."""
        number = len(self.first) + 1
        source, target, pair = self.clusters.edges(first, then)
        self.graph.propose(source, target, number + pair)
        source, target, pair = self.clusters.edges(then, first)
        self.graph.propose(source, target, -number - pair)
        self.first, self.then = np.append(self.first, first), np.append(self.then, then)
        self._straight = np.append(self._straight, np.ones(len(first), dtype=bool))


def _joined(one: Pairs, other: Pairs) -> Pairs:
    return np.append(one[0], other[0]), np.append(one[1], other[1])


def _truth(straight: Mask) -> Mask:
    """Which literals are true: 0, those of pairs in this order, and negative ones of those in the other."""
    return np.concatenate([[True], straight, ~straight[::-1]])
