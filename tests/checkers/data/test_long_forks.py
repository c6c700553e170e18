"""Long forks: two readers who disagree about which of two writes came first."""

from __future__ import annotations

import random
from itertools import combinations

import pytest

from checkers.audit import audit
from checkers.data import check_long_forks
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.timelines import timeline


def reads(*found):
    """Transactions that read a group, one after another: a dict of key to value each."""
    return History(
        operations=tuple(
            Operation(
                index=2 * number,
                end=2 * number + 1,
                process=number,
                f="txn",
                value=[["r", key, None] for key in read],
                result=[["r", key, value] for key, value in read.items()],
                outcome=Outcome.OK,
            )
            for number, read in enumerate(found)
        )
    )


@pytest.mark.parametrize(
    ("found", "forked"),
    [
        ([{"x": 1, "y": None}, {"x": None, "y": 1}], True),
        ([{"x": 1, "y": None}, {"x": 1, "y": 1}, {"x": None, "y": None}], False),
        ([{"x": 1, "y": None}, {"x": 1, "y": None}], False),
        ([{"x": 1, "y": 1, "z": None}, {"x": None, "y": None, "z": 1}], True),
        ([{"x": 1, "y": None}, {"x": None, "z": 1}], False),
    ],
)
def test_textbook_forks(found, forked):
    judged = check_long_forks(reads(*found))
    expected = Status.VIOLATED if forked else Status.HOLDS
    assert judged.status("no-long-fork") is expected
    assert judged.status("prefix") is (Status.VIOLATED if forked else Status.NOT_TESTABLE)


def test_the_prose_names_both_readers_and_both_writes():
    (fork,) = check_long_forks(reads({"x": 1, "y": None}, {"x": None, "y": 1})).anomalies
    assert fork.operations == (0, 2)
    assert fork.explanation == (
        "#0 (process 0) saw the write of key x and not that of key y, but #2 (process 1) saw that of key y and not "
        "that of key x: neither write can have come first"
    )


def test_only_reads_that_succeeded_count():
    history = timeline('0: [txn [["w", "x", 1]]] [read [["r", "x", null]]? [read [["r", "x", null]]!')
    assert check_long_forks(history).status("no-long-fork") is Status.UNKNOWN


@pytest.mark.parametrize(
    ("history", "options", "problem"),
    [
        (reads({"x": 1, "y": None}), {"group_size": 3}, "expected reads of 3 keys"),
        (reads({"x": 1}, {"x": 2}), {}, "expected each key to be written once, found key x with 1 .* and with 2"),
        (timeline("0: [read -> 3]"), {}, "expected a list of micro-operations"),
    ],
)
def test_what_cannot_be_judged_is_refused(history, options, problem):
    with pytest.raises(HistoryError, match=problem):
        check_long_forks(history, **options)


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_forks_are_found_exactly_where_two_reads_of_a_group_are_incomparable(count):
    luck = random.Random(count)
    forked = 0
    for number in range(count):
        groups = ["abc", "bcd"][: luck.randint(1, 2)]
        found = []
        for _ in range(luck.randint(1, 5)):
            group = luck.choice(groups)
            order = group if luck.random() < 0.7 else luck.sample(group, 3)
            seen = order[: luck.randint(0, 3)]
            found.append({key: 1 if key in seen else None for key in luck.sample(group, 3)})
        expected = any(
            one.keys() == other.keys()
            and any(one[key] and not other[key] for key in one)
            and any(other[key] and not one[key] for key in one)
            for one, other in combinations(found, 2)
        )
        judged = check_long_forks(reads(*found))
        assert (judged.status("no-long-fork") is Status.VIOLATED) == expected, found
        assert number % 5 or not audit(reads(*found), judged).wrong, found
        for anomaly in judged.anomalies:
            one, other = (found[index // 2] for index in anomaly.operations)
            x, y = anomaly.evidence
            assert (one[x], one[y], other[x], other[y]) == (1, None, None, 1)
        forked += expected
    assert count / 20 < forked < count


def test_a_fork_in_a_large_history_is_found():
    seen = [{key: 1 if key < n else None for key in range(50)} for n in range(51)]
    luck = random.Random(9)
    found = [luck.choice(seen) for _ in range(3_000)]
    assert check_long_forks(reads(*found)).status("no-long-fork") is Status.HOLDS
    found[1_234] = {key: 1 if key < 20 or key == 30 else None for key in range(50)}
    judged = check_long_forks(reads(*found))
    assert all(2 * 1_234 in anomaly.operations for anomaly in judged.anomalies)
    assert judged.status("snapshot-isolation") is Status.VIOLATED
