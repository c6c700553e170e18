"""Journals on disk of large histories that there are as arrays: what benchmarks read."""

from __future__ import annotations

import msgspec
import numpy as np

from histories import Event, EventType
from histories.transactions import LIST, READ

NODES = 5


def write_journal(path, columns):
    """Write transactions that were all ok, line by line as `Journal` would have; one node to each five clients."""
    encode = msgspec.json.Encoder().encode
    asked, learnt = values_of(columns)
    process = columns.process.tolist()
    events = np.argsort(np.concatenate([columns.index, columns.end]), kind="stable").tolist()
    with path.open("xb") as file:
        for index, number in enumerate(events):
            returns, row = divmod(number, len(columns))
            file.write(
                encode(
                    Event(
                        index=index,
                        time=20_000 * index,
                        type=EventType.OK if returns else EventType.INVOKE,
                        process=process[row],
                        f="txn",
                        value=(learnt if returns else asked)(row),
                        node=f"n{process[row] % NODES + 1}",
                    )
                )
                + b"\n"
            )
    return path


def values_of(columns):
    """Two functions from the number of a transaction: what it asked for, and what it learnt."""
    first, kind, key, value, start, stop, elements = (
        getattr(columns, name).tolist() for name in ("first", "kind", "key", "value", "start", "stop", "elements")
    )
    names = columns.kinds

    def told(micro):
        if value[micro] == LIST:
            return elements[start[micro] : stop[micro]]
        return value[micro] if value[micro] >= 0 else None

    def asked(row):
        return [
            [names[kind[n]], key[n], None if kind[n] == READ else told(n)] for n in range(first[row], first[row + 1])
        ]

    def learnt(row):
        return [[names[kind[n]], key[n], told(n)] for n in range(first[row], first[row + 1])]

    return asked, learnt
