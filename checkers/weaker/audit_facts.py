"""A history of registers as plain facts, for `audit`: who read and wrote what, in which session, from which write.

Nothing here is shared with the checkers. An access is the index of an operation, and whether its write is meant.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

import attrs

from checkers.weaker.evidence import Access
from histories import History, Operation, Outcome, freeze


def accesses_of(o: Operation) -> list[tuple[Access, Hashable]]:
    """What an operation read and wrote, with the values; nothing if it surely did not, or nobody knows what."""
    if o.outcome is Outcome.FAIL or (o.f == "read" and not o.ok):
        return []
    if o.f != "cas":
        return [((o.index, o.f == "write"), freeze(o.value if o.f == "write" else o.result))]
    old, new = map(freeze, o.value)
    return [((o.index, False), old), *([((o.index, True), new)] if old != new else [])]


@attrs.frozen(slots=False)
class Facts:
    """The accesses of a history that surely happened, or must have since their values were read."""

    history: History
    ranks: dict[int, Any] = attrs.field(factory=dict)  # of versions, by certificate, as they are found to be in order

    @cached_property
    def values(self) -> Mapping[Access, Hashable]:
        """Of all accesses that may have happened."""
        return dict(pair for o in self.history for pair in accesses_of(o))

    def key(self, access: Access) -> Hashable:
        """The object."""
        return self.keys[access[0]]

    @cached_property
    def keys(self) -> Mapping[int, Hashable]:
        """By operation, the object."""
        return {o.index: freeze(o.key) for o in self.history}

    @cached_property
    def _writes(self) -> Mapping[tuple[Hashable, Hashable], Access]:
        return {(self.key(access), value): access for access, value in self.values.items() if access[1]}

    def source(self, read: Access) -> Access | None:
        """The write that a read is from; None for the initial value, and for what nobody wrote."""
        return self.sources[read]

    @cached_property
    def sources(self) -> Mapping[Access, Access | None]:
        """By read, the write that it is from; None for the initial value, and for what nobody wrote."""
        keys, writes = self.keys, self._writes
        return {access: writes.get((keys[access[0]], value)) for access, value in self.values.items() if not access[1]}

    @cached_property
    def happened(self) -> frozenset[Access]:
        """What surely happened, and what that read from, and so on."""
        todo = [access for o in self.history if o.ok for access, _ in accesses_of(o)]
        found = set(todo)
        while todo:
            access = todo.pop()
            source = None if access[1] else self.source(access)
            if source and source not in found:
                new = [each for each, _ in accesses_of(self.history.by_index[source[0]])]
                found.update(new)
                todo += new
        return frozenset(found)

    @cached_property
    def sessions(self) -> Sequence[Sequence[Access]]:
        """What happened in each session, in its order; a session ends with an operation of unknown outcome."""
        now: dict[int, list[Access]] = {}
        found: list[list[Access]] = []
        for o in self.history:
            if o.process not in now:
                now[o.process] = []
                found.append(now[o.process])
            now[o.process] += [access for access, _ in accesses_of(o) if access in self.happened]
            if o.outcome is Outcome.INFO:
                del now[o.process]
        return sorted(filter(None, found))

    @cached_property
    def place(self) -> Mapping[Access, tuple[int, int]]:
        """The session of an access, and its position there, from 1."""
        return {
            access: (session, position)
            for session, accesses in enumerate(self.sessions)
            for position, access in enumerate(accesses, start=1)
        }

    @cached_property
    def writers(self) -> Mapping[Hashable, Mapping[int, Sequence[Access]]]:
        """By object and session, the writes in their order."""
        found: defaultdict[Hashable, dict[int, list[Access]]] = defaultdict(dict)
        for session, accesses in enumerate(self.sessions):
            for access in accesses:
                if access[1]:
                    found[self.key(access)].setdefault(session, []).append(access)
        return found

    @cached_property
    def positions(self) -> Mapping[Hashable, Mapping[int, Sequence[int]]]:
        """The same, as positions in their sessions."""
        return {
            key: {session: [self.place[write][1] for write in writes] for session, writes in sessions.items()}
            for key, sessions in self.writers.items()
        }

    @cached_property
    def readers(self) -> Mapping[Access, Sequence[Access]]:
        """By write, the reads that are from it."""
        found: defaultdict[Access, list[Access]] = defaultdict(list)
        for read in self.happened:
            source = None if read[1] else self.source(read)
            if source:
                found[source].append(read)
        return found

    @cached_property
    def pasts(self) -> Mapping[Access, Sequence[int]] | None:
        """For each access how many accesses of each session causality puts before it; None where it has a circle."""
        pasts: dict[Access, list[int]] = {}
        at = [0] * len(self.sessions)
        todo = deque(range(len(self.sessions)))
        waiting: defaultdict[Access, list[int]] = defaultdict(list)
        while todo:
            session = todo.popleft()
            accesses = self.sessions[session]
            while at[session] < len(accesses):
                access = accesses[at[session]]
                source = None if access[1] else self.source(access)
                if source and source not in pasts:
                    waiting[source].append(session)
                    break
                past = list(pasts[accesses[at[session] - 1]]) if at[session] else [0] * len(at)
                if source:
                    past = list(map(max, past, pasts[source]))
                at[session] += 1
                past[session] = at[session]
                pasts[access] = past
                todo += waiting.pop(access, ())
        return pasts if len(pasts) == len(self.happened) else None

    def comes_before(self, first: Access, second: Access) -> bool:
        """Whether causality puts one before another, where it has no circle."""
        session, position = self.place[first]
        return self.pasts is not None and self.pasts[second][session] >= position

    def follow(self, access: Access, observer: int | None = None) -> Iterator[Access]:
        """What follows at once: the next of the session, and the reads that are from it (only those of `observer`)."""
        session, position = self.place[access]
        yield from self.sessions[session][position : position + 1]
        for read in self.readers.get(access, ()):
            if observer is None or self.place[read][0] == observer:
                yield read
