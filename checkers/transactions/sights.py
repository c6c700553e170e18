"""Transactions that see another, and read a version of some key from before that one's: by one step.

Each search looks at a total order of versions without cycles of D, and returns all cases, as `Hits`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate

import attrs
import numpy as np

from checkers.transactions.accesses import Ints
from checkers.transactions.cycles import LOOKS, scattered
from checkers.transactions.edges import Type
from checkers.transactions.situations import Situation
from checkers.transactions.steps import Step, Steps
from histories.codes import ranges
from histories.transactions import OK


@attrs.frozen(kw_only=True, eq=False)
class Hits:
    """Reads of versions earlier than `version`, whose writer the reader sees.

    `way` gives for each hit, by its number, the steps from that writer to the reader, and how many edges it looked at.
    """

    situation: Situation
    read: Ints
    version: Ints
    way: Callable[[int], tuple[Steps, int]]

    def __len__(self) -> int:
        return len(self.read)

    def cycles(self, looks_max: int) -> Iterator[Steps]:
        """Those of some hits, at least one if there is any: enough when so many edges have been looked at."""
        looked_at = 0
        for number in scattered(len(self)).tolist():
            if looked_at >= looks_max:
                break
            cycle, looks = self._searched(number)
            looked_at += looks + LOOKS
            yield cycle

    def cycle(self, number: int) -> Steps:
        """The anti-dependency, and the way back."""
        return self._searched(number)[0]

    def _searched(self, number: int) -> tuple[Steps, int]:
        accesses = self.situation.accesses
        read, version = int(self.read[number]), int(self.version[number])
        shown = self.situation.next_shown(read)
        back = Step(Type.RW, int(accesses.reader[read]), int(accesses.writer[version]), read, version, shown)
        way, looks = self.way(number)
        return (back, *way), looks


def one_step(situation: Situation, read: Ints, version: Ints, kind: Type, left: Ints, right: Ints) -> Hits:
    """Hits whose way is a single step of this kind, for the given reasons (see `Edges`)."""
    accesses = situation.accesses

    def way(number: int) -> tuple[Steps, int]:
        source, target = int(accesses.writer[version[number]]), int(accesses.reader[read[number]])
        return (Step(kind, source, target, int(left[number]), int(right[number])),), 1

    return Hits(situation=situation, read=read, version=version, way=way)


def overwritten(situation: Situation) -> Hits:
    """Reads of a key that their transaction writes, after another has written it in between: lost updates."""
    accesses, chosen = situation.accesses, _items(situation, situation.suspect_reads)
    own = situation.version_by(accesses.reader[chosen], accesses.read_key[chosen])
    between = situation.following(chosen)
    lost = (own >= 0) & (between >= 0)
    lost[lost] = situation.later(chosen[lost], own[lost])
    return one_step(situation, chosen[lost], between[lost], Type.WW, between[lost], own[lost])


def _items(situation: Situation, reads: Ints) -> Ints:
    """Those of some reads that are of single rows."""
    item = situation.accesses.item
    return reads if item is None else reads[item[reads]]


def fractured(situation: Situation, *, later_only: bool) -> Hits:
    """Reads of versions before those of transactions from which the reader also reads.

    With `later_only`, only those that come after that other read in the transaction, and are of single rows.
    """
    accesses, chosen = situation.accesses, situation.suspect_reads
    sees, read = _pairs(accesses.reader[chosen])
    sees, read = chosen[sees], chosen[read]
    counts = (accesses.version[sees] >= 0) & ((sees < read) if later_only else (sees != read))
    if later_only:
        counts &= accesses.moment(accesses.read_at[sees]) < accesses.moment(accesses.read_at[read])
        counts &= True if accesses.item is None else accesses.item[read]
    sees, read = sees[counts], read[counts]
    version = situation.version_by(accesses.read_writer[sees], accesses.read_key[read])
    hit = version >= 0
    hit[hit] = situation.later(read[hit], version[hit])
    return one_step(situation, read[hit], version[hit], Type.WR, accesses.version[sees[hit]], sees[hit])


def _pairs(group: Ints) -> tuple[Ints, Ints]:
    """All pairs of places with the same number; equal numbers stand together."""
    begins = np.flatnonzero(np.append(True, group[1:] != group[:-1])[: len(group)])
    sizes = np.diff(np.append(begins, len(group)))
    size = np.repeat(sizes, sizes)
    return np.repeat(np.arange(len(group)), size), ranges(np.repeat(begins, sizes), size)


def forgotten(situation: Situation) -> Hits:
    """Reads of versions before the last that the reader's own session has written."""
    accesses = situation.accesses
    columns, chosen = accesses.columns, situation.suspect_reads
    ok = np.flatnonzero((columns.outcome == OK)[accesses.writer])
    keys, processes = len(accesses.known), np.unique(columns.process, return_inverse=True)[1]
    code = (processes[accesses.writer[ok]] * keys + accesses.version_key[ok]) * len(columns) + accesses.writer[ok]
    order = np.argsort(code)
    code, ok = code[order], ok[order]
    group = processes[accesses.reader[chosen]] * keys + accesses.read_key[chosen]
    at = np.searchsorted(code, group * len(columns) + accesses.reader[chosen]) - 1
    found = (at >= 0) & (len(code) > 0)
    found[found] = code[at[found]] // len(columns) == group[found]
    read, version = chosen[found], ok[at[found]]
    hit = situation.later(read, version)
    nothing = np.full(int(hit.sum()), -1)
    return one_step(situation, read[hit], version[hit], Type.SESSION, nothing, nothing)


def overtaken(situation: Situation) -> Hits:
    """Reads of versions before those of transactions of which the reader overwrites something."""
    accesses, place = situation.accesses, situation.place.tolist()
    written: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)  # by each transaction: key, version
    suspects = np.flatnonzero(situation.suspects[accesses.writer])
    keys, writers = accesses.version_key[suspects].tolist(), accesses.writer[suspects].tolist()
    for version, key, writer in zip(suspects.tolist(), keys, writers, strict=True):
        written[writer].append((key, version))
    both: defaultdict[tuple[int, int], list[tuple[int, int, int]]] = defaultdict(list)
    for versions in written.values():
        for one_key, one in versions:
            for other_key, other in versions:
                both[one_key, other_key].append((place[one], one, other))
    latest = {pair: _latest(found, place) for pair, found in both.items()}
    nobody: tuple[list[int], list[tuple[int, int]]] = ([], [])
    hits = []
    for read in situation.suspect_reads.tolist():
        newer = int(situation.newer_from[read])
        for key, own in written.get(int(accesses.reader[read]), ()):
            places, best = latest.get((key, int(accesses.read_key[read])), nobody)
            before = bisect_left(places, place[own]) - 1
            if before >= 0 and place[best[before][1]] >= newer:
                hits.append((read, best[before][1], best[before][0], own))
    columns = np.array(hits, dtype=np.int64).reshape(-1, 4).T
    return one_step(situation, columns[0], columns[1], Type.WW, columns[2], columns[3])


def _latest(found: list[tuple[int, int, int]], place: list[int]) -> tuple[list[int], list[tuple[int, int]]]:
    """For the writers of two keys, in the order of the first: up to each the one who is last in the second."""
    found.sort()

    def later(pair: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
        return max(pair, other, key=lambda versions: place[versions[1]])

    best: list[tuple[int, int]] = list(accumulate([(one, other) for _, one, other in found], later))
    return [at for at, _, _ in found], best
