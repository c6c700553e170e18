"""The journal, and how its events become operations."""

from __future__ import annotations

import gc

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories import NEMESIS, Event, EventType, History, HistoryError, Journal, Outcome, freeze, read_journal
from histories.history import collector_off


def event(index, kind, process, f="read", **rest):
    return Event(index=index, time=10 * index, type=EventType(kind), process=process, f=f, **rest)


EVENTS = [
    event(0, "invoke", 0, key="x", node="n1"),
    event(1, "invoke", 1, "write", key="y", value=[1, {"a": None}]),
    event(2, "info", NEMESIS, "partition", value={"halves": [["n1"], ["n2"]]}),
    event(3, "ok", 0, key="x", value=3),
    event(4, "info", 1, "write", key="y", error="timeout"),
    event(5, "invoke", 2),
    event(6, "fail", 2, error="refused"),
    event(7, "invoke", 3),
]


def written(path, events=EVENTS):
    with Journal(path) as journal:
        for each in events:
            journal.append(each)
    return path


def test_operations_know_what_was_asked_and_what_was_learnt(tmp_path):
    read, write, failed, waiting = read_journal(written(tmp_path / "j"))
    assert (read.index, read.end, read.outcome, read.key, read.result, read.known) == (0, 3, Outcome.OK, "x", 3, 3)
    assert (read.invoke_ns, read.end_ns, read.node) == (0, 30, "n1")
    assert (write.outcome, write.value, write.known, write.error) == (
        Outcome.INFO,
        [1, {"a": None}],
        [1, {"a": None}],
        "timeout",
    )
    assert (failed.outcome, failed.end, failed.error) == (Outcome.FAIL, 6, "refused")
    assert (waiting.outcome, waiting.end, waiting.end_ns) == (Outcome.INFO, None, None)


def test_events_in_hand_and_events_on_disk_are_the_same_history(tmp_path):
    in_hand, on_disk = History.of(EVENTS), read_journal(written(tmp_path / "j"))
    assert in_hand.operations == on_disk.operations
    assert in_hand.faults == on_disk.faults == (EVENTS[2],)
    assert len(in_hand) == 4
    assert in_hand.count(Outcome.INFO) == 2


def test_operations_are_found_by_index_and_by_key():
    history = History.of(EVENTS)
    assert history.by_index[5].process == 2
    assert {key: [o.index for o in operations] for key, operations in history.by_key.items()} == {
        "x": [0],
        "y": [1],
        None: [5, 7],
    }


def test_a_process_may_go_on_after_it_lost_an_answer():
    history = History.of([event(0, "invoke", 0), event(1, "info", 0), event(2, "invoke", 0), event(3, "ok", 0)])
    assert [o.outcome for o in history] == [Outcome.INFO, Outcome.OK]


def test_a_journal_cut_at_any_byte_is_a_prefix_of_the_history(tmp_path):
    whole = written(tmp_path / "whole").read_bytes()
    cut = tmp_path / "cut"
    for size in range(len(whole) + 1):
        cut.write_bytes(whole[:size])
        history = read_journal(cut)
        lines = whole[:size].count(b"\n")
        assert history.operations == History.of(EVENTS[:lines]).operations
        assert (history.torn is not None) == (not whole[:size].endswith(b"\n") and size > 0)


def test_a_journal_is_never_written_over(tmp_path):
    written(tmp_path / "j")
    with pytest.raises(FileExistsError):
        Journal(tmp_path / "j")


def test_a_line_that_is_malformed_in_the_middle_is_an_error(tmp_path):
    path = written(tmp_path / "j")
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], lines[3][:20] + b"\n", *lines[4:]]))
    with pytest.raises(HistoryError, match="line 4: expected an event as a JSON object"):
        read_journal(path)


def test_the_collector_comes_back_even_after_an_error():
    with pytest.raises(HistoryError):
        History.of([event(0, "ok", 0)])
    assert gc.isenabled()
    gc.disable()
    try:
        with collector_off():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_operation_is_shown_for_people():
    shown = [str(operation) for operation in History.of(EVENTS)]
    assert shown[0] == "#0 process 0: read key x -> 3"
    assert shown[3] == "#7 process 3: read (info)"


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(st.tuples(values, values, st.sampled_from(["ok", "fail", "info"])), max_size=6))
def test_what_is_journalled_is_read_back(tmp_path_factory, calls):
    events = []
    for number, (asked, told, kind) in enumerate(calls):
        events.append(event(2 * number, "invoke", number, value=asked))
        events.append(event(2 * number + 1, kind, number, value=told))
    history = read_journal(written(tmp_path_factory.mktemp("journal") / "j", events))
    assert [(o.value, o.result if o.ok else None, str(o.outcome)) for o in history] == [
        (asked, told if kind == "ok" else None, kind) for asked, told, kind in calls
    ]


@given(values)
def test_a_value_can_be_frozen_and_hashed(value):
    assert hash(freeze(value)) == hash(freeze(msgspec.json.decode(msgspec.json.encode(value))))
