from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.report.lanes import lanes_of
from histories import Operation, Outcome


def op(process, start, stop, node="n1"):
    return Operation(
        index=start, process=process, f="read", outcome=Outcome.OK, invoke_ns=start, end_ns=stop, node=node
    )


def test_the_successor_of_a_retired_process_takes_its_lane():
    lanes = lanes_of([op(0, 0, 5), op(1, 1, 9, "n2"), op(2, 6, 8), op(1, 10, 12, "n2"), op(3, 13, 14, "n2")])
    assert [lane.processes for lane in lanes.rows] == [(0, 2), (1, 3)]
    assert [lane.name for lane in lanes.rows] == ["process 0, 2 · n1", "process 1, 3 · n2"]


def test_a_name_stays_short():
    lanes = lanes_of([op(process, 10 * process, 10 * process + 1) for process in range(1000, 1009)])
    assert [lane.name for lane in lanes.rows] == ["process 1000, 1001, …"]


def test_only_some_processes_keep_their_order_and_close_the_ranks():
    lanes = lanes_of([op(0, 0, 9), op(1, 1, 9), op(2, 2, 9)]).only({2, 0})
    assert [lane.processes for lane in lanes.rows] == [(0,), (2,)]
    assert lanes.row_of == {0: 0, 2: 1}


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 40), st.integers(0, 10)), max_size=25))
def test_processes_that_live_at_the_same_time_have_lanes_of_their_own(calls):
    lanes = lanes_of([op(process, start, start + length) for process, start, length in calls])
    lives = {}
    for process, start, length in calls:
        first, last = lives.get(process, (start, start + length))
        lives[process] = (min(first, start), max(last, start + length))
    assert set(lanes.row_of) == set(lives)
    for lane in lanes.rows:
        spans = sorted(lives[process] for process in lane.processes)
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
