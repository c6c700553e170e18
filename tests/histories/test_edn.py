"""EDN as Clojure prints it, and what is not EDN."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories import HistoryError
from histories.formats.edn import read_forms, read_value
from histories.values import DEPTH_MAX


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("nil", None),
        ("true", True),
        ("false", False),
        ("3", 3),
        ("-3", -3),
        ("+3", 3),
        ("12345678901234567890N", 12345678901234567890),
        ("0x1F", 31),
        ("1.5", 1.5),
        ("-1e3", -1000.0),
        ("1.50M", Decimal("1.50")),
        (":ok", "ok"),
        (":jepsen.txn/append", "jepsen.txn/append"),
        ("symbol", "symbol"),
        ("-", "-"),
        ('""', ""),
        (r'"a\"b\\\nA/"', 'a"b\\\nA/'),
        (r"\a", "a"),
        (r"\newline", "\n"),
        (r"\(", "("),
        ("[]", []),
        ("[1 [2 nil] (3) #{4}]", [1, [2, None], [3], [4]]),
        ("{:a 1, 2 [3]}", {"a": 1, 2: [3]}),
        ("{[1 2] 3}", {(1, 2): 3}),
        ("; a comment\n [1 ; another\n 2]", [1, 2]),
        ("[1 #_ 2 3]", [1, 3]),
        ("[1 #_ #_ 2 3 4]", [1, 4]),
        ("[#_[1 2] 3]", [3]),
        ("^{:line 3} [1]", [1]),
        ('#inst "2020-01-01"', "2020-01-01"),
        ("#jepsen.history.Op{:index 0}", {"index": 0}),
        ("#a #b [1]", [1]),
        ('#object[java.lang.Object 0x1a "x"]', ["java.lang.Object", 26, "x"]),
    ],
)
def test_a_value_reads_as_json_has_it(text, value):
    found = read_value(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("[1 2", 1, "expected the end of what '\\[' begins"),
        ("\n(1 2]", 2, "expected '\\)', found ']'"),
        ("1\n]", 2, "closes nothing"),
        ("[\n{:a}]", 2, "a key alone"),
        ("{:a 1 :a 2}", 1, "found one twice"),
        ('["abc]', 1, "expected a value"),
        ('"\\q"', 1, "escape"),
        ('"\\ud800"', 1, "escape"),
        ("[#tag]", 1, "a value after '#tag'"),
        ("#tag", 1, "expected the end"),
        ("##NaN", 1, "expected a value"),
        ("1/2", 1, "expected a number"),
        ("3x", 1, "expected a number"),
        ("9" * 5000, 1, "expected a number"),
        ("\x00", 1, "expected a value"),
        (":", 1, "expected a value"),
        ("[" * (DEPTH_MAX + 1), 1, "levels of nesting"),
        ("#_ " * (DEPTH_MAX + 1), 1, "levels of nesting"),
    ],
)
def test_what_is_not_edn_is_an_error_with_its_line(text, line, problem):
    with pytest.raises(HistoryError, match=problem) as caught:
        list(read_forms(text))
    assert caught.value.line == line


def test_one_value_is_not_two():
    with pytest.raises(HistoryError, match="expected one value, found 2"):
        read_value("1 2")


def test_forms_come_with_their_positions():
    assert list(read_forms("{:a 1}\n {:b 2}")) == [(0, {"a": 1}), (8, {"b": 2})]


@pytest.mark.parametrize(
    "text", ["[{:a 1} {:b 2}]", "; first\n({:a 1}\n{:b 2})", "{:a 1} {:b 2}", "[#x{:a 1} #_3 {:b 2}]"]
)
def test_an_outermost_vector_is_unwrapped(text):
    assert [value for _, value in read_forms(text, unwrap=True)] == [{"a": 1}, {"b": 2}]


def test_only_the_first_vector_is_unwrapped():
    assert [value for _, value in read_forms("[1] [2]", unwrap=True)] == [1, [2]]


def in_edn(value):
    match value:
        case None:
            return "nil"
        case bool():
            return str(value).lower()
        case str():
            return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        case list():
            return "[" + " ".join(map(in_edn, value)) + "]"
        case dict():
            return "{" + ", ".join(f"{in_edn(k)} {in_edn(v)}" for k, v in value.items()) + "}"
    return repr(value)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_written_is_read(value):
    assert read_value(in_edn(value)) == value


@given(st.text(alphabet='[]{}()#_^:;"\\ \n,a1-+.N/x'))
def test_any_text_is_read_or_refused(text):
    with suppress(HistoryError):
        assert all(0 <= position < len(text) for position, _ in read_forms(text))
