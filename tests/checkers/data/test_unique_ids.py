"""Unique ids: no two are the same."""

from __future__ import annotations

import random

import pytest

from checkers.audit import audit
from checkers.data import check_unique_ids
from checkers.verdict import Status
from histories import History, HistoryError
from tests.oracles.random_histories import history as random_history
from tests.timelines import timeline


def test_ids_that_differ_are_unique():
    judged = check_unique_ids(timeline('0: [generate -> 1] [generate -> "1"] [generate -> [1]] [generate? [generate!'))
    assert judged.status("unique-ids") is Status.HOLDS
    assert judged.models["unique-ids"].because == "3 ids, and no two are the same"


def test_without_an_id_nothing_is_known():
    assert check_unique_ids(timeline("0: [generate? [generate!")).status("unique-ids") is Status.UNKNOWN


def test_an_id_that_was_given_twice_is_named_with_those_who_got_it():
    judged = check_unique_ids(timeline("0: [generate -> 7]   [generate -> 8]\n1:   [generate x -> 7]"))
    (duplicate,) = judged.anomalies
    assert judged.status("unique-ids") is judged.status("linearizable") is Status.VIOLATED
    assert duplicate.operations == (0, 1)
    assert duplicate.explanation == "The id 7 was given 2 times: to #0 (process 0), #1 (process 1)"


@pytest.mark.parametrize("drawing", ["0: [read -> 1]", "0: [generate]"])
def test_what_gives_no_ids_is_refused(drawing):
    with pytest.raises(HistoryError, match="#0 process 0"):
        check_unique_ids(timeline(drawing))


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definition_does(count):
    luck = random.Random(count)
    for number in range(count):
        operations = random_history(
            luck, lambda luck, n: (("generate", None, luck.randint(1, 3 * n)) for _ in range(n))
        )
        given = [o.result for o in operations if o.ok]
        history = History(operations=operations)
        judged = check_unique_ids(history)
        assert number % 5 or not audit(history, judged).wrong, operations
        assert (judged.status("unique-ids") is Status.VIOLATED) == (len(set(given)) < len(given))
        assert (judged.status("unique-ids") is Status.UNKNOWN) == (not given)
        assert {a.evidence for a in judged.anomalies} == {each for each in given if given.count(each) > 1}
