"""Bounded staleness: how many versions, or how many seconds, a read may be out of date."""

from __future__ import annotations

import random

import attrs
import pytest

from checkers.audit import audit
from checkers.budget import Budget
from checkers.verdict import Status
from checkers.weaker import check_staleness, measure_staleness
from histories import History, HistoryError, Operation, Outcome
from tests.oracles.linearizability import linearizable
from tests.oracles.random_histories import history as random_history
from tests.oracles.random_histories import register
from tests.timelines import timeline

MODEL = "bounded-staleness"


def status(history, **bounds):
    return check_staleness(history, **bounds).status(MODEL)


@pytest.mark.parametrize(
    ("drawing", "versions"),
    [
        ("0: [write 1] [read -> 1]", 0),
        ("0: [write 1] [read]", 1),
        ("0: [write 1] [write 2] [read -> 1]", 1),
        ("0: [write 1] [write 2] [read]", 2),
        ("0: [write 1] [write 2                ]\n1:               [read -> 1] [read -> 1]", 0),
        ("0: [write 1] [write 2] [read -> 2] [read -> 1]", 1),
        ("0: [write 1? [write 2] [write 3] [read -> 1]", 0),
        ("0: [write 1] [cas [1, 2]] [read -> 1]", 1),
    ],
)
def test_the_least_bound_that_holds(drawing, versions):
    history = timeline(drawing)
    found = [status(history, versions=k) for k in range(4)]
    assert found == [Status.VIOLATED] * versions + [Status.HOLDS] * (4 - versions)


def test_a_cas_that_is_none_is_refused():
    with pytest.raises(HistoryError, match="expected the value of a cas to be"):
        check_staleness(timeline("0: [cas 3]"))


def test_a_cas_must_find_the_newest_version():
    assert status(timeline("0: [write 1] [write 2] [cas [1, 3]]"), versions=9) is Status.VIOLATED


@pytest.mark.parametrize("seconds", [0, 1, 1.999, 2, 3])
def test_the_bound_in_seconds_is_from_the_overwriting_to_the_reading(seconds):
    history = timeline("0: [write 1] [write 2]\n1:                           [read?      [read -> 1]")
    expected = Status.HOLDS if seconds >= 3 else Status.VIOLATED
    assert status(history, seconds=seconds) is expected


def test_the_prose_names_the_write_that_came_between():
    history = timeline("0: [write x 1] [write x 2] [read x -> 1]")
    (stale,) = check_staleness(history, versions=0).anomalies
    assert stale.operations == (0, 2, 4)
    assert stale.explanation == (
        "#4 (process 0) reads 1 from x, which #0 wrote; #2 (process 0) had replaced that, and 0 more writes followed "
        "before the read began"
    )
    (stale,) = check_staleness(history, seconds=0.5).anomalies
    assert stale.explanation.endswith("#2 (process 0) had replaced that 1 seconds before the read began")


def test_sure_staleness_is_in_the_statistics():
    found = check_staleness(timeline("0: [write 1] [write 2] [write 3] [read -> 1]"))
    assert found.statistics == {"staleness in versions, at least": 2, "staleness in seconds, at least": 3.0}


@pytest.mark.parametrize(
    ("drawing", "versions", "seconds"),
    [
        ("0: [write 1] [read -> 1]", 0, 0),
        ("0: [write 1] [write 2] [write 3] [read -> 1]", 2, 3.0),
        ("0: [write 1] [write 2                    ]\n1:            [read -> 2]  [read -> 1] [read -> 1]", 1, 3.0),
    ],
)
def test_the_smallest_bounds_are_measured(drawing, versions, seconds):
    history = timeline(drawing)
    found = measure_staleness(history)
    assert found.status(MODEL) is Status.HOLDS
    assert not audit(history, found).wrong
    assert found.statistics["staleness in versions"] == versions
    assert found.statistics["staleness in seconds"] == pytest.approx(seconds, rel=0.02)
    assert status(history, versions=versions) is Status.HOLDS
    assert versions == 0 or status(history, versions=versions - 1) is Status.VIOLATED
    assert seconds == 0 or status(history, seconds=seconds * 0.97) is Status.VIOLATED


def test_what_nobody_wrote_is_within_no_bound():
    history = timeline("0: [write 1] [read -> 2]")
    assert measure_staleness(history).status(MODEL) is Status.VIOLATED


def test_without_bound_or_time_it_is_unknown():
    history = timeline("0: [write 1] [read -> 1]")
    assert check_staleness(history).models[MODEL].because == (
        "no bound was given; the latest reads are surely 0 versions and 0 seconds out of date"
    )
    untimed = attrs.evolve(history, real_time=False)
    assert check_staleness(untimed, versions=1).models[MODEL].because == "the history has no real time"
    timeless = History(
        operations=tuple(
            Operation(index=o.index, end=o.end, process=0, f=o.f, value=o.value, result=o.result, outcome=Outcome.OK)
            for o in history
        )
    )
    assert check_staleness(timeless, seconds=1).models[MODEL].because == "the history has no times"
    assert check_staleness(timeless, seconds=1, versions=0).status(MODEL) is Status.UNKNOWN
    assert check_staleness(timeless, versions=0).status(MODEL) is Status.HOLDS


def test_a_search_that_is_too_long_is_unknown():
    history = timeline("\n".join(f"{p}:  [write {p}       ]    [read -> {p}]" for p in range(7)))
    assert status(history, versions=3, budget=Budget(configurations=2)) is Status.UNKNOWN


def test_what_is_no_register_is_refused():
    with pytest.raises(HistoryError):
        check_staleness(timeline("0: [push 1]"), versions=1)


def step(versions):
    """A register that remembers the last versions, and reads as any of them."""

    def after(state, o):
        match o.f:
            case "read":
                return [state] if not o.ok or o.result in state else []
            case "write":
                return [(*state[-versions:], o.value) if versions else (o.value,)]
            case "cas":
                new = (*state[-versions:], o.value[1]) if versions else (o.value[1],)
                return [new] if o.value[0] == state[-1] else []

    return after


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_staleness_in_versions_is_judged_as_the_definition_does(count):
    luck = random.Random(count)
    seen = set()
    for number in range(count):
        operations, versions = random_history(luck, register), luck.randint(0, 2)
        expected = linearizable(operations, (None,), step(versions))
        history = History(operations=operations)
        found = check_staleness(history, versions=versions)
        assert number % 20 or not audit(history, found).wrong, (versions, operations)
        assert found.status(MODEL) is (Status.HOLDS if expected else Status.VIOLATED), (versions, operations)
        seen.add((versions, expected))
    assert len(seen) == 6


def timed(luck):
    """A random history whose events lie some seconds apart."""
    operations = random_history(luck, register)
    times, now = {}, 0
    for position in sorted(p for o in operations for p in (o.index, o.end) if p is not None):
        now += luck.randint(1, 3)
        times[position] = now
    return [(o, times[o.index], None if o.end is None else times[o.end]) for o in operations]


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_staleness_in_seconds_is_judged_as_the_definition_does(count):
    luck = random.Random(count)
    seen = set()
    for number in range(count):
        rows, seconds = timed(luck), luck.randint(0, 6)

        def moved(o, call, end, seconds=seconds):
            # twice the seconds, so that a read that may begin so early overlaps what ends just then
            call = 2 * (call - seconds) - 1 if o.f == "read" else 2 * call
            return Operation(
                index=call,
                end=None if end is None else 2 * end,
                process=o.process,
                f=o.f,
                value=o.value,
                result=o.result,
                outcome=o.outcome,
            )

        expected = linearizable([moved(*row) for row in rows], (None,), step(0))
        history = History(
            operations=tuple(
                Operation(
                    index=o.index,
                    end=o.end,
                    process=o.process,
                    f=o.f,
                    value=o.value,
                    result=o.result,
                    outcome=o.outcome,
                    invoke_ns=call * 10**9,
                    end_ns=None if end is None else end * 10**9,
                )
                for o, call, end in rows
            )
        )
        found = check_staleness(history, seconds=seconds)
        assert number % 20 or not audit(history, found).wrong, (seconds, rows)
        if all(end is None for _, _, end in rows):
            assert found.status(MODEL) is Status.UNKNOWN
            continue
        assert found.status(MODEL) is (Status.HOLDS if expected else Status.VIOLATED), (seconds, history.operations)
        assert {index for a in found.anomalies for index in a.operations} <= set(history.by_index)
        seen.add((seconds, expected))
    assert len(seen) == 14
