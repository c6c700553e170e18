"""The checker at the edges of models: as one can tell at sight, and in all else as the definitions have it."""

from __future__ import annotations

import pytest

from checkers.models import MODELS as LATTICE
from checkers.models import implied_anomalies
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.verdict import Status
from tests.boundaries import SESSIONS, TRANSACTIONS
from tests.oracles.isolation import MODELS, satisfied


@pytest.mark.parametrize("edge", [*TRANSACTIONS, *SESSIONS], ids=lambda edge: edge.name)
def test_an_edge_is_judged_as_one_can_tell_at_sight(edge):
    found = check_transactions(edge.history, edge.data)
    seen = dict.fromkeys(edge.holds, Status.HOLDS) | dict.fromkeys(edge.violates, Status.VIOLATED)
    assert {model: found.status(model) for model in seen} == seen
    told = {name for anomaly in found.anomalies for name in implied_anomalies(anomaly.type)}
    assert told >= set(edge.shows)
    assert audit(edge.history, found) == []


@pytest.mark.parametrize("edge", [*TRANSACTIONS, *SESSIONS], ids=lambda edge: edge.name)
def test_and_otherwise_as_the_definitions_have_it(edge):
    found, true = check_transactions(edge.history, edge.data), satisfied(edge.history)
    models = [model for model in MODELS if edge.data in LATTICE[model].data]
    wanted = {model: Status.HOLDS if model in true else Status.VIOLATED for model in models}
    assert {model: found.status(model) for model in models} == wanted
