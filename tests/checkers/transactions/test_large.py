"""Large histories: what is legal by construction holds, with a certificate; what was planted is found, by name."""

from __future__ import annotations

from functools import cache, partial

import attrs
import numpy as np
import pytest

from checkers.models import Data, implied, implied_anomalies
from checkers.synthetic import LEVELS, Shape, plant, plantable, synthesize
from checkers.transactions import check_columns, check_transactions
from checkers.transactions.audit import audit
from checkers.transactions.graph import Graph
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from checkers.transactions.relations import dependencies
from checkers.transactions.schedule import joined_ends
from checkers.transactions.versions import accesses, list_keys
from checkers.verdict import Status
from histories import History
from tests.benchmarks.large import list_append, one_component, rw_register

LARGE = {Data.LIST_APPEND: 5_000, Data.RW_REGISTER: 5_000}
HOSTS = 200  # of these many histories that are compared with the definitions, one more host


@pytest.mark.slow
@pytest.mark.parametrize("data", LARGE)
@pytest.mark.parametrize("level", LEVELS)
def test_a_history_that_is_legal_by_construction_holds(level, data):
    shape = Shape(level=level, data=data, transactions=LARGE[data], keys=20, fail=0.03, info=0.03, seed=1)
    history = synthesize(shape)
    found = check_transactions(history, data)
    assert found.status(level) is Status.HOLDS
    assert {model for model in implied(level) if found.status(model) is Status.VIOLATED} == set()
    assert audit(history, found) == []


@pytest.mark.slow
@pytest.mark.parametrize("data", LARGE)
def test_what_was_planted_is_found_and_named_and_nothing_else_is_wrong(data, pytestconfig):
    for seed in range(pytestconfig.getoption("histories") // HOSTS):
        host = synthesize(Shape(data=data, transactions=300, keys=20, fail=0.03, info=0.03, seed=seed))
        for anomaly in plantable(data):
            planted = plant(host, anomaly, data=data, seed=seed)
            found = check_transactions(planted.history, data)
            named = {name for each in found.anomalies for name in implied_anomalies(each.type)}
            without_predicates = anomaly.replace("-item", "")  # where there are none, the names mean the same
            assert {anomaly, without_predicates} & named, (anomaly, named)
            violated = {name for name, finding in found.models.items() if finding.status is Status.VIOLATED}
            assert violated == by_example(anomaly, data), (anomaly, seed)
            assert audit(planted.history, found) == []


def test_one_wrong_order_among_many_blind_writes_is_put_right_nearby():
    host = synthesize(Shape(data=Data.RW_REGISTER, transactions=3_000, keys=20, fail=0.03, info=0.03, seed=5))
    history = plant(host, "long-fork", data=Data.RW_REGISTER, seed=3).history
    found = check_transactions(history)
    assert found.status("update-serializable") is Status.HOLDS
    assert found.status("prefix") is Status.VIOLATED
    assert audit(history, found) == []


@pytest.mark.slow
def test_orders_that_go_round_are_refuted_whatever_a_shorter_cycle_says():
    shape = Shape(level="axiomatic-read-atomic", data=Data.RW_REGISTER, transactions=3_000, keys=100, processes=30)
    history = synthesize(attrs.evolve(shape, skew=0.5, seed=1))
    found = check_transactions(history)
    assert found.status("axiomatic-read-atomic") is Status.HOLDS
    assert found.status("monotonic-view") is Status.VIOLATED
    assert audit(history, found) == []


@cache
def by_example(anomaly, data):
    """The models that the example of an anomaly violates, alone."""
    alone = plant(History(), anomaly, data=data).history
    models = check_transactions(alone, data).models
    return {name for name, finding in models.items() if finding.status is Status.VIOLATED}


@pytest.mark.parametrize("make", [rw_register, partial(rw_register, blind=False), list_append])
def test_what_is_looked_at_in_portions_is_judged_as_if_it_were_looked_at_at_once(make, monkeypatch):
    columns = make(300, seed=2)
    at_once = check_columns(columns)
    monkeypatch.setattr("checkers.transactions.accesses.AT_ONCE", 7)
    in_portions = check_columns(attrs.evolve(columns))
    assert {in_portions.status(model) for model in in_portions.models} <= {Status.HOLDS, Status.NOT_TESTABLE}
    one, other = (each.models["strict-serializable"].certificate.commits for each in (at_once, in_portions))
    assert one.tolist() == other.tolist()


def test_one_strong_component_is_classified():
    count = 2_000
    columns = one_component(count)
    is_list = list_keys(columns)
    found = accesses(columns, Lists.of(columns, is_list), Registers.of(columns, is_list))
    parts = dependencies(found)
    source, target = joined_ends(parts)
    graph = Graph(vertices=max(part.vertices for part in parts), source=source, target=target)
    assert np.bincount(graph.component[:count]).max() > 0.95 * count
    verdict = check_columns(columns)
    statuses = {model: verdict.status(model) for model in ("strict-serializable", "serializable", "prefix")}
    assert statuses == {
        "strict-serializable": Status.VIOLATED,
        "serializable": Status.VIOLATED,
        "prefix": Status.HOLDS,
    }
    assert "G-single" in {anomaly.type for anomaly in verdict.anomalies}
    assert audit(columns, verdict) == []
