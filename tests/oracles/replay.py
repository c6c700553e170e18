"""Certificates, replayed: from an order of commits, what every transaction must have read.

Serial orders, snapshots and prefixes are executed on a store. For the other rules, what each transaction depends on is
written down as a set, and the definition of the rule is read off it. All is linear in the history, except where the
past of a transaction is a set of any size: causal and the rules on cycles of D.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import dropwhile, groupby, pairwise
from typing import Any, Final

import attrs

from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import Order, Rule
from checkers.transactions.evidence import Place
from checkers.transactions.ledger import APPENDING, PREDICATE, READING, WRITING, Ledger
from histories.predicates import matches
from histories.values import freeze

Problem = str | None
"""What is wrong, None if nothing is."""


@attrs.frozen(kw_only=True)
class Read:
    """A read of a version that another transaction wrote: by its place among the commits, -1 for the initial one.

    `shown` are the places of those whose versions it would have shown, where it showed nothing of a row that some have
    versions of; `item` is False if it is a predicate read.
    """

    reader: int
    at: int
    key: Any
    version: int
    shown: frozenset[int] | None = None
    item: bool = True


@attrs.frozen(kw_only=True, slots=False)
class Replay:
    """A certificate against the facts. Transactions are called by their place among the commits."""

    ledger: Ledger
    certificate: Certificate

    @cached_property
    def commits(self) -> list[int]:
        """The indices of the transactions, as they commit."""
        return [int(index) for index in self.certificate.commits]

    @cached_property
    def starts(self) -> list[int]:
        """For each transaction how many had committed when it started."""
        if self.certificate.starts is None:
            return list(range(len(self.commits)))
        return [int(count) for count in self.certificate.starts]

    @cached_property
    def place(self) -> dict[int, int]:
        """The place of each transaction, by its index."""
        return {index: place for place, index in enumerate(self.commits)}

    def problem(self) -> Problem:
        """The first thing that is wrong."""
        uncommitted = self.certificate.rule is Rule.WRITES
        wanted = {index for index in self.ledger.committed if self.ledger.ok(index) or not uncommitted}
        more = self.place.keys() - wanted
        if len(self.place) < len(self.commits) or not wanted <= self.place.keys():
            return "the commits are not the committed transactions, each once"
        if any(uncommitted or self.ledger.failed(index) for index in more):
            return "the commits are not of transactions that may have committed"
        if any(not 0 <= start <= place for place, start in enumerate(self.starts)):
            return "a transaction starts after its own commit"
        return self._late() or (self._written() if uncommitted else _RULES[self.certificate.rule](self))

    def _late(self) -> Problem:
        """Whether a transaction starts before one has committed that came before it in time."""
        if self.certificate.order is Order.NONE:
            return None
        by_session = self.certificate.order is Order.SESSION
        groups: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for place, index in enumerate(self.commits):
            groups[self.ledger.process(index) if by_session else 0].append((index, place))
        for group in groups.values():
            ended = sorted((self.ledger.end(index), place) for index, place in group if self.ledger.ok(index))
            latest = [-1]
            for _, place in ended:
                latest.append(max(latest[-1], place))
            for index, place in group:
                before = bisect_right(ended, (index, -1))
                if latest[before] >= self.starts[place]:
                    other = self.commits[latest[before]]
                    return f"#{index} starts before #{other} has committed, which it followed in time"
        return None

    @cached_property
    def writers(self) -> dict[Any, list[int]]:
        """The writers of each key, as they commit."""
        found: defaultdict[Any, list[int]] = defaultdict(list)
        for place, index in enumerate(self.commits):
            for key in self.ledger.last_writes(index):
                found[key].append(place)
        return dict(found)

    def keys(self, place: int) -> set[Any]:
        """What a transaction writes."""
        return set(self.ledger.last_writes(self.commits[place]))

    def between(self, read: Read) -> Iterator[int]:
        """Those who write a version of the key newer than what was read, and before the reader commits."""
        for place in self._newer(read):
            if place >= read.reader:
                return
            yield place

    def _newer(self, read: Read) -> Iterator[int]:
        """The writers of newer versions: where nothing was shown, from the next that would have been."""
        writers = self.writers.get(read.key, [])
        later = writers[bisect_right(writers, read.version) :]
        if read.shown is None:
            return iter(later)
        return dropwhile(lambda place: place not in (read.shown or ()), later)

    def following(self, read: Read) -> int | None:
        """Who writes the first newer version of the key; None if that is nobody, or the reader."""
        place = next(self._newer(read), None)
        return None if place == read.reader else place

    # What was read, and that it was committed

    @cached_property
    def reads(self) -> list[list[Read]]:
        """The reads of others' versions, transaction by transaction."""
        return [list(self._reads(place, index)) for place, index in enumerate(self.commits)]

    def _reads(self, place: int, index: int) -> Iterator[Read]:
        if self.ledger.has_rows and self.ledger.ok(index):
            yield from self._unshown(place, index)
        for at, key, value in self.ledger.reads(index):
            if value is None and self.ledger.has_rows:
                continue
            parts = list(value) if isinstance(value, list) else [] if value is None else [value]
            sources = [self.ledger.writer(key, part) for part in parts]
            while isinstance(value, list) and sources and sources[-1] and sources[-1].operation == index:
                sources.pop()
            source = sources[-1] if sources else None
            if source is None:
                yield Read(reader=place, at=at, key=freeze(key), version=-1)
            elif source.operation != index:
                yield Read(reader=place, at=at, key=freeze(key), version=self.place[source.operation])

    def _unshown(self, place: int, index: int) -> Iterator[Read]:
        """The reads that show nothing of rows, but of those that their own transaction has hidden."""
        own: dict[Any, Any] = {}
        for at, (kind, key, value) in enumerate(self.ledger.micros(index)):
            if kind in WRITING:
                own[freeze(key)] = value
                continue
            predicate = key if kind == PREDICATE else ["all"]
            shown = {freeze(row) for row, _ in value} if kind == PREDICATE else set()
            rows = self.ledger.domain(predicate) if kind == PREDICATE else [freeze(key)] if value is None else []
            for row in rows:
                if row in shown or (row in own and not matches(predicate, row, own[row])):
                    continue
                found = self.certificate.found.get((Place(index, at), row))
                writers = self._showing(freeze(predicate), row)
                if writers or found is not None:
                    yield Read(
                        reader=place,
                        at=at,
                        key=row,
                        version=-1 if found is None else self.place[found],
                        shown=writers - {place},
                        item=kind == READING,
                    )

    @cached_property
    def _shown(self) -> dict[tuple[Any, Any], frozenset[int]]:
        return {}

    def _showing(self, predicate: Any, row: Any) -> frozenset[int]:
        """The places of those whose version of a row would be shown."""
        found = self._shown.get((predicate, row))
        if found is None:
            versions = self.ledger.last_writers.get(row, {})
            found = self._shown[predicate, row] = frozenset(
                self.place[writer]
                for writer, (_, value) in versions.items()
                if writer in self.place and matches(list(predicate), row, value)
            )
        return found

    @cached_property
    def impossible(self) -> Problem:
        """Whether a read is said to have found a version that it would have shown, or none at all."""
        for (read, key), found in self.certificate.found.items():
            if found not in self.place or found not in {place.operation for place in self.ledger.hidden(read, key)}:
                return f"#{read.operation} cannot have found what #{found} left of row {key}"
        return None

    @cached_property
    def uncommitted(self) -> Problem:
        """Whether somebody read what no committed transaction left behind, or before it was there."""
        lists: defaultdict[Any, list[Any]] = defaultdict(list)
        for index in self.commits:
            for kind, key, value in self.ledger.micros(index):
                if kind == APPENDING:
                    lists[freeze(key)].append(value)
        for index in self.commits:
            for _, key, value in self.ledger.reads(index):
                if isinstance(value, list) and lists[freeze(key)][: len(value)] != value:
                    return f"#{index} read {value} from key {key}, which is not how the commits fill it"
                for part in [value] if not isinstance(value, list) and value is not None else value or []:
                    writer = self.ledger.writer(key, part)
                    if writer is None or writer.operation not in self.place:
                        return f"#{index} read {part} from key {key}, which nobody committed"
        return self._early()

    def _early(self) -> Problem:
        for reads in self.reads:
            for read in reads:
                index = self.commits[read.reader]
                key, value = read.key, self._value(read)
                if read.version >= read.reader:
                    return f"#{index} read from key {key} what was committed after it"
                if read.version >= 0 and read.shown is None and not isinstance(value, list):
                    last = self.ledger.last_writes(self.commits[read.version])[read.key]
                    if last != value:
                        return f"#{index} read {value} from key {key}, which its writer wrote over"
                if read.version >= 0 and isinstance(value, list):
                    last = self.ledger.last_writes(self.commits[read.version])[read.key]
                    if last not in value:
                        return f"#{index} read {value} from key {key}, without the {last} that belongs to it"
        return None

    def _value(self, read: Read) -> Any:
        return self.ledger.micro(Place(self.commits[read.reader], read.at), read.key)[2]

    def pasts(self, *, writes: bool) -> list[int]:
        """For each transaction those it depends on, as bits: by wr, by session order if it counts, and by ww."""
        found: list[int] = []
        last_writer: dict[Any, int] = {}
        last_of: dict[int, int] = {}
        for place, index in enumerate(self.commits):
            sources = [read.version for read in self.reads[place] if read.version >= 0]
            if writes:
                sources += [last_writer[key] for key in self.keys(place) if key in last_writer]
            process = self.ledger.process(index)
            if self.certificate.order is Order.SESSION and process in last_of:
                sources.append(last_of[process])
            past = 0
            for source in sources:
                past |= found[source] | 1 << source
            found.append(past)
            last_writer |= dict.fromkeys(self.keys(place), place)
            if self.ledger.ok(index):
                last_of[process] = place
        return found

    def _written(self) -> Problem:
        """Whether the writes of ok transactions stand in lists, and over what they read, in the order of commits."""
        return next(_out_of_order(self), None)


def _out_of_order(replay: Replay) -> Iterator[str]:
    ledger, place = replay.ledger, replay.place
    latest: defaultdict[Any, int] = defaultdict(lambda: -1)  # the last to append something that was seen
    for index in replay.commits:
        for _, key, value in ledger.reads(index):
            seen = [ledger.writer(key, part) for part in value] if isinstance(value, list) else []
            places = [place[writer.operation] for writer in seen if writer and writer.operation in place]
            if places != sorted(places):
                yield f"#{index} read {value} from key {key}, which is not the order of the commits"
            latest[freeze(key)] = max([latest[freeze(key)], *places])
    shown = {
        (freeze(key), freeze(part))
        for index in replay.commits
        for _, key, value in ledger.reads(index)
        if isinstance(value, list)
        for part in value
    }
    for index in replay.commits:
        known: dict[Any, Any] = {}
        for kind, key, value in ledger.micros(index):
            if kind == READING:
                known[freeze(key)] = value
            elif kind == PREDICATE:
                known |= {freeze(row): seen for row, seen in value or ()}
            elif kind == APPENDING:
                if (freeze(key), freeze(value)) not in shown and latest[freeze(key)] > place[index]:
                    yield f"#{index} appended {value} to key {key} unseen, but before others who were seen"
            elif known.get(freeze(key)) is not None:
                writer = ledger.writer(key, known.pop(freeze(key)))
                if writer and place.get(writer.operation, -1) > place[index]:
                    yield f"#{index} wrote {value} over what #{writer.operation} wrote to key {key}, and before it"


# The rules


def _executed(replay: Replay) -> Problem:
    """Everybody reads the store as it was at the start, under the own writes; for SNAPSHOT nobody wrote meanwhile."""
    snapshot = replay.certificate.rule is Rule.SNAPSHOT
    starting: defaultdict[int, list[int]] = defaultdict(list)
    for place, start in enumerate(replay.starts):
        starting[start].append(place)
    store: dict[Any, Any] = {}
    wrote: dict[Any, int] = {}
    items = replay.certificate.rule is Rule.ITEMS
    for moment, index in enumerate(replay.commits):
        for place in starting[moment]:
            problem = _reads_store(replay, replay.commits[place], store, items=items)
            if problem:
                return problem
        for kind, key, value in replay.ledger.micros(index):
            if kind not in WRITING:
                continue
            if snapshot and replay.starts[moment] <= wrote.get(freeze(key), -1) < moment:
                return f"#{index} wrote key {key}, which #{replay.commits[wrote[freeze(key)]]} wrote since it started"
            wrote[freeze(key)] = moment
            if kind == APPENDING:
                store.setdefault(freeze(key), []).append(value)
            else:
                store[freeze(key)] = value
    return None


def _reads_store(replay: Replay, index: int, store: Mapping[Any, Any], *, items: bool) -> Problem:
    """Whether a transaction did not read this; with `items`, predicate reads may miss rows."""
    own: dict[Any, Any] = {}
    ok = replay.ledger.ok(index)
    for kind, key, value in replay.ledger.micros(index):
        if kind == PREDICATE:
            shown = {freeze(row): seen for row, seen in value or ()}
            now = {row: own[row] if row in own else store.get(row) for row in replay.ledger.domain(key)}
            there = {row: seen for row, seen in now.items() if matches(key, row, seen)}
            if ok and (any(there.get(row) != shown[row] for row in shown) if items else there != shown):
                return f"#{index} was shown {value}, and not {there}"
            continue
        name = freeze(key)
        if kind == APPENDING:
            own[name] = [*own.get(name, store.get(name, [])), value]
        elif kind in WRITING:
            own[name] = value
        elif ok and (own[name] if name in own else store.get(name)) != (None if value == [] else value):
            return f"#{index} read {value} from key {key}, and not {own.get(name, store.get(name))}"
    return None


def _moments_of_reads(replay: Replay) -> Problem:
    """Each read shows the commits up to a moment that is no earlier than that of the read before it."""
    for place, reads in enumerate(replay.reads):
        moment = 0
        for _, together in groupby(sorted(reads, key=lambda read: read.at), key=lambda read: read.at):
            same = list(together)
            moment = max(moment, *(read.version + 1 for read in same))
            for read in same:
                following = replay.following(read)
                if moment > place or (following is not None and moment > following):
                    return f"#{replay.commits[place]} read from key {read.key} a state before one that it had read"
    return None


def _nobody_between(replay: Replay) -> Problem:
    for reads in replay.reads:
        for read in reads:
            if read.item and read.key in replay.keys(read.reader) and next(replay.between(read), None) is not None:
                return f"#{replay.commits[read.reader]} lost an update of key {read.key}"
    return None


def _sees(replay: Replay, reads: list[Read], seen: Callable[[Read, int], bool]) -> Problem:
    """Whether a transaction sees somebody who wrote a later version than one that it read."""
    for read in reads:
        for place in replay.between(read):
            if seen(read, place):
                reader, writer = replay.commits[read.reader], replay.commits[place]
                return f"#{reader} sees #{writer}, but not what it wrote to key {read.key}"
    return None


def _atomic_view(replay: Replay) -> Problem:
    """Nobody reads a version from before those of a transaction that it has read from already."""
    for reads in replay.reads:
        first: dict[int, int] = {}
        for read in sorted(reads, key=lambda read: read.at):
            first.setdefault(read.version, read.at)
        items = [read for read in reads if read.item]
        problem = _sees(replay, items, lambda read, place, first=first: first.get(place, read.at) < read.at)  # type: ignore[misc]
        if problem:
            return problem
    return None


def _atomic(replay: Replay) -> Problem:
    """Nobody reads a version from before those of a transaction that it sees in one step."""
    updates = replay.certificate.rule is Rule.UPDATE_ATOMIC
    session: defaultdict[int, set[int]] = defaultdict(set)
    for place in sorted(range(len(replay.commits)), key=lambda place: replay.commits[place]):
        index, reads = replay.commits[place], replay.reads[place]
        seen = {read.version for read in reads}
        if replay.certificate.order is Order.SESSION:
            seen |= session[replay.ledger.process(index)]
        if updates:
            mine = replay.keys(place)
            seen |= {other for read in reads for other in replay.between(read) if mine & replay.keys(other)}
        problem = _sees(replay, reads, lambda _, other, seen=seen: other in seen)  # type: ignore[misc]
        if problem:
            return problem
        if replay.ledger.ok(index):
            session[replay.ledger.process(index)].add(place)
    return None


def _past(replay: Replay) -> Problem:
    """Nobody reads a version from before those of a transaction in its past."""
    pasts = replay.pasts(writes=replay.certificate.rule is Rule.SINGLE)
    for reads in replay.reads:
        problem = _sees(replay, reads, lambda read, place: bool(pasts[read.reader] >> place & 1))
        if problem:
            return problem
    return None


def _monotonic_view(replay: Replay) -> Problem:
    """No read is of a version from before those of a transaction in the past of something earlier in its own."""
    pasts = replay.pasts(writes=True)
    for place, reads in enumerate(replay.reads):
        last = {
            freeze(key): at
            for at, (kind, key, _) in enumerate(replay.ledger.micros(replay.commits[place]))
            if kind in WRITING
        }
        before = {key: [other for other in replay.writers[key] if other < place] for key in last}
        into = [(read.at, read.version) for read in reads if read.version >= 0]
        into += [(at, before[key][-1]) for key, at in last.items() if before[key]]

        def seen(read: Read, other: int, into: list[tuple[int, int]] = into) -> bool:
            return any(at < read.at and (pasts[source] | 1 << source) >> other & 1 for at, source in into)

        problem = _sees(replay, reads, seen)
        if problem:
            return problem
    return None


def _updates(replay: Replay) -> Problem:
    """No cycle goes through update transactions alone, or those and one more."""
    onward: defaultdict[int, set[int]] = defaultdict(set)
    for writers in replay.writers.values():
        for one, other in pairwise(writers):
            onward[one].add(other)
    update = {place for writers in replay.writers.values() for place in writers}
    for place in update:
        for read in replay.reads[place]:
            onward[read.version].add(place)
            following = replay.following(read)
            onward[place] |= set() if following is None else {following}
    onward.pop(-1, None)
    pasts = _pasts_in(onward, update)
    if pasts is None:
        return "the update transactions are not serializable"
    for place in set(range(len(replay.commits))) - update:
        sources = [read.version for read in replay.reads[place] if read.version >= 0]
        for read in replay.reads[place]:
            following = replay.following(read)
            if following is not None and any((pasts[source] | 1 << source) >> following & 1 for source in sources):
                return f"#{replay.commits[place]} depends on #{replay.commits[following]}, which overwrote what it read"
    return None


def _pasts_in(onward: Mapping[int, set[int]], members: set[int]) -> dict[int, int] | None:
    """For each vertex those from which it can be reached, as bits; None if there is a cycle."""
    waiting = dict.fromkeys(members, 0)
    for targets in onward.values():
        for target in targets:
            waiting[target] += 1
    pasts = dict.fromkeys(members, 0)
    ready = [member for member, count in waiting.items() if not count]
    done = 0
    while ready:
        vertex = ready.pop()
        done += 1
        for target in onward.get(vertex, ()):
            pasts[target] |= pasts[vertex] | 1 << vertex
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return pasts if done == len(members) else None


def _after_committed(rule: Callable[[Replay], Problem]) -> Callable[[Replay], Problem]:
    return lambda replay: replay.impossible or replay.uncommitted or rule(replay)


_RULES: Final[Mapping[Rule, Callable[[Replay], Problem]]] = {
    Rule.SERIAL: _executed,
    Rule.ITEMS: _executed,
    Rule.SNAPSHOT: _executed,
    Rule.PREFIX: _executed,
    Rule.COMMITTED: _after_committed(lambda _: None),
    Rule.READS: _after_committed(_moments_of_reads),
    Rule.CURSOR: _after_committed(_nobody_between),
    Rule.ATOMIC_VIEW: _after_committed(_atomic_view),
    Rule.ATOMIC: _after_committed(_atomic),
    Rule.UPDATE_ATOMIC: _after_committed(_atomic),
    Rule.CAUSAL: _after_committed(_past),
    Rule.SINGLE: _after_committed(_past),
    Rule.MONOTONIC_VIEW: _after_committed(_monotonic_view),
    Rule.UPDATES: _after_committed(_updates),
}
