"""Journals of which something is odd: the fast way says what the general way says, or leaves it to that."""

from __future__ import annotations

import json
import random

import pytest

from histories import HistoryError, read_journal
from histories.transaction_stream import read_transactions, stream_transactions
from histories.transactions import TransactionColumns

KEYS = [0, 1, 7, -1, 10**8, 10**17, 10**30, "", "a", "a[", "a]", '["', "é", 'q"', "a,b", None, True, 1.0, [1], "1"]
VALUES = [
    None, 0, 1, -1, 12, 123, 12345678, 123456789, 10**18, 10**18 - 1, -(10**18), 2**63, 1.5, 1e30, True, "x", "é", "]",
    [], [1], [1, 2], [1, 2, 3], [12, 3], [1, 23], [-1], [0], [None], [[1]], ["a", "]"], [1.0], {"a": [1]}, [10**18],
    list(range(40)), [*range(38), 7, 9], list(range(100, 125)), [10**15 + n for n in range(9)],
]  # fmt: skip
PLAIN_KEYS = [0, 1, 12, 123456789, "a", "a b", "é"]
PLAIN_VALUES = [
    *(value for value in VALUES if value is None or (type(value) is int and abs(value) < 10**18)),
    *(value for value in VALUES if isinstance(value, list) and all(type(n) is int and n < 10**18 for n in value)),
]
ENDS = [
    {}, {"node": "n1"}, {"node": "n2"}, {"node": "n10"}, {"node": 'n"1'}, {"node": "ñ" * 40}, {"error": "timeout"},
    {"error": "x" * 90}, {"error": '["r",1,[1]]', "node": "n1"}, {"error": None}, {"node": 1}, {"more": 1},
]  # fmt: skip
EDITS = [
    ("}\n", "}\r\n"), ("}\n", "} \n"), ("}\n", "}\n\n"), ("}\n", "}x\n"), ("}\n", ',"node":"n1","node":"n2"}\n'),
    ("}\n", ',"value":[["r",1,[5]]]}\n'), ('{"index"', ' {"index"'), ('"time":', '"time": '), ('"time":', '"time":0'),
    ('"time":', '"time":-'), ('"time":', '"time":1,"time":'), ('"process":', '"process":-'),
    ('"process":', '"process":1'), ('"f":"txn"', '"f":"read"'), ('"f":"txn"', '"f":"txn","key":5'),
    ('"value":', '"value": '), ('"value":', '"value":null,"value":'), ("[[", "[ ["), ("]]", "] ]"), ("],[", "], ["),
    ("],[", "],,["), (',"value":', ',"valu":'), ('["r"', '["\\u0072"'), ('["r"', '["r" '), ("[1,", "[1 ,"),
    ("[1,", "[01,"), ("[1,", "[1,,"), ("[1,", "[1\n,"), (",2", ",2\x00"), (',"value":', ',"value":[],"x":'),
    ('"type":"ok"', '"type":"info"'), ('"type":"ok"', '"type":"okay"'), ('"type":"ok"', '"type":"invoke"'),
]  # fmt: skip
NEMESIS = '{"index":%d,"time":0,"type":"info","process":"nemesis","f":"kill","value":[["r",1,[1]]]}\n'


def odd_journal(luck, *, keys, values, ends, edits):
    """Lines of a few processes, with values that nobody need have written; some lines edited."""
    keys, values, ends = luck.sample(keys, 3), luck.sample(values, 9), luck.sample(ends, 2)
    writes = [value for value in values if not isinstance(value, list)] or [3]
    waiting, lines = {}, []
    for index in range(luck.randrange(1, 30)):
        process = luck.randrange(5)
        asked = waiting.pop(process, None)
        done = asked or [
            [f, luck.choice(keys), luck.choice(values if f == "r" else writes)]
            for f in luck.choices(["r", "append", "w"], weights=[2, 1, 1], k=luck.randrange(4))
        ]
        if asked is None:
            waiting[process] = done
        else:
            done = [[f, key, luck.choice(values) if f == "r" else value] for f, key, value in asked]
        kind = "invoke" if asked is None else luck.choice(["ok", "ok", "ok", "fail", "info"])
        event = {"index": 2 * index, "time": 10**9 * index, "type": kind, "process": process, "f": "txn", "value": done}
        line = json.dumps(event | luck.choice(ends), separators=(",", ":"), ensure_ascii=luck.random() < 0.5) + "\n"
        lines.append(line if luck.random() < 0.9 else line + NEMESIS % (2 * index + 1))
    for _ in range(luck.randrange(edits + 1)):
        number = luck.randrange(len(lines))
        lines[number] = lines[number].replace(*luck.choice(EDITS), 1)
    text = "".join(lines).encode()
    return text[: -luck.randrange(1, 9)] if luck.random() < 0.1 else text


PLAIN = {"keys": PLAIN_KEYS, "values": PLAIN_VALUES, "ends": ENDS[:6], "edits": 0}
ODDITIES = {
    "plain": PLAIN,
    "edited": PLAIN | {"edits": 2},
    "odd keys": PLAIN | {"keys": KEYS},
    "odd values": PLAIN | {"values": VALUES},
    "odd ends": PLAIN | {"ends": ENDS},
    "all": {"keys": KEYS, "values": VALUES, "ends": ENDS, "edits": 2},
}


def told_by(read):
    """All that a reader says of a file, or its complaint."""
    try:
        columns = read()
    except HistoryError as error:
        return str(error)
    return columns.torn, columns.source, *(repr(columns.operation(number)) for number in range(len(columns)))


@pytest.mark.parametrize("part_bytes", [100, 1 << 21])
@pytest.mark.parametrize("oddity", ODDITIES)
def test_an_odd_journal_is_read_alike_in_both_ways(tmp_path, monkeypatch, oddity, part_bytes):
    monkeypatch.setattr("histories.transaction_stream._PART_BYTES", part_bytes)
    path = tmp_path / "j"
    for seed in range(60):
        path.write_bytes(odd_journal(random.Random(seed), **ODDITIES[oddity]))
        general = told_by(lambda: TransactionColumns.of(read_journal(path)))
        assert told_by(lambda: read_transactions(path)) == general, f"seed {seed}"


def test_the_fast_way_is_taken_for_most_of_the_plain_ones(tmp_path):
    path, fast = tmp_path / "j", 0
    for seed in range(60):
        path.write_bytes(odd_journal(random.Random(seed), **PLAIN))
        fast += stream_transactions(path) is not None
    assert fast > 30
