"""The checker on the examples of the literature."""

from __future__ import annotations

import pytest

from checkers.models import implied_anomalies
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.verdict import Status
from tests.textbook import CASES


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_example_is_judged_as_the_literature_has_it(case):
    found = check_transactions(case.history, case.data)
    wanted = {name: Status.HOLDS if good else Status.VIOLATED for name, good in case.expected()}
    assert {name: found.status(name) for name in wanted} == wanted
    assert audit(case.history, found) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_its_anomalies_are_reported(case):
    reported = {anomaly.type for anomaly in check_transactions(case.history, case.data).anomalies}
    told = {name for kind in reported for name in implied_anomalies(kind)}
    assert told >= set(case.reported)
