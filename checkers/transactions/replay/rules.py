"""The rules that say which versions a transaction must not read, once it has read or done something else.

A read is stale if its key had a newer version when its reader committed. Only stale reads can break a rule: each rule
says which of the newer versions the reader should have seen. They presume that reads show what had been committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Final

import attrs
import numpy as np

from checkers.transactions.conditions import Rule
from checkers.transactions.replay.arrays import Ints, heads, latest_before, offsets, spans
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.pasts import Dependencies, dependencies
from checkers.transactions.replay.reads import Reads

PAIRS_AT_ONCE: Final = 1 << 22


@attrs.frozen(kw_only=True, eq=False)
class Case:
    """What a rule is applied to: reads, and of each transaction its process, and whether it is known to have committed.

    `sessions` says whether the order in each process counts.
    """

    reads: Reads
    process: Ints
    ok: Ints
    sessions: bool

    def dependencies(self, *, writes: bool) -> Dependencies:
        """Who depends on whom; by reads, by the order in each process if that counts, and by writes if asked for."""
        process = self.process if self.sessions else None
        return dependencies(self.reads, writes=writes, process=process, ok=self.ok)

    def refuse(self, read: int) -> None:
        """Raises `RefusedError`."""
        raise RefusedError(f"{self.reads.named(read)} an older version than what it saw goes with")


def _moments(case: Case) -> None:
    """Each read shows the commits up to a moment that is no earlier than that of the read before it."""
    reads = case.reads
    if not len(reads):
        return
    width = len(reads.script.rows) + 2
    rising = np.maximum.accumulate(reads.reader * width + reads.source + 1) - reads.reader * width
    together = np.flatnonzero(heads(reads.reader, reads.at))
    last = np.append(together[1:], len(reads)) - 1
    moment = np.repeat(rising[last], np.diff(np.append(together, len(reads))))
    wrong = np.flatnonzero((moment > reads.reader) | ((reads.following >= 0) & (moment > reads.following)))
    if len(wrong):
        raise RefusedError(f"{reads.named(int(wrong[0]))} a state before one that it had read")


def _cursor(case: Case) -> None:
    """Nobody overwrites a version newer than the one that it read."""
    reads = case.reads
    stale = reads.stale[reads.item[reads.stale]]
    wrong = stale[reads.script.versions.made(reads.key[stale], reads.reader[stale]) >= 0]
    if len(wrong):
        raise RefusedError(f"{reads.named(int(wrong[0]))} a version that it did not overwrite: it lost an update")


def _see(case: Case, stale: Ints, *, later_only: bool) -> None:
    """No stale read is of a version before one of a transaction from which its reader read, too (earlier)."""
    reads = case.reads
    for one, other in _pairs(stale, reads.first, reads.reader[stale]):
        counts = reads.version[other] >= 0
        if later_only:
            counts &= reads.at[other] < reads.at[one]
        one, other = one[counts], other[counts]  # noqa: PLW2901  narrowed
        version = reads.script.versions.made(reads.key[one], reads.source[other])
        wrong = np.flatnonzero(version >= reads.newer[one])
        if len(wrong):
            case.refuse(int(one[wrong[0]]))


def _pairs(asked: Ints, first: Ints, group: Ints) -> Iterator[tuple[Ints, Ints]]:
    """Each of `asked` with everything in its group, in batches; a group begins at its `first`."""
    length = first[group + 1] - first[group]
    for part in np.array_split(np.arange(len(asked)), 1 + int(length.sum()) // PAIRS_AT_ONCE):
        yield np.repeat(asked[part], length[part]), spans(first[group[part]], length[part])


def _atomic_view(case: Case) -> None:
    """Nobody reads a version from before those of a transaction that it has read from already."""
    _see(case, case.reads.stale[case.reads.item[case.reads.stale]], later_only=True)


def _atomic(case: Case) -> None:
    """Nobody reads a version from before those of a transaction that it sees in one step."""
    reads, versions = case.reads, case.reads.script.versions
    _see(case, reads.stale, later_only=False)
    if not case.sessions:
        return
    stale, width = reads.stale, int(case.process.max(initial=0)) + 1
    mine = np.flatnonzero(case.ok[versions.place])
    latest = latest_before(
        versions.key[mine] * width + case.process[versions.place[mine]],
        versions.place[mine],
        reads.key[stale] * width + case.process[reads.reader[stale]],
        reads.reader[stale],
    )
    wrong = stale[latest >= versions.place[reads.newer[stale]]]
    if len(wrong):
        case.refuse(int(wrong[0]))


def _update_atomic(case: Case) -> None:
    """The same, where it also sees those whose versions it overwrites, sooner or later."""
    _atomic(case)
    reads, versions = case.reads, case.reads.script.versions
    by_place, first = versions.by_place()
    writers = np.repeat(np.arange(len(first) - 1), np.diff(first))
    keys = len(reads.script.touches.keys)
    asked = _joined(_pairs(reads.stale, first, reads.reader[reads.stale]))
    if not len(asked[0]):
        return
    both = _joined(_pairs(np.arange(len(by_place)), first, writers))
    one, other = by_place[both[0]], by_place[both[1]]
    latest = latest_before(
        versions.key[one] * keys + versions.key[other],
        versions.place[one],
        reads.key[asked[0]] * keys + versions.key[by_place[asked[1]]],
        reads.reader[asked[0]],
    )
    wrong = asked[0][latest >= versions.place[reads.newer[asked[0]]]]
    if len(wrong):
        case.refuse(int(wrong[0]))


def _joined(pairs: Iterator[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    one, other = zip(*pairs, strict=True)
    return np.concatenate(one), np.concatenate(other)


def _past(case: Case, *, writes: bool) -> None:
    """Nobody reads a version from before those of a transaction in its past."""
    found, stale = case.dependencies(writes=writes), case.reads.stale
    asked = _joined(_pairs(stale, found.first, case.reads.reader[stale]))
    _sees_in_past(case, found, asked[0], found.sources[asked[1]])


def _sees_in_past(case: Case, found: Dependencies, read: Ints, source: Ints) -> None:
    """No stale read is of a version before one that a source of its reader has made or depends on."""
    latest = found.latest(case.reads.script.versions, source, case.reads.key[read])
    wrong = read[latest >= case.reads.newer[read]]
    if len(wrong):
        case.refuse(int(wrong[0]))


def _monotonic_view(case: Case) -> None:
    """No read is of a version from before those of a transaction in the past of something earlier in its own."""
    reads, script = case.reads, case.reads.script
    versions, found = script.versions, case.dependencies(writes=True)
    one, other = _joined(_pairs(reads.stale, reads.first, reads.reader[reads.stale]))
    counts = (reads.version[other] >= 0) & (reads.at[other] < reads.at[one])
    _sees_in_past(case, found, one[counts], reads.source[other[counts]])
    by_place, first = versions.by_place()
    one, other = _joined(_pairs(reads.stale, first, reads.reader[reads.stale]))
    version = by_place[other]
    over = versions.key[version] == np.append(versions.key, -1)[version - 1]
    counts = over & (script.at[script.writes[versions.end[version] - 1]] < reads.at[one])
    _sees_in_past(case, found, one[counts], versions.place[version[counts] - 1])


def _updates(case: Case) -> None:
    """No cycle goes through update transactions alone, or those and one more."""
    reads, versions = case.reads, case.reads.script.versions
    update = np.zeros(len(reads.script.rows), dtype=bool)
    update[versions.place] = True
    by_update, shows, followed = update[reads.reader], reads.version >= 0, reads.following >= 0
    later = np.flatnonzero(~heads(versions.key))
    wr, rw = np.flatnonzero(by_update & shows), np.flatnonzero(by_update & followed)
    target = np.concatenate([versions.place[later], reads.reader[wr], reads.following[rw]])
    source = np.concatenate([versions.place[later - 1], reads.source[wr], reads.reader[rw]])
    found = Dependencies.of(target, source, _sorted(target, source, len(update)))
    missed = np.flatnonzero(~by_update & followed)
    read, other = _joined(_pairs(missed, reads.first, reads.reader[missed]))
    _sees_in_past(case, found, read[shows[other]], reads.source[other[shows[other]]])


def _sorted(target: Ints, source: Ints, count: int) -> Ints:
    """Everybody after those that it depends on. Raises `RefusedError` where that is impossible."""
    order = np.argsort(target, kind="stable")
    bounds, sources = offsets(np.bincount(target, minlength=count)).tolist(), source[order].tolist()
    graph = {member: sources[low:high] for member, (low, high) in enumerate(pairwise(bounds))}
    try:
        return np.fromiter(TopologicalSorter(graph).static_order(), dtype=np.int64, count=count)
    except CycleError:
        raise RefusedError("the update transactions are not serializable") from None


RULES: Final[Mapping[Rule, Callable[[Case], None]]] = {
    Rule.COMMITTED: lambda _: None,
    Rule.READS: _moments,
    Rule.CURSOR: _cursor,
    Rule.ATOMIC_VIEW: _atomic_view,
    Rule.ATOMIC: _atomic,
    Rule.UPDATE_ATOMIC: _update_atomic,
    Rule.CAUSAL: lambda case: _past(case, writes=False),
    Rule.SINGLE: lambda case: _past(case, writes=True),
    Rule.MONOTONIC_VIEW: _monotonic_view,
    Rule.UPDATES: _updates,
}
"""What each of these rules demands beyond that of COMMITTED, that reads show whole commits that came before.

Raises `RefusedError` where that is not so.
"""
