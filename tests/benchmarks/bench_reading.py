"""What it costs to read a history: of registers as operations, of transactions as operations and as arrays. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_reading.py -n0

and on a machine that does other things too, with --benchmark-timer=time.process_time.
"""

from __future__ import annotations

import json
import random
import resource

import pytest

from histories import read_history, read_journal
from histories.transaction_stream import read_transactions

OPERATIONS = 50_000
CLIENTS = 20


def interleaved(luck, count):
    """Calls and returns of `count` operations: (process, number of the operation, whether it returns)."""
    running, started = {}, 0
    while started < count or running:
        process = luck.randrange(CLIENTS)
        if process in running:
            yield process, running.pop(process), True
        elif started < count:
            running[process] = started
            yield process, started, False
            started += 1


def registers(count):
    """Reads and writes of ten registers."""
    luck, asked, store = random.Random(0), {}, {}
    for process, number, returns in interleaved(luck, count):
        if not returns:
            asked[number] = luck.choice(("read", "write")), luck.randrange(10)
        f, key = asked[number]
        if f == "write" and returns:
            store[key] = number
        value = number if f == "write" else store.get(key) if returns else None
        yield {
            "type": "ok" if returns else "invoke",
            "process": process,
            "f": f,
            "key": key,
            "value": value,
            "node": "n1",
        }


def lists(count):
    """Four micro-operations on average, on ten lists that grow to 60 elements."""
    luck, asked, store = random.Random(0), {}, {}
    place = list(range(10))
    for process, number, returns in interleaved(luck, count):
        if not returns:
            asked[number] = [
                ["append", luck.choice(place), 10 * number + n]
                if luck.random() < 0.5
                else ["r", luck.choice(place), None]
                for n in range(luck.randint(1, 7))
            ]
        done = []
        for f, key, value in asked[number]:
            if returns and f == "append":
                store.setdefault(key, []).append(value)
                if len(store[key]) >= 60 and key in place:
                    place[place.index(key)] = max(place) + 1
            done.append([f, key, list(store.get(key, ())) if returns and f == "r" else value])
        yield {"type": "ok" if returns else "invoke", "process": process, "f": "txn", "value": done}


@pytest.fixture(scope="module", params=[registers, lists], ids=["registers", "lists"])
def journal(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("reading") / "history.jsonl"
    with path.open("w") as file:
        for index, event in enumerate(request.param(OPERATIONS)):
            file.write(json.dumps({"index": index, "time": 1000 * index, **event}, separators=(",", ":")) + "\n")
    return path


def read_jepsen(path):
    return read_history(path, "jepsen-json")


@pytest.mark.parametrize(
    "read", [read_journal, read_transactions, read_jepsen], ids=["journal", "arrays", "jepsen-json"]
)
def test_reading(benchmark, journal, read):
    if read is read_transactions and "lists" not in benchmark.name:
        pytest.skip("arrays are of transactions")
    history = benchmark.pedantic(read, (journal,), rounds=3)
    assert len(history) == OPERATIONS
    benchmark.extra_info["operations a second"] = round(OPERATIONS / benchmark.stats.stats.min)
    benchmark.extra_info["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
