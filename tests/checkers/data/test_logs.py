"""Logs: every consumer sees what was sent, once, in order, and without gaps."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from checkers.audit import audit
from checkers.data import check_log
from checkers.data.logs import (
    ABORTED,
    BACK,
    DUPLICATED,
    INCONSISTENT,
    LOST,
    REORDERED,
    SENT_BACK,
    SKIP,
    UNEXPECTED,
)
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.timelines import timeline


def types(classification):
    return {anomaly.type for anomaly in classification.anomalies}


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ('0: [send k "a" -> 0] [send k "b" -> 5] [poll -> {"k": [[0, "a"], [5, "b"]]}]', set()),
        ('0: [send k "a" -> [0, "a"]] [poll -> {"k": []}] [poll -> {"k": [[0, "a"]]}]', set()),
        ('0: [send k "a" -> 0] [poll -> {"k": [[0, "b"]]}]', {INCONSISTENT, UNEXPECTED}),
        ('0: [send k "a" -> 0]\n1:   [send k "b" -> 0]', {INCONSISTENT}),
        ('0: [send k "a" -> 0] [poll -> {"k": [[0, "a"], [1, "a"]]}]', {DUPLICATED}),
        ('0: [send k "a"? [send k "a"? [poll -> {"k": [[0, "a"], [1, "a"]]}]', set()),
        ('0: [send k "a" -> 0] [send k "b" -> 1]\n1:                    [poll -> {"k": [[1, "b"]]}]', {LOST}),
        ('0: [send k "a" -> 0] [send k "b" -> 1] [poll -> {"k": [[0, "a"]]}]', set()),
        ('0: [send k "a"! [poll -> {"k": [[0, "a"]]}]', {ABORTED}),
        ('0: [send k "a"? [poll -> {"k": [[0, "a"]]}]', set()),
        ('0: [poll -> {"k": [[0, "a"]]}] [send k "a" -> 0]', {UNEXPECTED}),
        (
            """
0: [send k 1 -> 0] [send k 2 -> 1] [send k 3 -> 2] [poll -> {"k": [[0, 1], [2, 3]]}]
1:                                     [poll -> {"k": [[0, 1], [1, 2]]}]""",
            {SKIP},
        ),
        ('0: [send k 1 -> 0] [send k 2 -> 7] [poll -> {"k": [[0, 1]]}] [poll -> {"k": [[7, 2]]}]', set()),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [poll -> {"k": [[0, 1]]}]', {BACK}),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [assign ["k"]] [poll -> {"k": [[0, 1]]}]', set()),
        (
            '0: [subscribe ["k"]] [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [poll -> {"k": [[0, 1]]}]',
            set(),
        ),
        ('0: [subscribe ["k"]] [send k 1 -> 0] [poll -> {"k": [[0, 1], [0, 1]]}]', {BACK}),
        (
            '0: [subscribe ["k"]] [assign ["k"]] [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [poll -> {"k": [[0, 1]]}]',
            {BACK},
        ),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [poll? [poll -> {"k": [[0, 1]]}]', set()),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [crash? [poll -> {"k": [[0, 1]]}]', set()),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}] [poll {"k": 0} -> {"k": [[0, 1]]}]', set()),
        ('0: [send k 1 -> 0] [poll -> {"k": [[0, 1]]}]\n1:              [poll -> {"k": [[0, 1]]}]', set()),
        ('0: [send k 1 -> 0] [send k 2 -> 1] [poll -> {"k": [[1, 2], [0, 1]]}]', {BACK}),
        ("0: [send k 1 -> 5] [send k 2 -> 1]", {SENT_BACK, REORDERED}),
        ("0: [send k 1 -> 5]\n1:                    [send k 2 -> 1]", {REORDERED}),
        ("0: [send k 1 -> 5]\n1:     [send k 2 -> 1]", set()),
        (
            '0: [txn [["send", "k", 1], ["poll"]] -> [["send", "k", [0, 1]], ["poll", {"k": [[0, 1]], "j": [[4, 9]]}]]]',  # noqa: E501
            {UNEXPECTED},
        ),
        ('0: [txn [["send", "k", 1]] -> [["send", "k", 1]]]', set()),
    ],
)
def test_each_kind_is_told_from_the_others(drawing, expected):
    judged = check_log(timeline(drawing))
    assert types(judged) == expected
    assert (judged.status("log") is Status.VIOLATED) == bool(expected - {REORDERED})
    assert (judged.status("linearizable") is Status.VIOLATED) == bool(expected)


def test_a_log_has_one_name_as_a_number_and_as_the_key_of_a_map():
    sent = Operation(index=0, end=1, process=0, f="send", key=7, value="a", result=0, outcome=Outcome.OK)
    polled = Operation(index=2, end=3, process=0, f="poll", result={"7": [[0, "a"]]}, outcome=Outcome.OK)
    assert check_log(History(operations=(sent, polled))).status("log") is Status.HOLDS


def test_the_prose_tells_what_was_passed_over_and_who_knows_of_it():
    drawing = """
0: [send k 1 -> 0] [send k 2 -> 1] [send k 3 -> 2] [poll -> {"k": [[0, 1], [1, 2]]}]
1:                                                      [poll -> {"k": [[0, 1], [2, 3]]}]
"""
    (skip,) = check_log(timeline(drawing)).anomalies
    assert skip.explanation == (
        "In log k, #7 (process 1) polled offset 0, and next #7 (process 1) polled offset 2, and passed over offset 1, "
        "which #2 (process 0) knows"
    )


def test_nothing_is_known_of_a_log_that_nobody_polled():
    judged = check_log(timeline('0: [send k "a" -> 0]'))
    assert judged.status("log") is Status.UNKNOWN
    assert judged.statistics["unseen messages"] == 1


@pytest.mark.parametrize(
    "drawing",
    [
        "0: [read -> 3]",
        '0: [send k "a" -> "b"]',
        "0: [poll -> 3]",
        '0: [poll -> {"k": [1]}]',
        '0: [poll -> {"k": [["a", 1]]}]',
        "0: [txn 3]",
        '0: [txn [["send", "k"]]]',
        '0: [txn [["send", "k", 1]] -> []]',
        '0: [txn [["poll"]] -> [["poll"]]]',
    ],
)
def test_what_is_no_log_is_refused(drawing):
    with pytest.raises(HistoryError, match="#0 process 0"):
        check_log(timeline(drawing))


def small(luck):
    """A few sends and polls of one log, one after another or overlapping, plausible or not."""
    operations, sent = [], []
    for number in range(luck.randint(1, 7)):
        index = 2 * number if luck.random() < 0.7 else max(0, 2 * number - 3)
        while any(index in (o.index, o.end) for o in operations) or any(index == o.index for o in operations):
            index += 1
        outcome = luck.choice([Outcome.OK] * 5 + [Outcome.INFO, Outcome.FAIL])
        if luck.random() < 0.5:
            offset = len(sent) if luck.random() < 0.8 else luck.randint(0, 4)
            sent.append((offset, number))
            made = {"f": "send", "key": "k", "value": number, "result": offset if outcome is Outcome.OK else None}
        else:
            messages = sorted(luck.sample(sent, luck.randint(0, len(sent))))
            if luck.random() < 0.15:
                luck.shuffle(messages)
            if luck.random() < 0.1:
                messages.append((luck.randint(0, 5), luck.randint(0, 9)))
            made = {"f": "poll", "result": {"k": messages} if outcome is Outcome.OK else None}
        operations.append(
            Operation(
                index=index,
                end=100 + 2 * number if luck.random() < 0.2 else index + 1,
                process=number % 2,
                outcome=outcome,
                **made,
            )
        )
    ends = set()
    distinct = []
    for o in sorted(operations, key=lambda o: o.index):
        if o.index not in ends and o.end not in ends:
            ends |= {o.index, o.end}
            distinct.append(o)
    return tuple(distinct)


def by_definition(operations):  # noqa: C901, PLR0912  one definition after another
    sends = [o for o in operations if o.f == "send"]
    polls = [o for o in operations if o.f == "poll" and o.ok]
    polled = [(offset, value, o) for o in polls for offset, value in o.result["k"]]
    acked = [(o.result, o.value, o) for o in sends if o.ok]
    told = {(offset, value) for offset, value, _ in [*polled, *acked]}
    found = set()
    for offset, value in told:
        for another, other in told:
            if offset == another and value != other:
                found.add(INCONSISTENT)
            if offset != another and value == other:
                found.add(DUPLICATED)
    for offset, value, _ in acked:
        if any(another > offset for another, _, _ in polled) and all(other != value for _, other, _ in polled):
            found.add(LOST)
    for value in {value for _, value, _ in polled}:
        first = min((o for _, other, o in polled if other == value), key=lambda o: o.index)
        by = [o for o in sends if o.value == value]
        for poll in [o for _, other, o in polled if other == value]:
            if (
                not [o for o in by if o.outcome is not Outcome.FAIL and o.index < poll.end]
                and poll.index == first.index
            ):
                found.add(ABORTED if by and all(o.outcome is Outcome.FAIL for o in by) else UNEXPECTED)
    for process in (0, 1):
        mine = [(offset, o.index) for offset, _, o in polled if o.process == process]
        silent = [o.index for o in operations if o.f == "poll" and o.process == process and o.outcome is Outcome.INFO]
        for (before, earlier), (after, later) in pairwise(mine):
            if any(earlier < index < later for index in silent):
                continue
            if after <= before:
                found.add(BACK)
            elif any(before < offset < after for offset, _ in told):
                found.add(SKIP)
        own = [offset for offset, _, o in acked if o.process == process]
        if any(after <= before for before, after in pairwise(own)):
            found.add(SENT_BACK)
    if any(one.end < other.index and offset > another for offset, _, one in acked for another, _, other in acked):
        found.add(REORDERED)
    return found


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definitions_do(count):
    luck = random.Random(count)
    seen = set()
    for number in range(count):
        operations = small(luck)
        history = History(operations=operations)
        judged = check_log(history)
        found = types(judged)
        assert found == by_definition(operations), operations
        assert number % 5 or not audit(history, judged).wrong, operations
        seen |= found
    assert seen == {ABORTED, BACK, DUPLICATED, INCONSISTENT, LOST, REORDERED, SENT_BACK, SKIP, UNEXPECTED}


def test_planted_anomalies_in_a_large_history_are_found():
    operations, log, read = [], [], {1: 0, 2: 0}

    def happened(process, f, **rest):
        position = 2 * len(operations)
        operations.append(Operation(index=position, end=position + 1, process=process, f=f, outcome=Outcome.OK, **rest))

    luck = random.Random(11)
    for number in range(3_000):
        happened(0, "send", key="k", value=number, result=number * 3)
        log.append([number * 3, number])
        if luck.random() < 0.2:
            process = luck.choice([1, 2])
            end = min(len(log), read[process] + 10)
            happened(process, "poll", result={"k": log[read[process] : end]})
            read[process] = end
    assert check_log(History(operations=tuple(operations))).status("log") is Status.HOLDS
    place = next(n for n, o in enumerate(operations) if o.f == "poll" and len(o.result["k"]) > 4 and n > 2_000)
    poll = operations[place]

    def planted(messages):
        changed = list(operations)
        changed[place] = Operation(
            index=poll.index, end=poll.end, process=poll.process, f="poll", outcome=Outcome.OK, result={"k": messages}
        )
        return types(check_log(History(operations=tuple(changed))))

    messages = poll.result["k"]
    assert planted([*messages[:2], *messages[3:]]) >= {SKIP}
    assert planted([messages[1], messages[0], *messages[2:]]) >= {BACK}
    assert planted([[messages[0][0], -1], *messages[1:]]) >= {INCONSISTENT, UNEXPECTED}
