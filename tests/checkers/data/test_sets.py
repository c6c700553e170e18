"""Sets: nothing lost, nothing twice, nothing out of nowhere; and how late it came."""

from __future__ import annotations

import random

import attrs
import pytest

from checkers.audit import audit
from checkers.data import check_set, check_set_full
from checkers.data.sets import DUPLICATED, LOST, STALE, UNEXPECTED
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.oracles.linearizability import linearizable
from tests.oracles.random_histories import history as random_history
from tests.timelines import timeline


def types(classification):
    return {anomaly.type for anomaly in classification.anomalies}


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("0: [add 1] [add 2] [read -> [2, 1]]", set()),
        ("0: [add 1] [add 2] [read -> [1]]", {LOST}),
        ("0: [add 1] [read -> [1]] [read -> []]", {LOST}),
        ("0: [add 1] [read -> []] [read -> [1]]", {STALE}),
        ("0: [add 1! [read -> [1]]", {UNEXPECTED}),
        ("0: [add 1? [read -> [1]]", set()),
        ("0: [add 1? [read -> []]", set()),
        ("0: [add 1] [read -> [1, 1]]", {DUPLICATED}),
        ("0: [add 1] [read -> [1, 3]]", {UNEXPECTED}),
        ("0: [add 1     ]\n1:   [read -> []]", set()),
        ("0: [add 1? [read -> [1]] [read -> []]", {LOST}),
        ("0: [add 1]   [read -> []  ]\n1:         [read -> [1]     ]", {STALE}),
        ("0: [add 1] [read -> [1]! [read?", set()),
    ],
)
def test_each_kind_is_told_from_the_others(drawing, expected):
    judged = check_set_full(timeline(drawing))
    assert types(judged) == expected
    violated = bool(expected - {STALE})
    assert (judged.status("set-full") is Status.VIOLATED) == violated
    assert (judged.status("linearizable") is Status.VIOLATED) == bool(expected)


def test_the_prose_tells_who_added_it_and_who_missed_it():
    (lost,) = check_set_full(timeline("0: [add 7]\n1:          [read -> []]")).anomalies
    assert lost.explanation == (
        "1 element lost: 7. 7 was added by #0 (process 0); the read #2 (process 1) began after that had completed and "
        "does not have it, and no later read has it"
    )
    assert lost.operations == (0, 2)


def test_staleness_has_a_duration():
    judged = check_set_full(timeline("0: [add 7] [read -> []] [read -> []] [read -> [7]]"))
    assert judged.statistics["longest staleness in seconds"] == 3.0
    assert judged.statistics["stale elements"] == 1
    assert "began 3 s later" in judged.anomalies[0].explanation


def test_nothing_is_said_of_what_nobody_read():
    judged = check_set_full(timeline("0: [add 7] [read -> [7]] [add 8]"))
    assert judged.status("set-full") is Status.HOLDS
    assert judged.statistics["never read"] == 1
    assert check_set_full(timeline("0: [add 7]")).status("set-full") is Status.UNKNOWN
    assert check_set(timeline("0: [add 7] [read?")).status("set") is Status.UNKNOWN
    assert check_set_full(History()).status("set-full") is Status.UNKNOWN
    assert check_set(History()).status("set") is Status.UNKNOWN


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        ("0: [add 1] [read -> []] [read -> [1]]", set()),
        ("0: [add 1] [read -> [1]] [read -> []]", {LOST}),
        ("0: [add 1      ]\n1:    [read -> []]", set()),
        ("0: [add 1] [read -> [2]]", {LOST, UNEXPECTED}),
        ("0: [add 1] [read -> [1, 1]] [read -> [1]]", set()),
        ("0: [add 1? [read -> [1, 1]]", {DUPLICATED}),
    ],
)
def test_only_the_last_read_counts_for_a_plain_set(drawing, expected):
    assert types(check_set(timeline(drawing))) == expected


def test_sets_of_different_keys_are_different_sets():
    judged = check_set_full(timeline("0: [add x 1] [add y 2] [read x -> [1]] [read y -> []]"))
    assert [(anomaly.type, anomaly.key) for anomaly in judged.anomalies] == [(LOST, "y")]


@pytest.mark.parametrize("drawing", ["0: [remove 1]", "0: [read -> 5]"])
def test_what_is_no_set_is_refused(drawing):
    with pytest.raises(HistoryError, match="#0 process 0"):
        check_set_full(timeline(drawing))


def fill(luck, count):
    """Adds of a few elements, and reads of what may be there."""
    for number in range(count):
        if luck.random() < 0.5:
            yield "add", number, number
        else:
            found = [other for other in range(count) if luck.random() < 0.5]
            yield "read", None, found + found[: luck.random() < 0.05]


def by_definition(operations):
    """Anomalies of the elements, each straight from the words of the module."""
    reads = [o for o in operations if o.f == "read" and o.ok]
    found = set()
    for element in range(len(operations)):
        adds = [o for o in operations if o.f == "add" and o.value == element]
        seers = [read for read in reads if element in read.result]
        known = min([o.end for o in adds if o.ok] + [read.end for read in seers], default=None)
        late = [read for read in reads if known is not None and known < read.index and element not in read.result]
        if late and any(o.outcome is not Outcome.FAIL for o in adds):
            last = max(read.index for read in late)
            found.add(STALE if any(read.end > last for read in seers) else LOST)
        if any(read.result.count(element) > 1 for read in seers):
            found.add(DUPLICATED)
        if seers and all(o.outcome is Outcome.FAIL for o in adds):
            found.add(UNEXPECTED)
    return found


def step(state, o):
    if o.f == "add":
        return [state | {o.value}]
    return [state] if not o.ok or sorted(state) == sorted(o.result) else []


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definition_does_and_never_too_hard(count):
    luck = random.Random(count)
    violated = 0
    for number in range(count):
        operations = random_history(luck, fill)
        history = History(operations=operations)
        judged = check_set_full(history)
        assert types(judged) == by_definition(operations), operations
        assert number % 5 or not audit(history, judged).wrong, operations
        assert number % 5 or not audit(history, check_set(history)).wrong, operations
        if judged.anomalies:
            violated += 1
            if number % 5 == 0:
                assert not linearizable(operations, frozenset(), step), operations
    assert count / 10 < violated < count


def run(luck, size):
    """A linearizable run of one set: adds, some of unknown outcome, and reads of all that is there."""
    there, operations, position = [], [], 0
    for number in range(size):
        outcome = luck.choice([Outcome.OK] * 9 + [Outcome.INFO, Outcome.FAIL])
        if number % 50 == 49:
            f, value, result, outcome = "read", None, list(there), Outcome.OK
        else:
            f, value, result = "add", number, number
            if outcome is not Outcome.FAIL and (outcome is Outcome.OK or luck.random() < 0.5):
                there.append(number)
        operations.append(
            Operation(index=position, end=position + 1, process=0, f=f, value=value, outcome=outcome, result=result)
        )
        position += 2
    return operations


@pytest.mark.parametrize("seed", range(3))
def test_a_planted_anomaly_in_a_large_history_is_found_and_nothing_else(seed):
    luck = random.Random(seed)
    operations = run(luck, 2_000)
    assert check_set_full(History(operations=tuple(operations))).status("set-full") is Status.HOLDS
    assert check_set(History(operations=tuple(operations))).status("set") is Status.HOLDS
    reads = [place for place, o in enumerate(operations) if o.f == "read"]
    element = luck.choice(operations[reads[5]].result)

    def planted(places, change):
        changed = list(operations)
        for place in places:
            o = changed[place]
            changed[place] = Operation(
                index=o.index, end=o.end, process=o.process, f="read", outcome=o.outcome, result=change(list(o.result))
            )
        return check_set_full(History(operations=tuple(changed)))

    def without(found):
        return [each for each in found if each != element]

    lost = planted(reads[10:], without)
    assert types(lost) == {LOST}
    assert lost.anomalies[0].evidence == (element,)
    assert types(planted(reads[10:12], without)) == {STALE}
    assert types(planted(reads[10:11], lambda found: [*found, element])) == {DUPLICATED}
    assert types(planted(reads[10:11], lambda found: [*found, -1])) == {UNEXPECTED}


def test_evidence_and_prose_do_not_depend_on_hashes():
    history = timeline('0: [add "a"] [add "b"] [add "c"] [read -> []]')
    (lost,) = check_set_full(history).anomalies
    assert lost.evidence == ("a", "b", "c")
    assert attrs.evolve(lost, evidence=None).operations == (0, 6, 2, 4)
