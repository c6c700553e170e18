"""Convergence: when nobody writes any more, all replicas say the same."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from checkers.verdict import Status
from checkers.weaker import check_convergence
from histories import History, Operation, Outcome
from tests.oracles.random_histories import history as random_history
from tests.oracles.random_histories import register
from tests.timelines import timeline

HOLDS, VIOLATED, UNKNOWN = Status.HOLDS, Status.VIOLATED, Status.UNKNOWN


def statuses(history, **options):
    found = check_convergence(history, **options)
    return found.status("eventual"), found.status("strong-eventual")


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("0: [write 1] [read -> 1]\n1:            [read -> 1]", HOLDS),
        ("0: [write 1] [read -> 1]\n1:            [read]", VIOLATED),
        ("0: [write 1] [read -> 1]\n1:            [read]   [read -> 1]", HOLDS),
        ("0: [write 1] [read -> 1]\n1:   [read]", UNKNOWN),
        ("0: [write 1] [read -> 1]", UNKNOWN),
        ("0: [write 1]    [read -> 2]\n1: [write 2]    [read -> 1]", VIOLATED),
        ("0: [write 1?   [read -> 1]\n1:            [read]", VIOLATED),
        ("0: [write 1]  [read -> 1]\n1:            [read?\n2:           [read -> 1]", HOLDS),
        ("0: [write x 1] [read x -> 1] [read y]\n1:            [read x -> 1]", HOLDS),
        ("0: [add 1] [read -> [1, 2]]\n1: [add 2] [read -> [1, 2]]", HOLDS),
        ("0: [read -> 1]", UNKNOWN),
    ],
)
def test_the_last_reads_must_agree(drawing, expected):
    assert statuses(timeline(drawing)) == (expected, expected)


def test_the_prose_names_who_says_what():
    (apart,) = check_convergence(timeline("0: [write x 1] [read x -> 1]\n1:              [read x]")).anomalies
    assert apart.operations == (0, 3, 2)[:1] + apart.operations[1:]
    assert apart.explanation.startswith("the replicas of object x do not agree: process ")
    assert apart.explanation.endswith("though nobody wrote it after #0")


def test_what_two_results_mean_can_be_said():
    history = timeline("0: [add 1] [read -> [1, 2]]\n1: [add 2] [read -> [2, 1]]")
    assert statuses(history) == (VIOLATED, VIOLATED)
    assert statuses(history, canonical=frozenset) == (HOLDS, HOLDS)


def test_after_a_quiet_time_replicas_must_not_change_any_more():
    history = timeline("0: [write 1] [read]      [read -> 1]\n1:                          [read -> 1]")
    assert statuses(history) == (HOLDS, HOLDS)
    assert statuses(history, quiet_ns=1) == (HOLDS, VIOLATED)
    assert statuses(history, quiet_ns=3 * 10**9) == (HOLDS, HOLDS)
    assert statuses(history, quiet_ns=10**12) == (UNKNOWN, UNKNOWN)


def at_nodes(*rows):
    return History(
        operations=tuple(
            Operation(index=2 * n, end=2 * n + 1, process=n, f=f, value=v, result=v, outcome=Outcome.OK, node=node)
            for n, (f, v, node) in enumerate(rows)
        )
    )


def test_every_node_must_have_been_read():
    rows = [("write", 1, "a"), ("write", 2, "b"), ("read", 2, "a"), ("read", 2, "b")]
    assert statuses(at_nodes(*rows)) == (HOLDS, HOLDS)
    found = check_convergence(at_nodes(*rows, ("read", 2, "a")))
    assert found.models["eventual"].certificate == {None: 2}
    missing = check_convergence(at_nodes(("write", 1, "c"), *rows))
    assert missing.models["eventual"].because == "the object was not read by c after the writing had stopped"


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definition_does(count):
    luck = random.Random(count)
    seen = set()
    for _ in range(count):
        operations = random_history(luck, register, count_max=8)
        writes = [o for o in operations if o.f != "read"]
        found = statuses(History(operations=operations))
        if not writes:
            assert found == (UNKNOWN, UNKNOWN)
            continue
        over = max(o.index if o.end is None else o.end for o in writes)
        said = {}
        for o in sorted((o for o in operations if o.f == "read" and o.ok and o.index > over), key=lambda o: o.end):
            said[o.process] = o.result
        agree = all(one == other for one, other in pairwise(said.values()))
        expected = VIOLATED if not agree else HOLDS if len(said) > 1 else UNKNOWN
        assert found == (expected, expected), operations
        seen.add(expected)
    assert seen == {HOLDS, VIOLATED, UNKNOWN}
