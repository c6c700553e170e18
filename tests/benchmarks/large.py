"""Large legal histories, straight as arrays: what benchmarks judge."""

from __future__ import annotations

import numpy as np

from histories.transactions import APPEND, LIST, NIL, READ, TransactionColumns


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


def list_append(count, *, seed=0, clients=20, keys=20, length_max=60, shared=True):
    """A strict-serializable history of lists: keys are given up for new ones when `length_max` long."""
    generator = np.random.default_rng(seed)
    index, end, process = intervals(generator, count, clients)
    sizes = generator.integers(1, 8, count)
    first = np.concatenate([[0], np.cumsum(sizes)])
    micros = first[-1]
    slot = generator.integers(0, keys, micros)
    append = generator.random(micros) < 0.5
    order = np.argsort(slot, kind="stable")
    so_far = np.cumsum(append[order]) - append[order]
    begins = np.searchsorted(slot[order], np.arange(keys))
    so_far -= so_far[begins][slot[order]]
    before = np.empty(micros, dtype=np.int64)
    before[order] = so_far
    generation, length = before // length_max, before % length_max
    key = slot + keys * generation
    value = np.where(append, length + 1, np.where(length > 0, LIST, NIL))
    read = ~append & (length > 0)
    start, stop = np.zeros(micros, dtype=np.int64), np.zeros(micros, dtype=np.int64)
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


def by_invocation(columns):
    """The same transactions in the order of their invocations."""
    order = np.argsort(columns.index)
    sizes = np.diff(columns.first)[order]
    first = np.concatenate([[0], np.cumsum(sizes)])
    micro = np.arange(first[-1]) + np.repeat(columns.first[:-1][order] - first[:-1], sizes)
    moved = {name: getattr(columns, name)[order] for name in ("index", "end", "process", "outcome")}
    moved |= {name: getattr(columns, name)[micro] for name in ("kind", "key", "value", "start", "stop")}
    return TransactionColumns(**moved, first=first, elements=columns.elements, keys=columns.keys, values=columns.values)
