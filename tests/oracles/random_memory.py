"""Small histories of reads and writes of single registers, and the same with each as a transaction of its own."""

from __future__ import annotations

from random import Random

from histories import Event, EventType, History


def random_operations(luck: Random) -> tuple[History, History]:
    """At most five operations of at most three processes; reads return what anybody ever writes, or nil."""
    processes, keys = luck.randint(1, 3), "xy"[: luck.randint(1, 2)]
    calls = [(luck.randrange(processes), luck.choice(keys), luck.random() < 0.45) for _ in range(luck.randint(2, 5))]
    written = {key: [n for n, (_, k, writes) in enumerate(calls) if writes and k == key] for key in keys}
    queues: dict[int, list[tuple[str, str, int | None]]] = {}
    for n, (process, key, writes) in enumerate(calls):
        value = n if writes else luck.choice([None, *written[key]])
        queues.setdefault(process, []).append(("write" if writes else "read", key, value))
    events, running = [], set()
    while queues:
        process = luck.choice(sorted(queues))
        if process in running:
            events.append((process, EventType.OK, *queues[process].pop(0)))
            running.discard(process)
            queues = {process: calls for process, calls in queues.items() if calls}
        else:
            events.append((process, EventType.INVOKE, *queues[process][0]))
            running.add(process)
    return History.of(map(_single, range(99), events)), History.of(map(_transaction, range(99), events))


def _single(index, event):
    process, kind, f, key, value = event
    shown = value if f == "write" or kind is EventType.OK else None
    return Event(index=index, time=index, type=kind, process=process, f=f, key=key, value=shown)


def _transaction(index, event):
    process, kind, f, key, value = event
    shown = value if f == "write" or kind is EventType.OK else None
    return Event(index=index, time=index, type=kind, process=process, f="txn", value=[[f[0], key, shown]])
