"""A synthetic database that executes transactions at a level, one at a time, in the order of their commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from checkers.synthetic.levels import Level, Sees
from checkers.synthetic.store import REPLICAS, Versions

Operations = list[list[Any]]

Find = Callable[[Any, bool], int]
"""The version of a key that a read sees; whether it shows it under appends of its own."""


class Transaction:
    """One transaction on its way: what it asks, and what it learns once it has been executed."""

    __slots__ = ("asked", "began", "effect", "ending", "process", "result", "written")

    def __init__(self, process: int, asked: Operations, began: int) -> None:
        self.process = process
        self.asked = asked
        self.began = began  # the commit number at its invocation
        self.result: Operations | None = None  # None as long as it has not committed
        self.ending = ""
        self.effect = True
        self.written: dict[Any, list[Any]] = {}
        for f, key, value in asked:
            if f != "r":
                self.written.setdefault(key, []).append(value)


class Database:
    """Executes transactions so that the history of their results satisfies a level."""

    def __init__(self, level: Level, versions: dict[Any, Versions], lag: int, luck: Random) -> None:
        self.level = level
        self.versions = versions
        self.lag = lag
        self.commits = 0
        self._random = luck.random
        self.floors: dict[int, int] = {}  # of a process: the commit up to which it has seen
        self.origins = bytearray(1)  # of a commit: its replica
        self.seen = [[0] * REPLICAS for _ in range(REPLICAS)]
        self.made: list[dict[Any, int]] = [{}]  # of a commit: its versions
        self._pending: dict[Any, Transaction] = {}  # of a key: the running transaction that writes it
        self._reader = _READERS[level.sees]

    def begin(self, transaction: Transaction) -> None:
        """What happens at the invocation: where uncommitted writes show, keys are locked, or the end is sealed."""
        if self.level.sees is Sees.PENDING:
            if any(key in self._pending for key in transaction.written):
                transaction.effect = False
                transaction.written = {}
            self._pending.update(dict.fromkeys(transaction.written, transaction))

    def execute(self, transaction: Transaction) -> bool:
        """Commit, if it is to take effect and the level lets it; whether it did."""
        committed = transaction.effect and self._commit(transaction)
        for key in transaction.written:
            if self._pending.get(key) is transaction:
                del self._pending[key]
        return committed

    def _commit(self, transaction: Transaction) -> bool:
        replica = self._replica(transaction)
        find, moment = self._reader(self, transaction, replica)
        versions = self.versions
        written = transaction.written
        if self.level.conflicts and any(self._unseen(versions[key], moment, replica) for key in written):
            return False
        result = self._read(transaction, find)
        if result is None:
            return False
        transaction.result = result
        if self.level.session:
            self.floors[transaction.process] = moment
        if written:
            self._install(transaction, replica)
        return True

    def _read(self, transaction: Transaction, find: Find) -> Operations | None:
        """The operations with what the reads saw; None if a list would show that another append came between."""
        versions, result = self.versions, []
        own: dict[Any, list[Any]] = {}
        for operation in transaction.asked:
            f, key, value = operation
            if f != "r":
                own.setdefault(key, []).append(value)
                result.append(operation)
                continue
            stored = versions[key]
            if key not in own:
                dirty = self._dirty(key, transaction) if self._pending else None
                result.append(["r", key, stored.shown(find(key, False)) if dirty is None else dirty])
            elif not stored.listed:
                result.append(["r", key, own[key][-1]])
            else:
                if find(key, True) != stored.latest:
                    return None
                result.append(["r", key, [*(stored.shown(stored.latest) or ()), *own[key]]])
        return result

    def _dirty(self, key: Any, reader: Transaction) -> Any:
        """Now and then what a running transaction has written so far; None for what is committed."""
        writer = self._pending.get(key)
        if writer is None or writer is reader or self._random() < 0.5:
            return None
        shown = writer.written[key][: 1 + int(self._random() * len(writer.written[key]))]
        stored = self.versions[key]
        return [*(stored.shown(stored.latest) or ()), *shown] if stored.listed else shown[-1]

    def _unseen(self, stored: Versions, moment: int, replica: int) -> bool:
        """Whether a key has a version that the transaction has not seen."""
        if self.level.sees in (Sees.REPLICA, Sees.STREAMS):
            return any(last > seen for last, seen in zip(stored.latest_by_origin, self.seen[replica], strict=True))
        return bool(stored.commits) and stored.commits[-1] > moment

    def _install(self, transaction: Transaction, replica: int) -> None:
        self.commits += 1
        commit = self.commits
        for key, written in transaction.written.items():
            self.versions[key].install(commit, written, replica)
        if self.level.sees is Sees.ATOMIC:
            self.made.append({key: self.versions[key].latest for key in transaction.written})
        self.origins.append(replica)
        self.seen[replica][replica] = commit
        if self.level.session:
            self.floors[transaction.process] = commit

    def _replica(self, transaction: Transaction) -> int:
        if self.level.sees not in (Sees.REPLICA, Sees.STREAMS):
            return 0
        self._gossip()
        return transaction.process % REPLICAS if self.level.session else int(self._random() * REPLICAS)

    def _gossip(self) -> None:
        """Now and then one replica learns from another: all that it has, or what it has of one of them."""
        if self._random() < 0.3:
            to, source = (int(self._random() * REPLICAS) for _ in range(2))
            streams = range(REPLICAS) if self.level.sees is Sees.REPLICA else (int(self._random() * REPLICAS),)
            for origin in streams:
                self.seen[to][origin] = max(self.seen[to][origin], self.seen[source][origin])

    def floor(self, process: int) -> int:
        """The commit up to which a session has seen, where that counts."""
        return self.floors.get(process, 0)

    def moment(self, latest: int, floor: int = 0) -> int:
        """A commit number that is not much below another, and not below a floor."""
        return max(floor, latest - int(self._random() ** 2 * (self.lag + 1)), 0)


# For each kind of seeing: how a transaction's reads find their versions, and the commit up to which it has seen

Found = tuple[Find, int]


def _head(database: Database, _: Transaction, __: int) -> Found:
    versions = database.versions
    return (lambda key, _: versions[key].latest), database.commits


def _old_if_reader(database: Database, transaction: Transaction, replica: int) -> Found:
    if transaction.written:
        return _head(database, transaction, replica)
    return _up_to(database, database.moment(database.commits, database.floor(transaction.process)))


def _begin(database: Database, transaction: Transaction, _: int) -> Found:
    return _up_to(database, transaction.began)


def _snapshot(database: Database, transaction: Transaction, _: int) -> Found:
    return _up_to(database, database.moment(transaction.began, database.floor(transaction.process)))


def _up_to(database: Database, moment: int) -> Found:
    versions = database.versions
    return (lambda key, _: versions[key].at(moment)), moment


def _arrived(database: Database, _: Transaction, replica: int) -> Found:
    versions, seen, origins = database.versions, database.seen[replica], database.origins
    return (lambda key, _: versions[key].among(seen, origins)), 0


def _rising(database: Database, _: Transaction, __: int) -> Found:
    versions, moment = database.versions, database.moment(database.commits)

    def find(key: Any, own: bool) -> int:  # noqa: FBT001  called for every read
        nonlocal moment
        moment = database.commits if own else database.moment(database.commits, moment)
        return versions[key].at(moment)

    return find, 0


def _atomic(database: Database, _: Transaction, __: int) -> Found:
    versions, made = database.versions, database.made
    least: dict[Any, int] = {}

    def find(key: Any, own: bool) -> int:  # noqa: FBT001  called for every read
        stored = versions[key]
        recent = stored.latest if own else stored.at(database.moment(database.commits))
        version = max(least.get(key, -1), recent)
        if version >= 0:
            for other, beside in made[stored.commits[version]].items():
                least[other] = max(least.get(other, -1), beside)
        return version

    return find, 0


def _any(database: Database, transaction: Transaction, _: int) -> Found:
    versions, cursor = database.versions, database.level.cursor

    def find(key: Any, own: bool) -> int:  # noqa: FBT001  called for every read
        stored = versions[key]
        latest = own or (cursor and key in transaction.written)
        return stored.latest if latest else stored.at(database.moment(database.commits))

    return find, 0


_READERS: Final[Mapping[Sees, Callable[[Database, Transaction, int], Found]]] = {
    Sees.HEAD: _head,
    Sees.OLD_IF_READER: _old_if_reader,
    Sees.BEGIN: _begin,
    Sees.SNAPSHOT: _snapshot,
    Sees.REPLICA: _arrived,
    Sees.STREAMS: _arrived,
    Sees.RISING: _rising,
    Sees.ATOMIC: _atomic,
    Sees.ANY: _any,
    Sees.PENDING: _head,
}
