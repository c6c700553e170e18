from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.words import clean, count, duration, label, listed, micro_text, sentence, signed, value_text, width
from histories import Operation, Outcome


def op(f, value=None, result=None, outcome=Outcome.OK, **more):
    return Operation(index=3, process=1, f=f, value=value, result=result, outcome=outcome, **more)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nil"),
        (True, "true"),
        (3, "3"),
        ("x", "x"),
        ("nil", '"nil"'),
        ("3", '"3"'),
        ("two words", '"two words"'),
        ([1, [2, None]], "[1 [2 nil]]"),
        ({"a": 1}, "{a: 1}"),
        ("\x1b[31m", '"\\u001b[31m"'),
        ([], "[]"),
    ],
)
def test_values_are_written_as_the_field_writes_them(value, text):
    assert value_text(value) == text


def test_a_deeply_nested_value_is_cut():
    value = []
    for _ in range(5000):
        value = [value]
    assert value_text(value) == "[" * 9 + "…" + "]" * 9


def test_a_long_value_is_cut_and_says_so():
    assert value_text(list(range(1000)), 20) == "[0 1 2 3 4 5 6 7 8 …"


@pytest.mark.parametrize(
    ("operation", "text"),
    [
        (op("read", result=5), "r 5"),
        (op("read", result=None), "r nil"),
        (op("read", outcome=Outcome.INFO), "r ?"),
        (op("write", 5, 5), "w 5"),
        (op("write", 5, outcome=Outcome.INFO), "w 5"),
        (op("cas", [3, 4], [3, 4]), "cas 3→4"),
        (op("txn", [["r", "x", None]], [["r", "x", [1, 2]]]), "r x [1 2]"),
        (op("dequeue", result=None), "dequeue"),
    ],
)
def test_a_bar_has_a_short_label(operation, text):
    assert label(operation) == text


def test_a_sentence_says_what_was_asked_what_was_learnt_and_what_is_in_doubt():
    assert sentence(op("read", result=5, key=2)) == "read key 2 → 5"
    assert sentence(op("write", 7, outcome=Outcome.INFO, error="timeout")) == "write ← 7, indeterminate: timeout"
    assert sentence(op("cas", [1, 2], outcome=Outcome.FAIL)) == "cas 1 → 2, failed"
    assert (
        sentence(op("txn", [["append", 5, 1], ["r", 5, None]], outcome=Outcome.FAIL))
        == "txn append 5 1, r 5 nil, failed"
    )


def test_what_is_not_a_micro_operation_is_a_value():
    assert micro_text(["append", 5, 1]) == "append 5 1"
    assert micro_text({"odd": 1}) == "{odd: 1}"


@given(st.text())
def test_cleaned_text_holds_nothing_that_moves_a_cursor(text):
    assert all(c.isprintable() or c in "\n\t" for c in clean(text))


@given(st.text(alphabet=st.characters(codec="utf-8", categories=["L", "N", "P"])))
def test_printable_text_stays_as_it_is(text):
    assert clean(text) == text


def test_wide_letters_take_two_columns_and_combining_ones_none():
    assert width("ab") == 2
    assert width("日本") == 4
    assert width("e\u0301") == 1


def test_numbers_in_words():
    assert count(5120, "operation") == "5,120 operations"
    assert count(1, "more anomaly", "more anomalies") == "1 more anomaly"
    assert count(0.25) == "0.25"
    assert [duration(ns) for ns in (0, 350e3, 4.2e6, 1.3e9)] == ["0 ns", "350 µs", "4.2 ms", "1.3 s"]
    assert [signed(s) for s in (1.8, -0.25, 0.0)] == ["+1.8 s", "\N{MINUS SIGN}0.25 s", "±0 s"]


def test_lists_in_words():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(list("abcdefgh"), most=2) == "a, b, … (6 more)"
