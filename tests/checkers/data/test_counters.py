"""Counters: every read lies between what must have been added and what can have been."""

from __future__ import annotations

import random
from itertools import product

import pytest

from checkers.audit import audit
from checkers.data import check_counter
from checkers.data.counters import OUT_OF_BOUNDS, bounds
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.oracles.linearizability import linearizable
from tests.oracles.random_histories import history as random_history
from tests.timelines import timeline


@pytest.mark.parametrize(
    ("drawing", "holds"),
    [
        ("0: [read -> 0] [add 2] [read -> 2]", True),
        ("0: [add 2] [read -> 1]", False),
        ("0: [add 2] [read -> 0]", False),
        ("0: [add 2! [read -> 0]", True),
        ("0: [add 2! [read -> 2]", False),
        ("0: [add 2? [read -> 0] [read -> 2]", True),
        ("0: [add 2      ]\n1:    [read -> 0]\n2:    [read -> 2]", True),
        ("0: [add -3]\n1:    [add 5         ]\n2:            [read -> 2]", True),
        ("0: [add -3]\n1:    [add 5         ]\n2:            [read -> 3]", False),
        ("0: [add -3      ]\n1:    [read -> -3]\n", True),
    ],
)
def test_textbook_counters(drawing, holds):
    judged = check_counter(timeline(drawing))
    assert judged.status("counter") is (Status.HOLDS if holds else Status.VIOLATED)
    assert (judged.status("linearizable") is Status.VIOLATED) == (not holds)


def test_adds_that_nobody_read_are_those_of_a_counter():
    judged = check_counter(timeline("0: [add 1] [read?"))
    assert judged.status("counter") is Status.HOLDS
    assert "no read succeeded" in judged.models["counter"].because


def test_where_nothing_succeeded_nothing_is_known():
    assert check_counter(timeline("0: [add 1?")).status("counter") is Status.UNKNOWN
    assert check_counter(History()).status("counter") is Status.UNKNOWN


def test_the_prose_gives_the_bound():
    low, high = check_counter(timeline("0: [add 2] [read -> 1] [read -> 9]")).anomalies
    assert low.explanation == (
        "The read #2 (process 0) returned 1, but with the adds that had completed before it began, the sum was at "
        "least 2"
    )
    assert "with all the adds that had begun before it ended, the sum was at most 2" in high.explanation


def test_a_counter_may_begin_elsewhere_and_keys_count_apart():
    assert check_counter(timeline("0: [read -> 5]"), initial=5).status("counter") is Status.HOLDS
    judged = check_counter(timeline("0: [add x 1] [add y 2] [read x -> 1] [read y -> 1]"))
    assert [anomaly.key for anomaly in judged.anomalies] == ["y"]


@pytest.mark.parametrize(
    "drawing", ["0: [add]", '0: [add "a"]', "0: [add 0.1]", "0: [add true]", "0: [read -> [1]]", "0: [write 1]"]
)
def test_what_is_no_counter_is_refused(drawing):
    with pytest.raises(HistoryError, match="#0 process 0"):
        check_counter(timeline(drawing))


def fill(luck, count):
    total = 0
    for _ in range(count):
        if luck.random() < 0.6:
            amount = luck.randint(-2, 3)
            total += amount
            yield "add", amount, amount
        else:
            yield "read", None, luck.randint(min(total, 0) - 1, max(total, 0) + 1)


def sums(adds, read):
    """Every sum that a read may return if it is looked at alone: each uncertain add counts or does not."""
    sure = [o for o in adds if o.ok and o.end < read.index]
    maybe = [o for o in adds if o not in sure and o.outcome is not Outcome.FAIL and o.index < read.end]
    for chosen in product((0, 1), repeat=len(maybe)):
        yield sum(o.value for o in sure) + sum(o.value for o, taken in zip(maybe, chosen, strict=True) if taken)


def step(state, o):
    if o.f == "add":
        return [state + o.value]
    return [state] if not o.ok or state == o.result else []


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_bounds_are_the_least_and_the_greatest_sums_and_what_breaks_them_is_not_linearizable(count):
    luck = random.Random(count)
    violated = 0
    for number in range(count):
        operations = random_history(luck, fill)
        adds = [o for o in operations if o.f == "add"]
        found = bounds(operations)
        assert len(found) == sum(o.f == "read" and o.ok for o in operations)
        for read, low, high in found:
            possible = list(sums(adds, read))
            assert (low, high) == (min(possible), max(possible)), operations
        history = History(operations=operations)
        judged = check_counter(history)
        assert number % 5 or not audit(history, judged).wrong, operations
        outside = [read for read, low, high in found if not low <= read.result <= high]
        assert [a.operations for a in judged.anomalies] == [(read.index,) for read in outside]
        violated += bool(outside)
        if outside and number % 10 == 0:
            assert not linearizable(operations, 0, step), operations
    assert count / 20 < violated < count


def test_a_planted_read_in_a_large_history_is_found():
    luck, total, operations = random.Random(3), 0, []
    for number in range(20_000):
        amount = luck.randint(-5, 5)
        f, value, result = ("read", None, total) if number % 3 == 0 else ("add", amount, amount)
        total += 0 if f == "read" else amount
        operations.append(
            Operation(
                index=2 * number, end=2 * number + 1, process=0, f=f, value=value, result=result, outcome=Outcome.OK
            )
        )
    assert check_counter(History(operations=tuple(operations))).status("counter") is Status.HOLDS
    right = operations[9_000]
    operations[9_000] = Operation(
        index=right.index, end=right.end, process=0, f="read", result=right.result + 1, outcome=Outcome.OK
    )
    (planted,) = check_counter(History(operations=tuple(operations))).anomalies
    assert (planted.type, planted.operations) == (OUT_OF_BOUNDS, (right.index,))
