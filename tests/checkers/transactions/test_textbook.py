"""The checker on the examples of the literature."""

from __future__ import annotations

import attrs
import pytest

from checkers.models import ANOMALIES, Data, implied_anomalies
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.verdict import Status
from tests.textbook import CASES, REGISTERS, ROWS


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


AS_ROWS = [attrs.evolve(case, data=ROWS) for case in CASES if case.data is REGISTERS]


@pytest.mark.parametrize("case", AS_ROWS, ids=lambda case: case.name)
def test_registers_are_rows_that_never_come_and_go(case):
    found = check_transactions(case.history, ROWS)
    wanted = {name: Status.HOLDS if good else Status.VIOLATED for name, good in case.expected()}
    assert {name: found.status(name) for name in wanted} == wanted
    assert audit(case.history, found) == []


def test_every_anomaly_of_the_tables_is_reported_of_some_example():
    examples = [(case.history, case.data) for case in (*CASES, *AS_ROWS)]
    reported = {anomaly.type for past, data in examples for anomaly in check_transactions(past, data).anomalies}
    told = {name for kind in reported for name in implied_anomalies(kind)}
    assert told >= {kind.name for kind in ANOMALIES.values() if kind.data != {Data.OPERATIONS}}
