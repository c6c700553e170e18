from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.report.layered import drawing_of, reduced, spread

NODES = [str(k) for k in range(8)]


@st.composite
def acyclic(draw):
    pairs = [(a, b) for a in NODES for b in NODES if a < b]
    return draw(st.lists(st.sampled_from(pairs), max_size=20))


def reachable(arrows):
    found = set(arrows)
    for middle in NODES:
        found |= {(a, d) for a, b in found for c, d in found if b == c == middle}
    return found


@given(acyclic())
def test_leaving_out_implied_arrows_changes_no_implication_and_keeps_no_shortcut(arrows):
    kept = reduced(NODES, arrows)
    assert reachable(kept) == reachable(arrows)
    for arrow in kept:
        assert arrow not in reachable([other for other in kept if other != arrow])


@given(acyclic())
def test_arrows_point_down_and_boxes_do_not_overlap(arrows):
    drawing = drawing_of(NODES, arrows, 100.0, 10.0)
    for source, target in drawing.arrows:
        assert drawing.places[source][1] < drawing.places[target][1]
    for level in range(drawing.layers):
        row = sorted(x for x, own in drawing.places.values() if own == level)
        assert all(after - before >= 110.0 - 1e-6 for before, after in pairwise(row))
    for (source, target), route in zip(drawing.arrows, drawing.routes, strict=True):
        assert (route[0], route[-1]) == (drawing.places[source], drawing.places[target])
        assert [level for _, level in route] == list(range(route[0][1], route[-1][1] + 1))


def test_a_circle_and_a_stranger_are_refused():
    with pytest.raises(ValueError, match="no circle"):
        drawing_of(["a", "b"], [("a", "b"), ("b", "a")], 10.0, 1.0)
    with pytest.raises(ValueError, match="among the nodes"):
        drawing_of(["a"], [("a", "x")], 10.0, 1.0)


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(1, 50)), min_size=1, max_size=12))
def test_spreading_keeps_order_and_room_and_moves_nobody_without_need(wishes):
    wanted, widths = [w for w, _ in wishes], [w for _, w in wishes]
    places = spread(wanted, widths)
    for k in range(len(places) - 1):
        assert places[k + 1] - places[k] >= (widths[k] + widths[k + 1]) / 2 - 1e-6
    free = all(wanted[k + 1] - wanted[k] >= (widths[k] + widths[k + 1]) / 2 for k in range(len(wanted) - 1))
    if free:
        assert places == pytest.approx(wanted, abs=1e-6)
