"""Files that are no histories: one clear error that names the file and the line, never a traceback, never a verdict."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from histories import FORMATS, HistoryError, detect, read_histories
from histories.transaction_stream import read_transactions
from tests.histories.test_formats import EDN_LINES, INDEPENDENT, KNOSSOS, KV, SESSIONS, STACK

JOURNAL = """\
{"index":0,"time":0,"type":"invoke","process":0,"f":"txn","value":[["append",1,2],["r",1,null]]}
{"index":1,"time":5,"type":"info","process":"nemesis","f":"partition","value":{"halves":[[1],[2,3]]}}
{"index":2,"time":6,"type":"ok","process":0,"f":"txn","value":[["append",1,2],["r",1,[2]]],"node":"n1"}
{"index":3,"time":7,"type":"invoke","process":1,"f":"txn","value":[["r","x",null],["w","x",-5]]}
{"index":4,"time":8,"type":"info","process":1,"f":"txn","error":"time\\"out"}
"""

SAMPLES = {
    "journal": JOURNAL,
    "knossos": KNOSSOS,
    "intervals": STACK,
    "porcupine-kv": KV,
    "dbcop": json.dumps(SESSIONS, indent=1),
    "jepsen-edn": EDN_LINES,
    "jepsen-json": JOURNAL.replace('"index"', ' "index"'),
}


def journal(**changes):
    event = {"index": 0, "time": 0, "type": "invoke", "process": 0, "f": "read", **changes}
    return json.dumps({key: value for key, value in event.items() if value is not ...}) + "\n"


@pytest.mark.parametrize(
    ("format_name", "text", "line", "problem"),
    [
        # truncated
        ("jepsen-edn", EDN_LINES[:-20], 5, "expected"),
        ("jepsen-json", '[{"type":"invoke","f":"read","process":0},\n{"type"', 2, "truncated"),
        ("dbcop", '{"sessions": [[{"ops": [["r", "x"', 1, "truncated"),
        ("knossos", KNOSSOS[:-25], 13, "found"),
        ("intervals", STACK[:-4], 6, "found"),
        # completions of nothing, and processes that do two things at once
        ("journal", journal(type="ok"), 1, "expected an invocation of process 0 before this ok"),
        ("journal", journal(type="ok", f=""), 1, "expected an invocation of process 0 before this ok"),
        ("journal", journal() + journal(index=1), 2, "still open"),
        ("jepsen-edn", "{:type :ok :f :read :process 1 :value 3}", 1, "expected an invocation of process 1"),
        ("knossos", "INFO  jepsen.util - 3\t:ok\t:read\tnil", 1, "expected an invocation of process 3"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1}\n{:type :invoke :f :read :process 1}", 2, "still open"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1}\n\n{:type :ok :f :write :process 1}", 3, "completion"),
        ("intervals", "# queue\n1 enq 1 1 5\n1 deq 1 2 6", 3, "still open"),
        # wrong types
        ("journal", journal(process="3"), 1, "process"),
        ("journal", journal(type="done"), 1, "type"),
        ("journal", journal(f=...), 1, "`f`"),
        ("journal", journal(colour=3), 1, "colour"),
        ("journal", journal(index=2) + journal(index=1, type="ok"), 2, "expected an index above 2, found 1"),
        ("jepsen-edn", "{:type :done :f :read :process 1}", 1, "expected a type of invoke, ok, fail or info"),
        ("jepsen-edn", "{:type 3 :f :read :process 1}", 1, "expected a type"),
        ("jepsen-edn", "{:type :invoke :f 3 :process 1}", 1, "expected the name of a function as f"),
        ("jepsen-edn", "{:type :invoke :process 1}", 1, "expected the name of a function as f"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1.5}", 1, "expected a number or nemesis"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1 :time 1.5}", 1, "expected a whole number as time"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1 :index nil}\n3", 2, "expected a map"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1}\n{:type :ok :f :read}", 2, "expected a number or nemesis"),
        ("jepsen-edn", "{:type :invoke :f :read}\n{:type :ok :f :read :process 1}", 2, "expected no process"),
        ("jepsen-edn", "{:type :invoke :f :a :process 1 :index 4}\n{:type :ok :f :a}", 2, "index above 4, found none"),
        ("jepsen-json", '{"type":"invoke","process":[1],"f":"read"}', 1, "expected a number or nemesis"),
        ("jepsen-json", '{"type":"invoke","process":true,"f":"read"}', 1, "expected a number or nemesis"),
        ("jepsen-json", "[3]", 1, "expected a map"),
        ("dbcop", '{"sessions": 3}', 1, "Expected `array`"),
        ("dbcop", '{"sessions": [[{"ops": [["x", 1, 2]]}]]}', 1, "Invalid enum"),
        ("dbcop", '[{"sessions": [], "name": "a"}, {"sessions": [], "name": "a"}]', None, "found 'a' twice"),
        ("knossos", "INFO  jepsen.util - 3\t:invoke\t:read\t[", 1, "expected the end"),
        ("knossos", "INFO  jepsen.util - 3\t:invoked\t:read\tnil", 1, "expected `INFO  jepsen.util"),
        ("intervals", "# queue\npush 1 1 2", 2, "expected one of enq, deq, peek"),
        ("intervals", "# queue\nenq 1 2", 2, "expected 1 values and two times"),
        ("intervals", "# queue\nenq x 1 2", 2, "expected a whole number"),
        ("intervals", "# queue\nenq 1 5 2", 2, "expected an end after the start"),
        ("intervals", "# tree\nenq 1 5 2", 1, "expected a data type"),
        # too deep, too long, not text
        ("journal", journal(value=...)[:-2] + ',"value":' + "[" * 5000 + "]" * 5000 + "}\n", 1, "nesting|recursion"),
        ("journal", journal(value=...)[:-2] + ',"value":' + "[" * 500 + "]" * 500 + "}\n", 1, "nesting"),
        ("jepsen-json", '{"value":' + "[" * 500 + "]" * 500 + "}\n", 1, "nesting"),
        ("jepsen-json", "[" * 100_000, 1, "nesting|truncated"),
        ("dbcop", '{"sessions":' + "[" * 100_000, 1, "Expected|nesting|truncated"),
        ("jepsen-edn", "[" * 100_000, 1, "nesting"),
        ("knossos", "INFO  jepsen.util - 3\t:invoke\t:read\t" + "[" * 500, 1, "nesting"),
        ("journal", b'{"index":0,"time":0,"type":"invoke","process":0,"f":"\xff"}\n', 1, "utf-8|UTF-8"),
        ("jepsen-json", b'\n{"type":"\xff"}', 2, "UTF-8"),
        ("jepsen-edn", b"{:a 1}\n\n{:type \xff}", 3, "expected UTF-8, found the byte 0xff"),
        ("knossos", b"\n\xff", 2, "UTF-8"),
        ("intervals", b"# stack\n\xff", 2, "UTF-8"),
        ("jepsen-edn", "{:type :invoke :f :read :process 1 :value 1/0}", 1, "expected a number"),
        ("jepsen-json", '{"type":"invoke","process":1,"f":"read","value":NaN}', 1, "expected JSON"),
    ],
)
def test_what_is_wrong_is_said_with_the_file_and_the_line(tmp_path, format_name, text, line, problem):
    path = tmp_path / "history"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(HistoryError, match=problem) as caught:
        read_histories(path, format_name)
    assert caught.value.source == str(path)
    assert caught.value.line == line
    assert len(str(caught.value)) < 400 + len(str(path))


@pytest.mark.parametrize(
    "data", [b"", b"  \n\n", b"hello", b"\x00\x01\x02", b"\xff\xfe", b"<html>", b"[]", b"3", b"# nothing"]
)
def test_what_is_no_history_is_not_taken_for_one(tmp_path, data):
    path = tmp_path / "history"
    path.write_bytes(data)
    with pytest.raises(HistoryError, match=r"expected a history \(journal, .*\), found") as caught:
        detect(path)
    assert caught.value.source == str(path)


@pytest.mark.parametrize("line", [b"x", b"[", b'"', b"{", b"\\", b"# queue\n1", b"{:a ", b'{"index":'])
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_very_long_line_is_one_error(tmp_path, format_name, line):
    path = tmp_path / "history"
    path.write_bytes(line * (3_000_000 // len(line)) + b"\n")
    with pytest.raises(HistoryError) as caught:
        read_histories(path, format_name)
    assert len(str(caught.value)) < 400 + len(str(path))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_histories(tmp_path, name):
    path = tmp_path / "history"
    path.write_text(SAMPLES[name])
    assert detect(path).format.name == name
    assert any(len(history) for history in read_histories(path).values())


def read_as_everything(path):
    """Whatever the file is, only the one kind of error comes out."""
    for name in ("auto", *FORMATS):
        with suppress(HistoryError):
            for history in read_histories(path, name).values():
                str(history.operations)
        with suppress(HistoryError):
            read_histories(path, name, independent=True)
    with suppress(HistoryError):
        read_transactions(path)


PIECES = [
    b"",
    b"\n",
    b"[",
    b"]",
    b"{",
    b"}",
    b'"',
    b"\\",
    b"\t",
    b",",
    b":",
    b"#",
    b"0",
    b"-1",
    b"nil",
    b"null",
    b"\xff",
    b"1e999",
    b";",
]


@st.composite
def mutated(draw):
    """A sample with parts cut out, doubled, moved and replaced."""
    data = draw(st.sampled_from([*SAMPLES.values(), INDEPENDENT])).encode()
    for _ in range(draw(st.integers(1, 4))):
        start, stop = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        if draw(st.booleans()):
            stop = min(stop, start + draw(st.integers(0, 3)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=3) | st.just(data[start:stop] * 2))
        data = data[:start] + piece + data[stop:]
    return data


@given(mutated())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_a_history_or_an_error(tmp_path, data):
    path = tmp_path / "history"
    path.write_bytes(data)
    read_as_everything(path)


@pytest.mark.slow
@given(mutated() | st.binary() | st.text().map(str.encode))
@settings(max_examples=1_500, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_many_damaged_files_are_histories_or_errors(tmp_path, data):
    path = tmp_path / "history"
    path.write_bytes(data)
    read_as_everything(path)
