"""Queues by counting: what was put in comes out, as often, and nothing else does."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from checkers.audit import audit
from checkers.data import check_total_queue
from checkers.data.queues import DUPLICATED, LOST, UNEXPECTED
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.oracles.linearizability import linearizable
from tests.oracles.random_histories import history as random_history
from tests.timelines import timeline


def types(classification):
    return {anomaly.type for anomaly in classification.anomalies}


def statuses(classification):
    return [classification.status(name).value for name in ("total-queue", "at-least-once", "at-most-once")]


HOLDS, VIOLATED, UNKNOWN = "holds", "violated", "unknown"


@pytest.mark.parametrize(
    ("drawing", "expected", "found"),
    [
        ("0: [enqueue 1] [dequeue -> 1]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1] [dequeue -> 1] [dequeue]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1]", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [dequeue]", [VIOLATED, VIOLATED, HOLDS], {LOST}),
        ("0: [enqueue 1] [dequeue!", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [drain -> []]", [VIOLATED, VIOLATED, HOLDS], {LOST}),
        ("0: [enqueue 1] [drain]", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [drain? [drain -> []]", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [drain! [drain -> []]", [VIOLATED, VIOLATED, HOLDS], {LOST}),
        ("0: [enqueue 1] [drain -> [1]]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1     ]\n1:       [dequeue]", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [dequeue? [dequeue]", [UNKNOWN, UNKNOWN, HOLDS], set()),
        ("0: [enqueue 1] [enqueue 2] [dequeue? [dequeue]", [VIOLATED, VIOLATED, HOLDS], {LOST}),
        ("0: [enqueue 1? [dequeue]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1? [dequeue -> 1]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1! [dequeue -> 1]", [VIOLATED, HOLDS, HOLDS], {UNEXPECTED}),
        ("0: [dequeue -> 1]", [VIOLATED, HOLDS, HOLDS], {UNEXPECTED}),
        ("0: [enqueue 1] [dequeue -> 1] [dequeue -> 1]", [HOLDS, HOLDS, VIOLATED], {DUPLICATED}),
        ("0: [enqueue 1] [enqueue 1] [dequeue -> 1] [dequeue -> 1]", [HOLDS, HOLDS, HOLDS], set()),
        ("0: [enqueue 1] [enqueue 1] [dequeue -> 1] [dequeue]", [VIOLATED, VIOLATED, HOLDS], {LOST}),
    ],
)
def test_textbook_queues(drawing, expected, found):
    judged = check_total_queue(timeline(drawing))
    assert statuses(judged) == expected
    assert types(judged) == found
    assert (judged.status("linearizable") is Status.VIOLATED) == bool(found)


def test_the_prose_tells_what_was_lost_and_what_may_have_been_taken():
    (lost,) = check_total_queue(timeline("0: [enqueue 1] [enqueue 2] [dequeue? [dequeue]")).anomalies
    assert lost.explanation == (
        "2 elements lost: 1, 2. 1 was put in by #0 (process 0) and never came out, though the queue was drained; of "
        "these, 1 dequeue of unknown outcome may have taken one each"
    )


def test_what_came_back_from_an_unknown_enqueue_is_counted():
    judged = check_total_queue(timeline("0: [enqueue 1? [enqueue 2? [dequeue -> 1] [dequeue]"))
    assert judged.statistics["recovered elements"] == 1


def test_queues_of_different_keys_are_different():
    judged = check_total_queue(timeline("0: [enqueue x 1] [dequeue y] [dequeue x -> 1]"))
    assert statuses(judged) == [HOLDS, HOLDS, HOLDS]


def test_what_is_no_queue_is_refused():
    with pytest.raises(HistoryError, match="expected one of dequeue, drain, enqueue"):
        check_total_queue(timeline("0: [push 1]"))


def fill(luck, count):
    for _ in range(count):
        if luck.random() < 0.5:
            element = luck.randint(1, 3)
            yield "enqueue", element, element
        else:
            yield "dequeue", None, luck.choice([None, 1, 2, 3])


def by_definition(operations):
    put = Counter(o.value for o in operations if o.f == "enqueue" and o.ok)
    tried = Counter(o.value for o in operations if o.f == "enqueue" and o.outcome is not Outcome.FAIL)
    out = Counter(o.result for o in operations if o.f == "dequeue" and o.ok and o.result is not None)
    ends = [
        o.index if o.end is None else o.end for o in operations if o.f == "enqueue" and o.outcome is not Outcome.FAIL
    ]
    drained = any(
        o.f == "dequeue" and o.ok and o.result is None and all(end < o.index for end in ends) for o in operations
    )
    missing = sum(max(0, put[element] - out[element]) for element in put)
    forgiven = sum(o.f == "dequeue" and o.outcome is Outcome.INFO for o in operations)
    found = set()
    if drained and missing > forgiven:
        found.add(LOST)
    found |= {UNEXPECTED for element in out if tried[element] == 0}
    found |= {DUPLICATED for element in out if 0 < tried[element] < out[element]}
    return found


def step(state, o):
    if o.f == "enqueue":
        return [(*state, o.value)]
    if not o.ok:
        return [state[1:]]
    return [state[1:]] if o.result == (state[0] if state else None) else []


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definition_does_and_never_too_hard(count):
    luck = random.Random(count)
    violated = 0
    for number in range(count):
        operations = random_history(luck, fill)
        history = History(operations=operations)
        judged = check_total_queue(history)
        assert types(judged) == by_definition(operations), operations
        assert number % 5 or not audit(history, judged).wrong, operations
        if judged.anomalies:
            violated += 1
            if number % 5 == 0:
                assert not linearizable(operations, (), step), operations
    assert count / 10 < violated < count


def test_planted_anomalies_in_a_large_history_are_found():
    luck = random.Random(5)
    operations, waiting = [], []

    def happened(f, value, result, outcome=Outcome.OK):
        position = 2 * len(operations)
        operations.append(
            Operation(index=position, end=position + 1, process=0, f=f, value=value, result=result, outcome=outcome)
        )

    for number in range(5_000):
        happened("enqueue", number, number)
        waiting.append(number)
        if luck.random() < 0.9:
            happened("dequeue", None, waiting.pop(0))
    while waiting:
        happened("dequeue", None, waiting.pop(0))
    happened("dequeue", None, None)

    def judged(change):
        changed = list(operations)
        change(changed)
        return check_total_queue(History(operations=tuple(changed)))

    def without_first_dequeue(changed):
        changed.remove(next(o for o in changed if o.f == "dequeue"))

    def twice(changed):
        taken = next(o for o in changed if o.f == "dequeue")
        changed.append(
            Operation(index=10**6, end=10**6 + 1, process=1, f="dequeue", result=taken.result, outcome=Outcome.OK)
        )

    def invented(changed):
        changed.append(Operation(index=10**6, end=10**6 + 1, process=1, f="dequeue", result="?", outcome=Outcome.OK))

    assert statuses(judged(lambda _: None)) == [HOLDS, HOLDS, HOLDS]
    assert types(judged(without_first_dequeue)) == {LOST}
    assert types(judged(twice)) == {DUPLICATED}
    assert types(judged(invented)) == {UNEXPECTED}
