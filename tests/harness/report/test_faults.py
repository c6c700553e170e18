from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harness.report.faults import Fault, clocks_of, end_of, faults_of, rows_of
from histories import NEMESIS, Event, EventType, History


def nemesis(*events):
    return History.of(
        Event(index=index, time=time, type=EventType.INFO, process=NEMESIS, f=f, value=value)
        for index, (time, f, value) in enumerate(events)
    )


def started(identity, fault="partition"):
    return {"id": identity, "fault": fault, "summary": f"{fault} {identity}", "targets": ["n1", "n2"]}


def test_a_fault_lasts_from_its_start_to_the_stop_of_the_same_id():
    history = nemesis(
        (1, "start", started("a")), (2, "start", started("b")), (5, "stop", {"id": "a"}), (9, "stop", {"id": "b"})
    )
    assert [(f.summary, f.start_ns, f.stop_ns) for f in faults_of(history)] == [
        ("partition a", 1, 5),
        ("partition b", 2, 9),
    ]
    assert faults_of(history)[0].targets == ("n1", "n2")


def test_a_fault_that_was_never_healed_lasts_to_the_end():
    (fault,) = faults_of(nemesis((4, "start", started("a"))))
    assert fault.stop_ns is None
    assert fault.until(100) == 100
    assert fault.overlaps(50, 60)
    assert not fault.overlaps(0, 3)


def test_jepsens_faults_pair_by_name_though_each_event_comes_twice():
    history = nemesis(
        (1, "start-partition", "majority"),
        (2, "start-partition", ["isolated", {"n1": ["n2"]}]),
        (5, "stop-partition", None),
        (6, "stop-partition", "network healed"),
        (8, "start-clock", None),
    )
    assert [(f.family, f.summary, f.start_ns, f.stop_ns) for f in faults_of(history)] == [
        ("partition", "majority", 1, 5),
        ("clock", "", 8, None),
    ]


def test_other_events_are_no_faults():
    assert faults_of(nemesis((1, "clocks", {"n1": 0.5}), (2, "stop", {"id": "a"}), (3, "note", 7))) == ()


@given(
    st.lists(
        st.tuples(st.sampled_from(["partition", "clock", "odd"]), st.integers(0, 50), st.integers(0, 20)), max_size=12
    )
)
def test_rows_hold_every_fault_once_and_none_overlaps_another(spans):
    faults = [Fault(family=f, summary=str(k), start_ns=s, stop_ns=s + d) for k, (f, s, d) in enumerate(spans)]
    rows = rows_of(faults, 100)
    assert sorted(fault.summary for row in rows for fault in row) == sorted(fault.summary for fault in faults)
    for row in rows:
        assert len({fault.family for fault in row}) == 1
        for before, after in pairwise(row):
            assert before.stop_ns <= after.start_ns


def test_each_node_has_a_trace_of_its_clock():
    history = nemesis(
        (10, "clocks", {"n2": 0.5, "n1": 0.0}), (20, "clocks", {"n2": -1.5, "n1": "?"}), (30, "clocks", None)
    )
    n1, n2 = clocks_of(history)
    assert (n1.node, n1.offsets_s) == ("n1", (0.0,))
    assert (n2.node, n2.times_ns, n2.offsets_s) == ("n2", (10, 20), (0.5, -1.5))
    assert [n2.at(time) for time in (5, 10, 19, 20, 99)] == [0.0, 0.5, 0.5, -1.5, -1.5]
    assert n2.farthest(0.0, 15e-9) == 0.5
    assert n2.farthest(0.0, 1.0) == -1.5


def test_a_jump_is_drawn_as_a_step_and_a_drift_as_a_line():
    second = 1_000_000_000
    history = nemesis(*((k * second, "clocks", {"n1": offset}) for k, offset in enumerate([0.0, 0.0, 1.0, 1.05, 1.1])))
    (trace,) = clocks_of(history)
    times, offsets = trace.stepped(1.1, 6 * second)
    outline = list(zip(times, offsets, strict=True))
    assert (2.0, 0.0) in outline  # still right when the jump is seen
    assert (2.0, 1.0) in outline
    assert outline.count((3.0, 1.05)) == 1
    assert outline[-2:] == [(6.0, 1.1), (6.0, 0.0)]


def test_a_run_ends_with_the_last_thing_that_is_known_of_it():
    assert end_of(History()) == 1
    assert end_of(nemesis((7, "stop", {"id": "a"}))) == 7
