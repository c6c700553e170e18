"""Large legal histories, straight as arrays: what benchmarks judge."""

from __future__ import annotations

import random
from heapq import heappop, heappush

import numpy as np

from checkers.linearizability.columns import NONE, Columns
from checkers.linearizability.rows import NEVER
from histories import History, Operation, Outcome
from histories.transactions import APPEND, LIST, NIL, READ, WRITE, TransactionColumns


def intervals(generator, count, clients):
    """When each of `count` transactions, which take effect one after another, began and ended: positions, process."""
    process = generator.integers(0, clients, count)
    order = np.argsort(process, kind="stable")
    effect = order.astype(float)
    same = process[order][1:] == process[order][:-1]
    share = generator.uniform(0.1, 0.9, count - 1)
    border = effect[:-1] + share * (effect[1:] - effect[:-1])
    begin, end = effect - generator.uniform(0, clients, count), effect + generator.uniform(0, clients, count)
    begin[1:][same] = np.maximum(begin[1:][same], border[same] + 0.001)
    end[:-1][same] = np.minimum(end[:-1][same], border[same] - 0.001)
    invoke, complete = np.empty(count), np.empty(count)
    invoke[order], complete[order] = begin, end
    places = np.empty(2 * count, dtype=np.int64)
    places[np.argsort(np.concatenate([invoke, complete]), kind="stable")] = np.arange(2 * count)
    return places[:count], places[count:], process


def executed(generator, count, keys, writes_max):
    """What `count` transactions do one after another, 4 micro-operations on average, half of them reads.

    Where those of each begin, which of them write, their keys, of which each is given up for a new one after
    `writes_max` writes, and how many writes of the key came before.
    """
    first = np.concatenate([[0], np.cumsum(generator.integers(1, 8, count))])
    slot = generator.integers(0, keys, first[-1])
    write = generator.random(first[-1]) < 0.5
    order = np.argsort(slot, kind="stable")
    so_far = np.cumsum(write[order]) - write[order]
    so_far -= so_far[np.searchsorted(slot[order], np.arange(keys))][slot[order]]
    before = np.empty(first[-1], dtype=np.int64)
    before[order] = so_far
    return first, write, slot + keys * (before // writes_max), before % writes_max


def list_append(count, *, seed=0, clients=20, keys=20, length_max=60, shared=True):
    """A strict-serializable history of lists; with `shared`, reads that are prefixes of one another share elements."""
    generator = np.random.default_rng(seed)
    index, end, process = intervals(generator, count, clients)
    first, append, key, length = executed(generator, count, keys, length_max)
    value = np.where(append, length + 1, np.where(length > 0, LIST, NIL))
    read = ~append & (length > 0)
    start, stop = np.zeros(first[-1], dtype=np.int64), np.zeros(first[-1], dtype=np.int64)
    if shared:
        elements = np.arange(1, length_max + 1)
        stop[read] = length[read]
    else:
        stop[read] = np.cumsum(length[read])
        start[read] = stop[read] - length[read]
        elements = np.arange(stop.max()) - np.repeat(start[read], length[read]) + 1
    columns = TransactionColumns(
        index=index, end=end, process=process, outcome=np.zeros(count, dtype=np.int8), first=first,
        kind=np.where(append, APPEND, READ).astype(np.int8), key=key, value=value, start=start, stop=stop,
        elements=elements, keys=range(int(key.max()) + 1), values=range(length_max + 1),
    )  # fmt: skip
    return by_invocation(columns)


def rw_register(count, *, seed=0, clients=20, keys=20, writes_max=60, blind=True):
    """A strict-serializable history of registers, most of whose writes are blind, or all after a read of their key."""
    generator = np.random.default_rng(seed)
    index, end, process = intervals(generator, count, clients)
    first, write, key, before = executed(generator, count, keys, writes_max)
    if not blind:
        first, write, key, before = read_first(first, write, key, before)
    nothing = np.zeros(first[-1], dtype=np.int64)
    columns = TransactionColumns(
        index=index, end=end, process=process, outcome=np.zeros(count, dtype=np.int8), first=first,
        kind=np.where(write, WRITE, READ).astype(np.int8), key=key,
        value=np.where(write, before + 1, np.where(before > 0, before, NIL)), start=nothing, stop=nothing,
        elements=nothing[:0], keys=range(int(key.max()) + 1), values=range(writes_max + 1),
    )  # fmt: skip
    return by_invocation(columns)


def read_first(first, write, key, before):
    """The same with a read before each write."""
    sizes = np.where(write, 2, 1)
    at = np.repeat(np.arange(len(write)), sizes)
    begins = np.concatenate([[0], np.cumsum(sizes)])
    writes = np.zeros(len(at), dtype=bool)
    writes[begins[1:] - 1] = write
    return begins[first], writes, key[at], before[at]


def one_component(count, *, seed=0, keys=40):
    """A history of lists, each transaction with one read and one append, all of them in one strong component.

    Everybody reads what was there some hundred transactions ago, as from a replica that is late.
    """
    generator = np.random.default_rng(seed)
    key = generator.integers(0, keys, (count, 2))
    order = np.argsort(key[:, 1], kind="stable")
    place = np.arange(count) - np.searchsorted(key[order, 1], key[order, 1])
    rank = np.empty(count, dtype=np.int64)
    rank[order] = place
    code = key[order, 1] * (count + 1) + order
    late = np.maximum(np.arange(count) - 100, 0)
    length = np.searchsorted(code, key[:, 0] * (count + 1) + late) - np.searchsorted(key[order, 1], key[:, 0])
    micros = 2 * count
    value, start, stop = (np.zeros(micros, dtype=np.int64) for _ in range(3))
    value[::2], value[1::2] = np.where(length > 0, LIST, NIL), rank + 1
    stop[::2] = length
    index = 2 * np.arange(count)
    return TransactionColumns(
        index=index, end=index + 1, process=np.arange(count) % 20, outcome=np.zeros(count, dtype=np.int8),
        first=2 * np.arange(count + 1), kind=np.tile([READ, APPEND], count).astype(np.int8), key=key.ravel(),
        value=value, start=start, stop=stop, elements=np.arange(1, int(rank.max()) + 2), keys=range(keys),
        values=range(int(rank.max()) + 2),
    )  # fmt: skip


def by_invocation(columns):
    """The same transactions in the order of their invocations."""
    order = np.argsort(columns.index)
    sizes = np.diff(columns.first)[order]
    first = np.concatenate([[0], np.cumsum(sizes)])
    micro = np.arange(first[-1]) + np.repeat(columns.first[:-1][order] - first[:-1], sizes)
    moved = {name: getattr(columns, name)[order] for name in ("index", "end", "process", "outcome")}
    moved |= {name: getattr(columns, name)[micro] for name in ("kind", "key", "value", "start", "stop")}
    return TransactionColumns(**moved, first=first, elements=columns.elements, keys=columns.keys, values=columns.values)


def registers(count, *, seed=0, clients=100, uncertain=0.05, repeated=1):
    """Reads and writes of one register, a linearizable history: half are reads.

    Values are written `repeated` times. Of the writes some, `uncertain` in all, never return; reads that do not return
    are left out. The columns are those of `checkers.linearizability.columns`, with the processes beside them.
    """
    generator = np.random.default_rng(seed)
    calls, returns, process = intervals(generator, count, clients)
    write = generator.random(count) < 0.5
    makes = np.where(write, 1 + (np.cumsum(write) - 1) // repeated, NONE)
    if repeated > 1:
        written = np.flatnonzero(write)
        makes[written] = generator.permutation(makes[written])
    last = np.maximum.accumulate(np.where(write, np.arange(count), -1))
    needs = np.where(write, NONE, np.where(last < 0, 0, makes[last]))
    open_ = generator.random(count) < uncertain
    returns = np.where(open_, NEVER, returns)
    kept = np.flatnonzero(write | ~open_)
    order = kept[np.argsort(calls[kept])]
    columns = Columns(needs=needs[order], makes=makes[order], calls=calls[order], returns=returns[order])
    return columns, process[order]


def as_history(columns, process):
    """The same as operations."""
    rows = zip(
        *(part.tolist() for part in (columns.needs, columns.makes, columns.calls, columns.returns, process)),
        strict=True,
    )
    return History(
        operations=tuple(
            Operation(
                index=call,
                end=None if back == NEVER else back,
                process=client,
                f="read" if make == NONE else "write",
                value=None if make == NONE else make,
                result=(None if back == NEVER else make) if make != NONE else (need or None),
                outcome=Outcome.INFO if back == NEVER else Outcome.OK,
            )
            for need, make, call, back, client in rows
        )
    )


def lived(name, count, *, seed=0, clients=20):
    """A history that one object really had: `count` operations of some type, all ok."""
    generator = np.random.default_rng(seed)
    calls, returns, process = (part.tolist() for part in intervals(generator, count, clients))
    luck, act = random.Random(seed), LIVES[name]()
    done = [act(luck, number) for number in range(count)]
    return History(
        operations=tuple(
            Operation(
                index=calls[n], end=returns[n], process=process[n], f=f, value=value, result=result, outcome=Outcome.OK
            )
            for n, (f, value, result) in sorted(enumerate(done), key=lambda item: calls[item[0]])
        )
    )


def held(puts, takes, put, take):
    """Something that holds items: what goes in and comes out, half and half."""

    def life():
        items = []

        def act(luck, number):
            if luck.random() < 0.5:
                put(items, number)
                return puts, number, number
            return takes, None, take(items) if items else None

        return act

    return life


def summed(answer):
    """Something that is added to; `answer(sum before, amount)` is what an addition returns."""

    def life():
        total = [0]

        def act(luck, _):
            if luck.random() < 0.3:
                return "read", None, total[0]
            total[0] += 1
            return "add", 1, answer(total[0] - 1, 1)

        return act

    return life


def elements():
    """A set whose elements are added once each, and asked for."""
    added = []

    def act(luck, number):
        if luck.random() < 0.5 or not added:
            added.append(number)
            return "add", number, number
        asked = luck.choice(added) if luck.random() < 0.8 else -number
        return "contains", asked, asked >= 0

    return act


LIVES = {
    "queue": held("enqueue", "dequeue", list.append, lambda items: items.pop(0)),
    "stack": held("push", "pop", list.append, list.pop),
    "priority-queue": held("insert", "extract", heappush, heappop),
    "set": elements,
    "counter": summed(lambda _, amount: amount),
    "fetch-and-add": summed(lambda before, _: before),
    "unique-ids": lambda: lambda _, number: ("generate", None, number),
}
