"""What it costs to read a history: of registers as operations, of transactions as operations and as arrays. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_reading.py -n0

and on a machine that does other things too, with --benchmark-timer=time.process_time.

Journals of a million transactions, in CPU seconds and megabytes at most, on one core of a two-core AMD EPYC virtual
machine that did other things too, with Python 3.11 and numpy 2.4 (the whole check with its audit):

|                                         | journal | reading       | `fallacy check` |
| --------------------------------------- | ------- | ------------- | --------------- |
| lists of up to 60 elements              | 489 MB  | 3.2 s, 563 MB | 7.1 s, 1,225 MB |
| registers, read before they are written | 372 MB  | 3.1 s, 470 MB | 8.2 s, 1,547 MB |
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from histories import read_history, read_journal
from histories.transaction_stream import read_transactions
from tests.benchmarks.journals import write_journal
from tests.benchmarks.large import list_append, rw_register

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


@pytest.fixture(scope="module", params=["lists", "registers"])
def large(request, tmp_path_factory):
    """A journal of many transactions, on lists or on registers that are read before they are written."""
    count = request.config.getoption("transactions")
    columns = list_append(count) if request.param == "lists" else rw_register(count, blind=False)
    return write_journal(tmp_path_factory.mktemp("large") / "history.jsonl", columns), count


def test_reading_a_large_journal_of_transactions(benchmark, large):
    path, count = large
    columns = benchmark.pedantic(read_transactions, (path,))
    assert len(columns) == count
    tell(benchmark, count, benchmark.stats.stats.min, resource.RUSAGE_SELF)


def test_the_whole_check_of_a_large_journal(benchmark, large):
    path, count = large
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [Path(sys.executable).with_name("fallacy"), "check", path]
    benchmark.pedantic(subprocess.run, (command,), {"check": True, "capture_output": True})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tell(benchmark, count, seconds, resource.RUSAGE_CHILDREN)


def tell(benchmark, count, seconds, who):
    """Note what a large journal took; the megabytes are the most of all that ran so far."""
    benchmark.extra_info["transactions a second"] = round(count / seconds)
    benchmark.extra_info["megabytes"] = resource.getrusage(who).ru_maxrss // 1024
