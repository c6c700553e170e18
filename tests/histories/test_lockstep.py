from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.lockstep import DIGITS_MAX, Text, UnusualError

NUMBERS = st.integers(min_value=-(10**DIGITS_MAX) + 1, max_value=10**DIGITS_MAX - 1)


def places(parts):
    """Where each of some texts begins, when they stand one behind the other."""
    return np.cumsum([0, *map(len, parts)])[:-1]


@given(
    st.lists(
        st.tuples(NUMBERS, st.sampled_from([b"", b",", b"]", b" 1", b"/", b":", b"\xff", b"\x80" * 9])), min_size=1
    )
)
def test_integers_are_read_at_once_as_one_by_one(rows):
    texts = [str(number).encode() + behind + b"," for number, behind in rows]
    found, behind = Text(b"".join(texts)).integers(places(texts))
    assert found.tolist() == [number for number, _ in rows]
    assert (behind - places(texts)).tolist() == [len(str(number)) for number, _ in rows]


@pytest.mark.parametrize(
    "wrong", [b"", b"x1", b"01", b"-", b"-0", b"--1", b"+1", b" 1", b"-01", b"9" * (DIGITS_MAX + 1)]
)
def test_one_that_is_no_integer_is_unusual(wrong):
    texts = [b"1,", wrong + b",", b"2,"]
    with pytest.raises(UnusualError):
        Text(b"".join(texts)).integers(places(texts))


@given(
    st.lists(st.sampled_from([b"ok", b"okay", b"o", b"invoked at once", b"invoked at noon", b"\xff" * 9]), min_size=1)
)
def test_literals_are_seen_where_they_stand(parts):
    text, at = Text(b"".join(parts)), places(parts)
    for literal in (b"o", b"ok", b"invoked at once", b"\xff\xff"):
        assert text.sees(at, literal).tolist() == [text.text.startswith(literal, place) for place in at]


def test_a_cursor_moves_past_what_it_sees():
    text = Text(b"ab:12;b:3;")
    which, at = text.one_of(np.array([0, 6]), (b"b", b"ab"))
    assert which.tolist() == [1, 0]
    found, at = text.integers(text.past(at, b":"))
    assert found.tolist() == [12, 3]
    assert text.past(at, b";").tolist() == [6, 10]
    with pytest.raises(UnusualError):
        text.past(at, b":")
    with pytest.raises(UnusualError):
        text.one_of(at, (b"a", b"b"))
