"""Histories that are legal by construction, of any size: events one by one, or a whole history."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import Any

from checkers.models import Data
from checkers.synthetic.database import Database, Operations, Transaction
from checkers.synthetic.levels import LEVELS
from checkers.synthetic.shape import Shape
from checkers.synthetic.store import Versions
from histories import Event, EventType, History


def synthesize(shape: Shape) -> History:
    """A whole history."""
    return History.of(events(shape))


def events(shape: Shape) -> Iterator[Event]:
    """The events of a history in their order, made as they are asked for: a journal of any size fits.

    Lists that different reads show may be one and the same object: change none of them.
    """
    return _Run(shape).events()


class _Run:
    """Clients that take turns at random: each invokes, then its transaction is executed, then it completes."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        luck = Random(shape.seed)
        self.random = luck.random
        self.asker = _Asker(shape, luck)
        lag = 2 * shape.processes if shape.lag is None else shape.lag
        self.database = Database(LEVELS[shape.level], self.asker.versions, lag, luck)
        self.processes = list(range(shape.processes))
        self.retired = shape.processes  # the next process number

    def events(self) -> Iterator[Event]:
        running: list[Transaction | None] = [None] * len(self.processes)
        executed = [False] * len(self.processes)
        ghosts: list[Transaction] = []  # of unknown end, to be executed some time
        asked, alive, index = 0, 0, 0
        random, many = self.random, len(self.processes)
        while asked < self.shape.transactions or alive:
            slot = int(random() * many)
            transaction = running[slot]
            if transaction is None:
                if asked < self.shape.transactions:
                    transaction = running[slot] = self._invoke(slot)
                    executed[slot] = False
                    asked, alive = asked + 1, alive + 1
                    yield _event(index, EventType.INVOKE, transaction, transaction.asked)
                    index += 1
            elif not executed[slot]:
                executed[slot] = True
                self._execute(transaction, ghosts)
            else:
                running[slot] = None
                alive -= 1
                yield self._completion(index, slot, transaction)
                index += 1
            if ghosts and random() < 1 / many:
                self.database.execute(ghosts.pop(0))

    def _invoke(self, slot: int) -> Transaction:
        transaction = Transaction(self.processes[slot], self.asker.operations(), self.database.commits)
        roll = self.random()
        if roll < self.shape.fail:
            transaction.effect = False
        elif roll < self.shape.fail + self.shape.info:
            transaction.ending = "info"
            transaction.effect = self.random() < 0.5
        self.database.begin(transaction)
        return transaction

    def _execute(self, transaction: Transaction, ghosts: list[Transaction]) -> None:
        if transaction.ending and transaction.effect and self.random() < 0.5:
            ghosts.append(transaction)
        else:
            self.database.execute(transaction)

    def _completion(self, index: int, slot: int, transaction: Transaction) -> Event:
        if transaction.ending:
            self.processes[slot] = self.retired
            self.retired += 1
            return _event(index, EventType.INFO, transaction, transaction.asked)
        if transaction.result is None:
            return _event(index, EventType.FAIL, transaction, transaction.asked)
        return _event(index, EventType.OK, transaction, transaction.result)


class _Asker:
    """What clients ask for: micro-operations on keys of which few are asked for often."""

    def __init__(self, shape: Shape, luck: Random) -> None:
        self.shape = shape
        self.random = luck.random
        self.listed = shape.data is Data.LIST_APPEND
        self.write = "append" if self.listed else "w"
        self.versions: dict[Any, Versions] = {}
        self.slots = [self._new_key() for _ in range(shape.keys)]
        self.weights = list(accumulate((place + 1) ** -shape.skew for place in range(shape.keys)))

    def _new_key(self) -> int:
        key = len(self.versions)
        self.versions[key] = Versions(listed=self.listed)
        return key

    def operations(self) -> Operations:
        random, weights = self.random, self.weights
        many = 1 + int(random() * (2 * self.shape.operations - 1))
        reads = 1.0 if random() < self.shape.read_only else self.shape.reads
        asked: Operations = []
        for _ in range(many):
            slot = bisect(weights, random() * weights[-1])
            if random() < reads:
                asked.append(["r", self.slots[slot], None])
            else:
                asked.append(self._write(slot))
        return asked

    def _write(self, slot: int) -> list[Any]:
        key = self.slots[slot]
        stored = self.versions[key]
        stored.writes += 1
        if stored.writes >= self.shape.writes_per_key:
            self.slots[slot] = self._new_key()
        return [self.write, key, stored.writes]


def _event(index: int, kind: EventType, transaction: Transaction, value: Operations) -> Event:
    return Event(index=index, time=index * 1000, type=kind, process=transaction.process, f="txn", value=value)
