"""Small transactions interleaved at random against a concurrency control that has no network around it."""

from __future__ import annotations

from collections import deque
from functools import partial
from random import Random

import attrs
import msgspec

from histories import Event, EventType, History
from systems.serializable import DangerousStructures, Safe
from systems.simulation.port import Request
from systems.transactions.lock_manager import LEVELS, LockManager
from systems.transactions.locks import LockTable
from systems.transactions.procedures import PROCEDURES
from systems.transactions.snapshots import Commit, Running
from systems.transactions.transaction import Transaction
from systems.transactions.versions import Versions

KEYS = 3


class Snapshots:
    """Transactions on snapshots of a database, which may be a little old."""

    def __init__(self, database, random):
        self.database, self.random = database, random
        self.running = {}
        self.snapshots = {reads_only: deque([0], maxlen=3) for reads_only in (False, True)}

    def take(self, client, step, then):
        if isinstance(self.database, DangerousStructures) and self.random.random() < 0.1:
            self.apply(Safe())
        if step.number == 0:
            snapshot = self.random.choice(self.snapshots[step.reads_only])
            self.running[client] = Running(client, step, snapshot)
        then(getattr(self, step.verb)(self.running[client], step))

    def apply(self, command):
        answer = self.database.apply(command)
        for reads_only, recent in self.snapshots.items():
            recent.append(self.database.snapshot(reads_only=reads_only))
        return answer

    def read(self, running, step):
        if step.key in running.writes:
            return "ok", running.writes[step.key]
        running.reads[step.key] = None
        return "ok", self.database.versions.read(step.key, running.snapshot)

    def write(self, running, step):
        running.writes[step.key] = step.value
        return "ok", None

    def append(self, running, step):
        present = running.writes.get(step.key) or self.database.versions.read(step.key, running.snapshot)
        return self.write(running, step._replace(value=(*(present or ()), step.value)))

    def scan(self, running, step):
        running.scans.append(step.key)
        rows = dict(self.database.versions.scan(*step.key, running.snapshot))
        rows |= {key: value for key, value in running.writes.items() if key in range(*step.key)}
        return "ok", tuple(sorted((key, value) for key, value in rows.items() if value is not None))

    def commit(self, running, _):
        if running.reads_only:
            return "ok", None
        writes, reads, scans = running.writes.items(), running.reads, running.scans
        return self.apply(Commit(running.snapshot, tuple(writes), tuple(reads), tuple(scans)))


class Store:
    """What is committed, at one place."""

    def __init__(self):
        self.versions, self.number = Versions(), 0

    def value(self, key):
        return self.versions.read(key, self.number)

    def rows(self, low, high):
        return self.versions.scan(low, high, self.number)

    def commit(self, session, _request, then):
        self.number += 1
        self.versions.install(session.writes.items(), self.number)
        then(("ok", None))


class Locks:
    """Transactions under locks at a level."""

    def __init__(self, level, table_type=LockTable):
        store = Store()
        self.manager = LockManager(LEVELS[level], store, table_type(), store.commit)

    def take(self, client, step, then):
        self.manager.take(client, Request(0, step), then)


@attrs.define
class Caller:
    """A client in a schedule, who can go on once it has an answer."""

    transaction: Transaction
    answer: tuple | None = None
    waits: bool = False
    commits: bool = False


def run(control, transactions, random):
    """The history of these transactions, each of a client of its own, interleaved at random."""
    events, running, waiting = [], {}, list(enumerate(transactions))

    def record(kind, process, value):
        index, value = len(events), msgspec.json.decode(msgspec.json.encode(value))  # as a journal has it
        events.append(Event(index=index, time=index, type=kind, process=process, f="txn", value=value))

    def begin(process, asked):
        procedure = PROCEDURES["txn"]
        running[process] = Caller(Transaction(procedure, asked, f"c{process}", 0))
        record(EventType.INVOKE, process, asked)

    def hear(process, answer):
        running[process].answer, running[process].waits = answer, False

    def advance(process):
        client = running[process]
        if client.answer is not None and client.answer[0] != "ok":
            record(EventType.FAIL, process, None)
            del running[process]
            return
        if client.commits:
            record(EventType.OK, process, client.transaction.result)
            del running[process]
            return
        step = client.transaction.next(client.answer)
        if step is None:
            client.commits, step = True, client.transaction.step("commit")
        client.waits = True
        control.take(f"c{process}", step, partial(hear, process))

    while True:
        able = [process for process, client in running.items() if not client.waits]
        if waiting and (not able or random.random() < 0.3):
            begin(*waiting.pop(0))
        elif able:
            advance(random.choice(able))
        else:
            break
    assert not running, "some transactions wait for ever"
    return History.of(events)


def list_transactions(random, count=4):
    """Reads of lists and appends to them."""

    def micro(number, place):
        key = random.randrange(KEYS)
        return ("r", key, None) if random.random() < 0.5 else ("append", key, number * 10 + place)

    return [tuple(micro(number, place) for place in range(random.randint(1, 3))) for number in range(1, count + 1)]


def row_transactions(random, count=4):
    """Scans of ranges, inserts of rows that are new, reads and deletions of rows."""
    rows = iter(range(1, 100))

    def micro(number):
        kind = random.random()
        if kind < 0.45:
            low = random.randint(0, 3)
            return ("rp", ("range", low, low + random.randint(1, 4)), None)
        key = next(rows) % 7
        return ("insert", key, number * 100 + key) if kind < 0.9 else ("r", key, None)

    return [tuple(micro(number) for _ in range(random.randint(1, 3))) for number in range(1, count + 1)]


def histories(make_control, make_transactions, count, first_seed=0):
    """So many histories, each with a seed of its own."""
    for seed in range(first_seed, first_seed + count):
        random = Random(seed)
        transactions = make_transactions(random)
        yield seed, run(make_control(random), transactions, random)
