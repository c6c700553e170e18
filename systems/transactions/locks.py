"""Who may read and write what, and who waits for whom.

Locks are of two kinds, shared to read and exclusive to write; on keys, and on ranges of keys, which are only ever read
(predicate locks of the plainest kind: Eswaran, Gray, Lorie, Traiger 1976). An exclusive lock on a key stands against
every other lock on that key and on each range that the key is in, whether or not there is such a key: so nobody can
insert a row into a range that another transaction has read.

Requests wait in the order in which they came, and one that could be granted still waits behind an earlier one that it
conflicts with, so that no writer starves behind readers. Only who holds a lock already and wants more of it goes
first.

A request whose waiting would close a circle of transactions that wait for each other is refused: the table sees all
locks, so a deadlock is known the moment it arises (Holt 1972), and none is suspected where there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, NamedTuple, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Range(NamedTuple):
    """All keys from `low` up to, but not including, `high`."""

    low: Any
    high: Any


def overlap(one: Any, other: Any) -> bool:
    """Whether two items, keys or ranges, have a key in common. For two ranges no: nobody locks either exclusively."""
    if isinstance(one, Range):
        return not isinstance(other, Range) and one.low <= other < one.high
    if isinstance(other, Range):
        return bool(other.low <= one < other.high)
    return bool(one == other)


def _remove(nested: dict[K, dict[V, None]], outer: K, inner: V) -> None:
    del nested[outer][inner]
    if not nested[outer]:
        del nested[outer]


class Waiting:
    """A request that could not be granted at once."""

    __slots__ = ("exclusive", "granted", "item", "owner")

    def __init__(self, owner: Hashable, item: Any, granted: Callable[[], object], *, exclusive: bool) -> None:
        self.owner = owner
        self.item = item
        self.granted = granted
        self.exclusive = exclusive


class LockTable:
    """The locks of all transactions at one place; owners are told apart by equality."""

    def __init__(self) -> None:
        self._held: dict[Hashable, dict[Any, bool]] = {}  # by owner and item: is it exclusive?
        self._shared: dict[Any, dict[Hashable, None]] = {}  # by key
        self._exclusive: dict[Any, Hashable] = {}  # by key
        self._ranges: dict[Hashable, dict[Range, None]] = {}  # by owner
        self._waiting: list[Waiting] = []  # in the order of their coming
        self._is_granting = False

    def request(self, owner: Hashable, item: Any, granted: Callable[[], object], *, exclusive: bool = False) -> bool:
        """Have a key or a range locked, and `granted` called when it is, which may be now.

        Returns False, and changes nothing, if this would be a deadlock. An owner waits for one lock at a time.
        """
        if exclusive and isinstance(item, Range):
            raise ValueError(f"{item} cannot be locked exclusively: only keys are written")
        if not self.has(owner, item, exclusive=exclusive):
            blockers = self._blockers(owner, item, self._waiting, exclusive=exclusive)
            if owner in self._all_before(blockers):
                return False
            if blockers:
                self._waiting.append(Waiting(owner, item, granted, exclusive=exclusive))
                return True
            self._take(owner, item, exclusive=exclusive)
        granted()
        return True

    def waits(self, owner: Hashable) -> bool:
        """Whether an owner waits for a lock."""
        return any(waiting.owner == owner for waiting in self._waiting)

    def release(self, owner: Hashable, item: Any) -> None:
        """Give a shared lock back before the end."""
        if self._held[owner].pop(item, True):
            raise ValueError(f"{owner} has no shared lock on {item} to give back")
        self._drop(owner, item, exclusive=False)
        self._grant()

    def release_all(self, owner: Hashable) -> None:
        """Give everything back, and wait for nothing more."""
        self._waiting = [waiting for waiting in self._waiting if waiting.owner != owner]
        for item, exclusive in self._held.pop(owner, {}).items():
            self._drop(owner, item, exclusive=exclusive)
        self._grant()

    # ── What is held ──

    def has(self, owner: Hashable, item: Any, *, exclusive: bool = False) -> bool:
        """Whether an owner has this very lock, or the exclusive one."""
        has = self._held.get(owner, {}).get(item)
        return has is not None and (has or not exclusive)

    def _take(self, owner: Hashable, item: Any, *, exclusive: bool) -> None:
        held = self._held.setdefault(owner, {})
        if exclusive:
            if item in held:
                self._drop(owner, item, exclusive=False)
            self._exclusive[item] = owner
        elif isinstance(item, Range):
            self._ranges.setdefault(owner, {})[item] = None
        else:
            self._shared.setdefault(item, {})[owner] = None
        held[item] = exclusive

    def _drop(self, owner: Hashable, item: Any, *, exclusive: bool) -> None:
        if exclusive:
            del self._exclusive[item]
        elif isinstance(item, Range):
            _remove(self._ranges, owner, item)
        else:
            _remove(self._shared, item, owner)

    # ── Who is in the way ──

    def _blockers(self, owner: Hashable, item: Any, before: Iterable[Waiting], *, exclusive: bool) -> list[Hashable]:
        """The owners that must give something back, or get what they wait for, before this can be granted."""
        blockers = self._holders_against(owner, item, exclusive=exclusive)
        if not any(overlap(held, item) for held in self._held.get(owner, ())):
            blockers += [
                waiting.owner
                for waiting in before
                if waiting.owner != owner and (waiting.exclusive or exclusive) and overlap(waiting.item, item)
            ]
        return blockers

    def _holders_against(self, owner: Hashable, item: Any, *, exclusive: bool) -> list[Hashable]:
        """The other owners of locks that conflict with this one."""
        if isinstance(item, Range):
            return [other for key, other in self._exclusive.items() if other != owner and overlap(item, key)]
        others = [self._exclusive[item]] if item in self._exclusive else []
        if exclusive:
            others += self._shared.get(item, ())
            others += [other for other, ranges in self._ranges.items() if any(overlap(each, item) for each in ranges)]
        return [other for other in others if other != owner]

    def _all_before(self, blockers: list[Hashable]) -> dict[Hashable, None]:
        """These, those that are in their way, and so on."""
        seen: dict[Hashable, None] = {}
        left = list(blockers)
        while left:
            owner = left.pop()
            if owner not in seen:
                seen[owner] = None
                left += self._blockers_of_waiting(owner)
        return seen

    def _blockers_of_waiting(self, owner: Hashable) -> list[Hashable]:
        for place, waiting in enumerate(self._waiting):
            if waiting.owner == owner:
                before = self._waiting[:place]
                return self._blockers(owner, waiting.item, before, exclusive=waiting.exclusive)
        return []

    # ── Granting ──

    def _grant(self) -> None:
        """Grant what can be granted now; what is called may give locks back, or ask for others, meanwhile."""
        if self._is_granting:
            return
        self._is_granting = True
        while (waiting := self._first_grantable()) is not None:
            self._waiting.remove(waiting)
            self._take(waiting.owner, waiting.item, exclusive=waiting.exclusive)
            waiting.granted()
        self._is_granting = False

    def _first_grantable(self) -> Waiting | None:
        for place, waiting in enumerate(self._waiting):
            before = self._waiting[:place]
            if not self._blockers(waiting.owner, waiting.item, before, exclusive=waiting.exclusive):
                return waiting
        return None
