"""Large legal histories, straight as arrays: what benchmarks judge."""

from __future__ import annotations

import numpy as np

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


def rw_register(count, *, seed=0, clients=20, keys=20, writes_max=60):
    """A strict-serializable history of registers, most of whose writes are blind."""
    generator = np.random.default_rng(seed)
    index, end, process = intervals(generator, count, clients)
    first, write, key, before = executed(generator, count, keys, writes_max)
    nothing = np.zeros(first[-1], dtype=np.int64)
    columns = TransactionColumns(
        index=index, end=end, process=process, outcome=np.zeros(count, dtype=np.int8), first=first,
        kind=np.where(write, WRITE, READ).astype(np.int8), key=key,
        value=np.where(write, before + 1, np.where(before > 0, before, NIL)), start=nothing, stop=nothing,
        elements=nothing[:0], keys=range(int(key.max()) + 1), values=range(writes_max + 1),
    )  # fmt: skip
    return by_invocation(columns)


def by_invocation(columns):
    """The same transactions in the order of their invocations."""
    order = np.argsort(columns.index)
    sizes = np.diff(columns.first)[order]
    first = np.concatenate([[0], np.cumsum(sizes)])
    micro = np.arange(first[-1]) + np.repeat(columns.first[:-1][order] - first[:-1], sizes)
    moved = {name: getattr(columns, name)[order] for name in ("index", "end", "process", "outcome")}
    moved |= {name: getattr(columns, name)[micro] for name in ("kind", "key", "value", "start", "stop")}
    return TransactionColumns(**moved, first=first, elements=columns.elements, keys=columns.keys, values=columns.values)
