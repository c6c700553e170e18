"""An audit passes every verdict that is right, and none that is of another history."""

from __future__ import annotations

import attrs
import pytest

from checkers.audit import audit
from checkers.data import (
    check_bank,
    check_counter,
    check_log,
    check_long_forks,
    check_set,
    check_set_full,
    check_total_queue,
    check_unique_ids,
)
from checkers.linearizability import Register, check_linearizable
from checkers.verdict import Status
from checkers.weaker import check_convergence, check_weaker
from tests.timelines import timeline


def linearizable(history):
    return check_linearizable(history, Register())


RIGHT_AND_WRONG = {
    "linearizable": (linearizable, "0: [write 1] [read -> 1]", "0: [write 1] [read]"),
    "bank": (check_bank, '0: [read -> {"a": 1}] [read -> {"a": 1}]', '0: [read -> {"a": 1}] [read -> {"a": 2}]'),
    "accounts": (check_bank, '0: [read -> {"a": 1}] [read -> {"a": 1}]', '0: [read -> {"a": 1}] [read -> {"b": 1}]'),
    "counter": (check_counter, "0: [add 1] [read -> 1]", "0: [add 1] [read -> 0]"),
    "unique-ids": (check_unique_ids, "0: [generate -> 1] [generate -> 2]", "0: [generate -> 1] [generate -> 1]"),
    "set": (check_set, "0: [add 1] [read -> [1]]", "0: [add 1] [read -> []]"),
    "set-full": (check_set_full, "0: [add 1] [read -> [1]] [read -> [1]]", "0: [add 1] [read -> []] [read -> [1]]"),
    "an element twice": (check_set_full, "0: [add 1] [read -> [1]]", "0: [add 1] [read -> [1, 1]]"),
    "an element of nobody": (check_set_full, "0: [add 1] [read -> [1]]", "0: [add 2] [read -> [1]]"),
    "queue": (check_total_queue, "0: [enqueue 1] [dequeue -> 1] [dequeue]", "0: [enqueue 1] [dequeue] [dequeue]"),
    "a queue that repeats": (
        check_total_queue,
        "0: [enqueue 1] [dequeue -> 1] [dequeue]",
        "0: [enqueue 1] [dequeue -> 1] [dequeue -> 1]",
    ),
    "log": (
        check_log,
        '0: [send k 1 -> 0] [send k 2 -> 1] [poll -> {"k": [[0, 1], [1, 2]]}]',
        '0: [send k 1 -> 0] [send k 2 -> 1] [poll -> {"k": [[1, 2], [0, 1]]}]',
    ),
    "a log that loses": (
        check_log,
        '0: [send k 1 -> 0] [send k 2 -> 1] [poll -> {"k": [[0, 1], [1, 2]]}]',
        '0: [send k 1 -> 0] [send k 2 -> 1] [poll -> {"k": [[1, 2]]}]',
    ),
    "long forks": (
        check_long_forks,
        '0: [txn -> [["r", "x", 1], ["r", "y", null]]]\n1: [txn -> [["r", "x", 1], ["r", "y", 2]]]',
        '0: [txn -> [["r", "x", 1], ["r", "y", null]]]\n1: [txn -> [["r", "x", null], ["r", "y", 2]]]',
    ),
    "own writes": (check_weaker, "0: [write x 1] [read x -> 1]", "0: [write x 1] [read x]"),
    "own reads": (
        check_weaker,
        "0: [write x 1] [write x 2]\n1:  [read x -> 1] [read x -> 2]",
        "0: [write x 1] [write x 2]\n1:  [read x -> 2] [read x -> 1]",
    ),
    "causes": (
        check_weaker,
        "0: [write x 1]\n1:     [read x -> 1] [write y 2]\n2:           [read y -> 2] [read x -> 1]",
        "0: [write x 1]\n1:     [read x -> 1] [write y 2]\n2:           [read y -> 2] [read x]",
    ),
    "a circle of causes": (
        check_weaker,
        "0: [read x] [write y 1]\n1: [read y -> 1] [write x 2]",
        "0: [read x -> 2] [write y 1]\n1: [read y -> 1] [write x 2]",
    ),
    "two orders of writes": (
        check_weaker,
        "0: [write x 1] [read x -> 2]\n1: [write x 2] [read x -> 2]",
        "0: [write x 1] [read x -> 2]\n1: [write x 2] [read x -> 1]",
    ),
    "no order": (
        check_weaker,
        "0: [write x 1] [read y]\n1: [write y 1] [read x -> 1]",
        "0: [write x 1] [read y]\n1: [write y 1] [read x]",
    ),
    "replicas": (
        check_convergence,
        "0: [write x 1] [read x -> 1]\n1:             [read x -> 1]",
        "0: [write x 1] [read x -> 1]\n1:             [read x]",
    ),
}


@pytest.mark.parametrize("name", RIGHT_AND_WRONG)
def test_a_verdict_is_verified_for_its_own_history_and_for_no_other(name):
    check, *drawings = RIGHT_AND_WRONG[name]
    right, wrong = map(timeline, drawings)
    good, bad = check(right), check(wrong)
    assert not good.anomalies
    assert audit(right, good).verified
    assert audit(wrong, bad).verified
    assert audit(right, good).wrong == audit(wrong, bad).wrong == ()
    violated = {model for model, finding in bad.models.items() if finding.status is Status.VIOLATED}
    for model in violated & good.models.keys():
        alone = attrs.evolve(good, models={model: good.models[model]})
        assert audit(wrong, alone).wrong, model
    for anomaly in bad.anomalies:
        assert audit(right, attrs.evolve(bad, models={}, anomalies=(anomaly,))).wrong, anomaly
