"""Transactions as arrays: whichever way they were made, they say what the history says."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories import Event, EventType, History, HistoryError, Outcome, read_journal
from histories.codes import coded
from histories.transaction_stream import read_transactions, stream_transactions
from histories.transactions import FOREVER, LIST, NIL, UNKNOWN, TransactionColumns


def journal_of(luck, count, *, keys=lambda n: n, value=lambda n: n, registers=False, nodes=False):
    """The events of a workload on lists or registers, run by one server, some of whose answers are lost."""
    store, waiting, started, numbers = {}, {}, 0, iter(range(10**9))
    while started < count or waiting:
        process = luck.randrange(4)
        if process not in waiting and started < count:
            started += 1
            asked = []
            for _ in range(luck.randint(0, 4)):
                key = keys(luck.randrange(3))
                write = ["w" if registers else "append", key, value(next(numbers))]
                asked.append(["r", key, None] if luck.random() < 0.5 else write)
            waiting[process] = asked
            yield {"type": "invoke", "process": process, "f": "txn", "value": asked}
        elif process in waiting and luck.random() < 0.98:
            asked, kind = waiting.pop(process), luck.choice(["ok"] * 8 + ["fail", "info"])
            done = []
            for f, key, new in asked:
                if f == "r":
                    done.append([f, key, store.get(key) if registers else list(store.get(key, []))])
                else:
                    done.append([f, key, new])
                    if kind != "fail":
                        store[key] = new if registers else [*store.get(key, []), new]
            rest = {"node": "n1"} if nodes else {}
            yield {"type": kind, "process": process, "f": "txn", "value": done, **rest}
        elif luck.random() < 0.1:
            yield {"type": "info", "process": "nemesis", "f": "kill", "value": [["n1"], {"a": 1}]}


def save(path, events):
    lines = (json.dumps({"index": 2 * n, "time": n, **each}, separators=(",", ":")) for n, each in enumerate(events))
    path.write_text("".join(line + "\n" for line in lines))
    return path


def say_the_same(columns, history):
    operations = [operation for operation in history if operation.f == "txn"]
    assert len(columns) == len(operations)
    for number, operation in enumerate(operations):
        made = columns.operation(number)
        assert (made.index, made.process, made.outcome) == (operation.index, operation.process, operation.outcome)
        assert made.end == (None if operation.outcome is Outcome.INFO else operation.end)
        assert made.value == operation.value
        assert made.result == operation.result


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"registers": True},
        {"nodes": True},
        {"keys": lambda n: f"key {n}"},
        {"keys": lambda n: [None, 1, "1"][n]},
        {"value": lambda n: 10**15 - n},
        {"value": lambda n: f"value, {n}]"},
        {"value": lambda n: n - 7},
        {"value": lambda n: [n, True, float(n), None][n % 4]},
    ],
    ids=["lists", "registers", "nodes", "named keys", "odd keys", "large", "texts", "negative", "mixed"],
)
def test_both_ways_say_what_the_history_says(tmp_path, seed, options):
    path = save(tmp_path / "j", journal_of(random.Random(seed), 30, **options))
    history = read_journal(path)
    say_the_same(TransactionColumns.of(history), history)
    say_the_same(read_transactions(path), history)


@pytest.mark.parametrize(
    "options",
    [{}, {"registers": True}, {"nodes": True}, {"keys": lambda n: f"key {n}"}, {"value": lambda n: 7 - n * 10**15}],
    ids=["lists", "registers", "nodes", "named keys", "large and negative"],
)
def test_the_fast_way_is_taken_for_what_journals_mostly_hold(tmp_path, options):
    history = journal_of(random.Random(1), 200, **options)
    assert stream_transactions(save(tmp_path / "j", history)) is not None


def test_a_journal_read_in_many_parts_is_the_same(tmp_path, monkeypatch):
    path = save(tmp_path / "j", journal_of(random.Random(1), 200))
    monkeypatch.setattr("histories.transaction_stream._PART_BYTES", 100)
    told = []
    say_the_same(read_transactions(path, progress=told.append), read_journal(path))
    assert told[-1] == path.stat().st_size
    assert told == sorted(told)


def test_a_journal_cut_at_any_byte_is_read_in_both_ways(tmp_path):
    whole = save(tmp_path / "j", journal_of(random.Random(2), 3)).read_bytes()
    cut = tmp_path / "cut"
    for size in range(len(whole)):
        cut.write_bytes(whole[:size])
        history, columns = read_journal(cut), read_transactions(cut)
        say_the_same(columns, history)
        assert columns.torn == history.torn


def test_reads_that_are_prefixes_share_their_elements(tmp_path):
    reads = [[1], [1, 2, 3], [1, 2], [], [1, 9], [1, 2, 3, 4], [12]]
    events = []
    for process, read in enumerate(reads):
        events.append({"type": "invoke", "process": process, "f": "txn", "value": [["r", 5, None]]})
        events.append({"type": "ok", "process": process, "f": "txn", "value": [["r", 5, read]]})
    path = save(tmp_path / "j", events)
    columns = read_transactions(path)
    say_the_same(columns, read_journal(path))
    assert (columns.stop - columns.start).tolist() == [len(read) for read in reads]
    assert len(columns.elements) == len([1, 2, 3, 4]) + len([1, 9]) + len([12])


@pytest.mark.parametrize("reads", [([12, 3], [1]), ([1], [12]), ([1, 23], [1, 2]), ([1, 2], [1, 23]), ([-1], [1])])
def test_a_prefix_of_the_text_is_not_a_prefix_of_the_list(tmp_path, reads):
    events = [
        {"type": kind, "process": process, "f": "txn", "value": [["r", 5, None if kind == "invoke" else read]]}
        for process, read in enumerate(reads)
        for kind in ("invoke", "ok")
    ]
    path = save(tmp_path / "j", events)
    say_the_same(read_transactions(path), read_journal(path))


STRANGE = [
    '[["r",1,[ ]]]', '[["r",1,[1 ]]]', '[["r",1,[1,]]]', '[["r",1,[[1]]]]', '[["r",1,[1.0]]]', '[["r",1,[-0]]]',
    '[["r",1,["a]"]]]', '[["r",1,2,3]]', '[["r",1],["r",2,3]]', '[["r",1,2]]', '[["r",1.0,2]]', '[["r","1",2]]',
    '[["r","a\\"b",2]]', '[["r",[1],2]]', '[["w",1,"][[\\"r"]]', '[["r",1,2]][["r",1,2]]', '[["r",1,2],]',
    '[["r",1,2] ,["r",1,2]]', '[["r",1,null],["R",1,2]]', '[["append",1,[2]]]', '[[["r",1,2]]]', "[]", "[[]]",
    '[["r",01,2]]', '[["r",1,nulL]]', '[["append",1,null]]', '[["r",1,true]]', '[["r",1,99999999999999999999]]',
]  # fmt: skip


@pytest.mark.parametrize("value", STRANGE)
@pytest.mark.parametrize("kind", ["ok", "fail"])
def test_strange_values_are_read_or_refused_in_both_ways(tmp_path, value, kind):
    lines = [
        f'{{"index":{index},"time":0,"type":"{type_}","process":{process},"f":"txn","value":{text}}}\n'
        for index, (type_, process, text) in enumerate(
            [
                ("invoke", 0, '[["r",1,null]]'),
                ("invoke", 1, value),
                (kind, 1, value),
                ("ok", 0, '[["r",1,[1]]]'),
            ]
        )
    ]
    path = tmp_path / "j"
    path.write_text("".join(lines))

    def told_by(read):
        try:
            columns = read(path)
        except HistoryError as error:
            return str(error)
        return [repr(columns.operation(number)) for number in range(len(columns))]

    assert told_by(read_transactions) == told_by(lambda path: TransactionColumns.of(read_journal(path)))


def test_marks_stand_where_there_is_no_value():
    done = [["r", 1, None], ["r", 2, []], ["r", 3, 4], ["w", 3, 5]]
    columns = TransactionColumns.of(
        History.of(
            [
                Event(index=0, time=0, type=EventType.INVOKE, process=0, f="txn", value=done),
                Event(index=1, time=0, type=EventType.OK, process=0, f="txn", value=done),
                Event(index=2, time=0, type=EventType.INVOKE, process=0, f="txn", value=done),
            ]
        )
    )
    assert columns.value.tolist() == [NIL, LIST, 4, 5, UNKNOWN, UNKNOWN, UNKNOWN, 5]
    assert columns.end.tolist() == [1, FOREVER]
    assert columns.transaction.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("value", [3, [3], [["r"]], [["r", 1, 2, 3]], [[1, 2, 3]], [["w", 1, [2]]], None, {"a": 1}])
def test_what_is_no_transaction_is_refused(value):
    events = [
        Event(index=0, time=0, type=EventType.INVOKE, process=0, f="txn", value=value),
        Event(index=1, time=0, type=EventType.OK, process=0, f="txn", value=value),
    ]
    with pytest.raises(HistoryError, match="#0 process 0: txn"):
        TransactionColumns.of(History.of(events))


def test_no_transactions_are_no_columns(tmp_path):
    (tmp_path / "j").write_text("")
    assert len(read_transactions(tmp_path / "j")) == 0
    assert len(TransactionColumns.of(History())) == 0


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.integers()
    | st.sampled_from([0.0, 1.0])
    | st.sampled_from("01"),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@given(st.lists(values) | st.lists(st.integers(-3, 9)) | st.lists(st.integers(0, 10**12)))
def test_equal_codes_are_equal_values_of_the_same_type(given_values):
    codes, table = coded(given_values)
    assert [table[code] for code in codes] == given_values
    assert repr([table[code] for code in codes]) == repr(given_values)
    for code, value in zip(codes, given_values, strict=True):
        for other, another in zip(codes, given_values, strict=True):
            assert (code == other) == (json.dumps(value) == json.dumps(another))
    assert np.all(codes < 4 * len(given_values))
