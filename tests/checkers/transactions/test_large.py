"""Large histories: what is legal by construction holds, with a certificate; what was planted is found, by name."""

from __future__ import annotations

import numpy as np
import pytest

from checkers.models import Data, implied_anomalies
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
from tests.benchmarks.large import one_component

LARGE = {Data.LIST_APPEND: 1_500, Data.RW_REGISTER: 300}


@pytest.mark.slow
@pytest.mark.parametrize("data", LARGE)
@pytest.mark.parametrize("level", LEVELS)
def test_a_history_that_is_legal_by_construction_holds(level, data):
    history = synthesize(Shape(level=level, data=data, transactions=LARGE[data], keys=20, seed=1))
    found = check_transactions(history, data)
    assert found.status(level) is Status.HOLDS
    assert audit(history, found) == []


@pytest.mark.slow
@pytest.mark.parametrize("data", LARGE)
def test_what_was_planted_is_found_and_named(data):
    host = synthesize(Shape(data=data, transactions=300, keys=20, seed=2))
    for anomaly in plantable(data):
        planted = plant(host, anomaly, data=data, seed=3)
        found = check_transactions(planted.history, data)
        named = {name for each in found.anomalies for name in implied_anomalies(each.type)}
        without_predicates = anomaly.replace("-item", "")  # where there are none, the names mean the same
        assert {anomaly, without_predicates} & named, (anomaly, named)


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
