from __future__ import annotations

import pytest

from histories import HistoryError, Outcome
from histories.notation import parse, parse_named


def test_a_line_is_a_session_and_its_transactions_follow_one_another():
    first, second = parse("T1: w(x,1) w(y,2) ; T2: r(x,1) r(y,nil)")
    assert first.process == second.process
    assert first.end < second.index
    assert first.result == [["w", "x", 1], ["w", "y", 2]]
    assert second.value == [["r", "x", None], ["r", "y", None]]
    assert second.result == [["r", "x", 1], ["r", "y", None]]


def test_lines_of_a_block_overlap_and_a_barrier_separates():
    history, names = parse_named("A: w(x,1)\nB: w(y,1) ; C: r(x,1)\n---\nD: a(z,1)")
    a, b, c, d = (history.by_index[names[name]] for name in "ABCD")
    assert a.index < b.end < c.index < a.end
    assert a.end < d.index
    assert c.end < d.index
    assert len({a.process, b.process, d.process}) == 3


def test_sessions_of_several_take_turns():
    history, names = parse_named("A: w(x,1) ; B: w(x,2)\nC: w(y,1) ; D: w(y,2)")
    a, b, c, d = (history.by_index[names[name]] for name in "ABCD")
    assert a.end < b.index < c.end < d.index < b.end
    assert a.end < d.index


def test_intervals_can_be_given():
    history, names = parse_named("T1: w(x,1) @5-6\nT2: r(x,1) @1-9")
    assert names == {"T1": 1, "T2": 0}
    assert [operation.end for operation in history] == [3, 2]


def test_transactions_without_a_name_are_numbered():
    assert parse_named("w(x,1) ; w(x,2)\nw(x,3)  # the last")[1] == {"T1": 0, "T2": 3, "T3": 1}


def test_outcomes_and_unknown_reads():
    aborted, doubtful = parse("w(x,1) r(y,2) fail\nw(x,2) r(y,?) info")
    assert aborted.outcome is Outcome.FAIL
    assert doubtful.outcome is Outcome.INFO
    assert doubtful.value == [["w", "x", 2], ["r", "y", None]]
    assert doubtful.result is None


def test_lists_and_rows():
    (transaction,) = parse("a(x,1) r(x,[1 -2]) r(y,[]) i(3,5) d(4) rp(1..9,[3=5]) rp(all,[]) rp(=5,[]) rp(%2=1,[3=5])")
    assert transaction.result == [
        ["append", "x", 1],
        ["r", "x", [1, -2]],
        ["r", "y", []],
        ["insert", 3, 5],
        ["delete", 4, None],
        ["rp", ["range", 1, 9], [[3, 5]]],
        ["rp", ["all"], []],
        ["rp", ["equals", 5], []],
        ["rp", ["mod", 2, 1], [[3, 5]]],
    ]
    assert transaction.value[5:7] == [["rp", ["range", 1, 9], None], ["rp", ["all"], None]]


def test_single_operations():
    write, read, cas = parse("write(x,1) ; read(x,1) ; cas(x,1,2) fail")
    assert (write.f, write.key, write.value, write.result) == ("write", "x", 1, 1)
    assert (read.f, read.value, read.result) == ("read", None, 1)
    assert (cas.f, cas.value, cas.outcome) == ("cas", [1, 2], Outcome.FAIL)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("T1: hello", "line 1: expected operations and then perhaps fail or info"),
        ("w(x,1)\nw(x,2) lost", "line 2: expected operations"),
        ("w(x)", "line 1: expected a(k,v)"),
        ("q(x,1)", "found q"),
        ("\nr(x,?)", "line 2: expected what every read of a committed transaction saw"),
        ("write(x,1) write(x,2)", "expected one write with 2 arguments"),
        ("cas(x,1)", "expected one cas with 3 arguments"),
        ("T1: w(x,1) @1-2\nT2: w(x,2)", "line 2: expected moments of its own for T2"),
        ("T1: w(x,1) @1-2\nT2: w(x,2) @2-3", "line 2: expected moments of its own for T2"),
    ],
)
def test_what_cannot_be_read_is_named(text, problem):
    with pytest.raises(HistoryError) as caught:
        parse(text)
    assert problem in str(caught.value)


def test_no_text_is_no_history():
    assert len(parse("\n---\n# nothing\n")) == 0
