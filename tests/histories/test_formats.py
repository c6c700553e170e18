"""Histories as others write them: what each reader makes of a small file of its kind."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories import FORMATS, Event, EventType, HistoryError, Outcome, detect, read_histories, read_history
from histories.formats.edn import read_forms
from histories.names import UnknownNameError

EDN_LINES = """\
{:type :invoke, :f :read, :value nil, :process 0, :time 10, :index 0}
{:type :info, :f :start-partition, :process :nemesis, :time 11, :index 1}
{:type :invoke, :f :cas, :value [1 2], :process 1, :time 12, :index 2}
{:type :ok, :f :read, :value 3, :process 0, :time 13, :index 3}
{:type :info, :f :cas, :value [1 2], :process 1, :time 14, :index 4, :error [:timeout "no answer"]}
"""

KNOSSOS = """\
INFO  jepsen.util - 3\t:invoke\t:read\tnil
INFO  jepsen.util - 4\t:invoke\t:write\t1
INFO  jepsen.core - something else
INFO  jepsen.util - :nemesis\t:info\t:start\tnil
INFO  jepsen.util - 3\t:ok\t:read\tnil

INFO  jepsen.util - 3\t:invoke\t:cas\t[1 4]
INFO  jepsen.util - 4\t:info\t:write\t:timed-out
INFO  jepsen.util - 3\t:fail\t:cas\t[1 4]
INFO  jepsen.util - 3\t:invoke\t:read\tnil
INFO  jepsen.util - 3\t:fail\t:read\t:timed-out
INFO  jepsen.util - 3\t:invoke\t:write\t5
INFO  jepsen.util - 3\t:info\t:write\t5\t:unreachable
"""

KV = """\
{:process 9, :type :invoke, :f :append, :key "0", :value "x 9 0 y"}
{:process 1, :type :invoke, :f :get, :key "0", :value nil}
{:process 9, :type :ok, :f :append, :key "0", :value "x 9 0 y"}
{:process 1, :type :ok, :f :get, :key "0", :value ""}
"""

SESSIONS = [
    {
        "name": "lost update",
        "sessions": [
            [{"committed": True, "ops": [["r", "x", None], ["w", "x", 1]]}, {"ops": [["r", "x", 1]]}],
            [{"committed": False, "ops": [["w", "x", 2]]}],
        ],
    },
    {"name": "nothing", "sessions": []},
]

STACK = """\
# stack
0 push 1 1 5
1 push 2 2 6
2 pop 2 5 7
3 pop 1 6 8
4 peek -1 1 9
"""


@pytest.fixture
def saved(tmp_path):
    def save(text, name="history"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return save


def told(history):
    return [(o.index, o.process, o.f, o.value, str(o.outcome), o.result, o.end) for o in history]


def test_edn_one_map_a_line(saved):
    history = read_history(saved(EDN_LINES))
    assert told(history) == [
        (0, 0, "read", None, "ok", 3, 3),
        (2, 1, "cas", [1, 2], "info", None, 4),
    ]
    assert history.operations[1].error == '["timeout","no answer"]'
    assert history.operations[0].invoke_ns == 10
    assert [fault.f for fault in history.faults] == ["start-partition"]


@pytest.mark.parametrize(
    "text",
    [
        "[" + EDN_LINES + "]",
        "; a history\n(" + EDN_LINES.replace("{", "#jepsen.history.Op{") + ")",
        EDN_LINES.replace(", :", "\n  :"),
        EDN_LINES.replace("\n", "\r\n"),
        "\ufeff" + EDN_LINES,
    ],
)
def test_edn_in_other_shapes_is_the_same_history(saved, text):
    assert told(read_history(saved(text))) == told(read_history(saved(EDN_LINES)))


def as_json(text):
    return [form for _, form in read_forms(text)]


@pytest.mark.parametrize("indent", [None, 1])
def test_json_in_one_array(saved, indent):
    assert told(read_history(saved(json.dumps(as_json(EDN_LINES), indent=indent)))) == told(
        read_history(saved(EDN_LINES))
    )


def test_json_one_object_a_line(saved):
    lines = "\n".join(map(json.dumps, as_json(EDN_LINES)))
    assert detect(saved(lines)).format.name == "jepsen-json"
    assert told(read_history(saved(lines))) == told(read_history(saved(EDN_LINES)))


def test_indices_are_counted_where_there_are_none(saved):
    text = "{:type :invoke :f :read :process 0 :index -1}{:type :ok :f :read :value 1 :process 0 :index -1}"
    assert told(read_history(saved(text))) == [(0, 0, "read", None, "ok", 1, 1)]


def test_a_history_without_processes_is_a_sequence(saved):
    text = "[{:type :invoke, :f :read}, {:type :ok, :f :read :value 1}, {:type :invoke, :f :read}]"
    assert told(read_history(saved(text))) == [
        (0, 0, "read", None, "ok", 1, 1),
        (2, 0, "read", None, "info", None, None),
    ]


def test_a_transaction_needs_no_f_and_may_spell_its_micro_operations_out(saved):
    text = """{:type :invoke :process 0 :value [[:read :x nil] [:write :y 2] [:append :z 3]]}
              {:type :ok :process 0 :value [[:read :x 1] [:write :y 2] [:append :z 3]]}"""
    (operation,) = read_history(saved(text))
    assert operation.f == "txn"
    assert operation.value == [["r", "x", None], ["w", "y", 2], ["append", "z", 3]]
    assert operation.result == [["r", "x", 1], ["w", "y", 2], ["append", "z", 3]]


INDEPENDENT = """\
{:type :invoke, :f :read, :value [7 nil], :process 0}
{:type :invoke, :f :cas, :value [8 [1 2]], :process 1}
{:type :ok, :f :read, :value [7 3], :process 0}
{:type :fail, :f :cas, :value [8 [1 2]], :process 1}
"""


def test_pairs_of_key_and_value_are_told_by_the_reads(saved):
    operations = read_history(saved(INDEPENDENT)).operations
    assert [(o.key, o.value, o.result) for o in operations] == [(7, None, 3), (8, [1, 2], None)]


def test_pairs_are_left_alone_where_that_is_asked_for(saved):
    operations = read_history(saved(INDEPENDENT), independent=False).operations
    assert [(o.key, o.value) for o in operations] == [(None, [7, None]), (None, [8, [1, 2]])]


def test_the_pairs_of_a_cas_are_no_keys_unless_that_is_said(saved):
    text = "{:type :invoke, :f :cas, :value [1 2], :process 0}{:type :ok, :f :cas, :value [1 2], :process 0}"
    assert [(o.key, o.value) for o in read_history(saved(text))] == [(None, [1, 2])]
    assert [(o.key, o.value) for o in read_history(saved(text), independent=True)] == [(1, 2)]


def test_what_is_no_pair_cannot_be_independent(saved):
    with pytest.raises(HistoryError, match=r"expected the value of #0 process 0: read .* to be \[key value\]"):
        read_history(saved(EDN_LINES), independent=True)


def test_a_key_does_not_change_on_the_way(saved):
    text = "{:type :invoke :f :read :value [1 nil] :process 0}{:type :ok :f :read :value [2 5] :process 0}"
    with pytest.raises(HistoryError, match="completed with the key it was invoked with"):
        read_history(saved(text))


def test_knossos_logs(saved):
    path = saved(KNOSSOS)
    history = read_history(path)
    assert detect(path).format.name == "knossos"
    assert told(history) == [
        (0, 3, "read", None, "ok", None, 3),
        (1, 4, "write", 1, "info", None, 5),
        (4, 3, "cas", [1, 4], "fail", None, 6),
        (7, 3, "read", None, "fail", None, 8),
        (9, 3, "write", 5, "info", None, 10),
    ]
    assert [o.error for o in history] == [None, "timed-out", None, "timed-out", "unreachable"]
    assert [fault.f for fault in history.faults] == ["start"]


def test_porcupine_key_value_files(saved):
    path = saved(KV)
    assert detect(path).format.name == "porcupine-kv"
    assert [(o.f, o.key, o.value, o.result) for o in read_history(path)] == [
        ("append", "0", "x 9 0 y", "x 9 0 y"),
        ("get", "0", None, ""),
    ]


def test_sessions_of_transactions(saved):
    path = saved(json.dumps(SESSIONS))
    assert detect(path).format.name == "dbcop"
    histories = read_histories(path)
    assert list(histories) == ["lost update", "nothing"]
    history = read_history(path, name="lost update")
    assert not history.real_time
    assert [(o.process, str(o.outcome), o.value, o.result) for o in history] == [
        (0, "ok", [["r", "x", None], ["w", "x", 1]], [["r", "x", None], ["w", "x", 1]]),
        (1, "fail", [["w", "x", 2]], None),
        (0, "ok", [["r", "x", None]], [["r", "x", 1]]),
    ]
    with pytest.raises(HistoryError, match="one of its 2 histories: lost update, nothing"):
        read_history(path)


def test_a_single_history_of_sessions_needs_no_name(saved):
    (operation,) = read_history(saved('{"sessions": [[{"ops": [["w", "x", 1]]}]]}'))
    assert operation.value == [["w", "x", 1]]


def test_intervals_with_a_return_before_a_call_at_the_same_instant(saved):
    path = saved(STACK)
    assert detect(path).format.name == "intervals"
    operations = {o.process: o for o in read_history(path)}
    assert operations[0].end < operations[2].index  # both at 5
    assert operations[1].end < operations[3].index  # both at 6
    assert {o.result for o in operations.values() if o.f == "peek"} == {None}
    assert operations[0].invoke_ns == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# queue\nenq 1 1 2\ndeq 1 3 4\n", [("enqueue", 1, 1), ("dequeue", None, 1)]),
        ("# queue\n5 1 2 ENQ -1\n5 3 4 DEQ -1\n", [("enqueue", -1, -1), ("dequeue", None, -1)]),
        ("# set\ninsert 1 1 1 2\ncontains 1 0 3 4\n", [("add", 1, True), ("contains", 1, False)]),
        ("# set\ncontains_true 1 1 2\n", [("contains", 1, True)]),
        ("# pqueue\ninsert 5 1 3\npoll 5 6 7", [("insert", 5, 5), ("extract", None, 5)]),
        ("# rmw\n0 1 10 READ_MODIFY_WRITE 0 2", [("write", 0, 0), ("cas", [0, 2], [0, 2])]),
    ],
)
def test_intervals_of_every_data_type_and_order(saved, text, expected):
    assert [(o.f, o.value, o.result) for o in read_history(saved(text))] == expected


def test_operations_of_no_length_at_one_instant_are_concurrent(saved):
    first, second = read_history(saved("# queue\nenq 1 5 5\nenq 2 5 5\n"))
    assert first.index < second.end
    assert second.index < first.end


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_named_and_described(name):
    assert FORMATS[name].name == name
    assert FORMATS[name].summary


def test_a_misspelt_format_gets_the_nearest_one(saved):
    with pytest.raises(UnknownNameError, match="did you mean knossos"):
        read_history(saved(KNOSSOS), "knosos")


def test_what_a_file_was_taken_for_is_said_with_the_reason(saved):
    assert str(detect(saved(KNOSSOS))) == "knossos, because its lines are `jepsen.util - PROCESS :TYPE :F VALUE`"


def test_a_journal_is_told_from_jepsens_json(saved):
    journal = b"".join(
        msgspec.json.encode(event) + b"\n"
        for event in (
            Event(index=0, time=5, type=EventType.INVOKE, process=0, f="read", key=3),
            Event(index=1, time=6, type=EventType.OK, process=0, f="read", key=3, value=4),
        )
    )
    for size in range(len(journal) + 1):
        assert detect(saved(journal[:size], "history.jsonl")).format.name == "journal"
    (operation,) = read_history(saved(journal))
    assert (operation.key, operation.result, operation.outcome) == (3, 4, Outcome.OK)


events = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["read", "write"]),
        st.none() | st.integers(),
        st.sampled_from(["ok", "fail", "info"]),
    ),
    max_size=8,
)


@given(events, st.randoms(use_true_random=False))
def test_edn_json_and_knossos_agree(tmp_path_factory, calls, luck):
    maps, waiting = [], {}
    for process, f, value, kind in calls:
        if process in waiting:
            maps.append(waiting.pop(process))
        if luck.random() < 0.9:
            asked = value if f == "write" else None
            maps.append({"type": "invoke", "f": f, "value": asked, "process": process})
            waiting[process] = {"type": kind, "f": f, "value": value, "process": process}
    if not maps:
        return
    folder = tmp_path_factory.mktemp("agree")
    plain = {str: lambda v: ":" + v, int: str, type(None): lambda _: "nil"}
    (folder / "a").write_text("\n".join(map(json.dumps, maps)))
    (folder / "b").write_text(
        "\n".join("{" + " ".join(f":{k} {plain[type(v)](v)}" for k, v in each.items()) + "}" for each in maps)
    )
    (folder / "c").write_text(
        "\n".join(
            "INFO  jepsen.util - {process}\t:{type}\t:{f}\t{value}".format(
                **{**m, "value": plain[type(m["value"])](m["value"])}
            )
            for m in maps
        )
    )
    readings = [told(read_history(folder / name)) for name in "abc"]
    assert readings[0] == readings[1] == readings[2]
