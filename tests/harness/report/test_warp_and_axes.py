from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.axes import Scale, decades, ticks
from harness.report.warp import warp_of

MOMENTS = st.lists(st.integers(0, 10**12), min_size=1, max_size=30)


@given(MOMENTS, st.lists(st.tuples(st.integers(0, 10**12), st.integers(0, 10**12)), max_size=3))
def test_stretched_time_keeps_the_order_and_fills_the_picture(moments, wide):
    warp = warp_of(moments, wide, 100.0, 900.0)
    ordered = sorted(set(moments))
    pixels = [warp(moment) for moment in ordered]
    assert all(before < after for before, after in pairwise(pixels))
    if len(ordered) > 1:
        assert pixels[0] == 100.0
        assert pixels[-1] == pytest.approx(900.0)
        assert warp(ordered[0] - 1) == 100.0
        assert warp(ordered[-1] + 1) == pytest.approx(900.0)


def test_a_millisecond_can_be_seen_beside_a_minute():
    warp = warp_of([0, 1_000_000, 60_000_000_000], [], 0.0, 1000.0)
    assert warp(1_000_000) > 100


def test_the_spans_of_interest_get_more_room():
    plain, wide = (warp_of([0, 10, 20], spans, 0.0, 100.0) for spans in ([], [(0, 10)]))
    assert plain(10) == 50.0
    assert wide(10) > 70.0


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6))
def test_ticks_are_few_round_and_within(low, span):
    found = ticks(low, low + span)
    assert 1 <= len(found) <= 9
    assert all(low - span * 1e-6 <= tick <= low + span * (1 + 1e-6) for tick in found)


def test_ticks_of_examples():
    assert ticks(0.0, 60.0) == [0, 10, 20, 30, 40, 50, 60]
    assert ticks(0.0, 0.0) == [0.0]
    assert decades(0.2, 150.0) == [1.0, 10.0, 100.0]


def test_scales_map_and_clip():
    assert Scale(0.0, 10.0, 100.0, 200.0)(5.0) == 150.0
    assert Scale(0.0, 10.0, 100.0, 200.0)(11.0) == 200.0
    assert Scale(1.0, 100.0, 100.0, 0.0, log=True)(10.0) == pytest.approx(50.0)
    assert Scale(1.0, 1.0, 0.0, 100.0)(1.0) == 50.0
