from __future__ import annotations

from random import Random

import pytest

from checkers.models import MODELS as LATTICE
from checkers.models import Data
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.verdict import Status
from tests.oracles.isolation import MODELS, satisfied
from tests.oracles.random_transactions import random_history

FEW = 330
PARTS = 8  # that run side by side
WORKLOADS = (Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE)


def disagreements(data, seeds):
    for seed in seeds:
        history = random_history(Random(seed), data)
        if not any(operation.ok for operation in history):
            continue
        classification = check_transactions(history)
        true = satisfied(history)
        models = [model for model in MODELS if data in LATTICE[model].data]
        wanted = {model: Status.HOLDS if model in true else Status.VIOLATED for model in models}
        found = {model: classification.status(model) for model in models}
        yield from [(seed, model, found[model]) for model in models if found[model] is not wanted[model]]
        yield from [(seed, problem) for problem in audit(history, classification)]


@pytest.mark.parametrize("data", WORKLOADS)
def test_every_model_is_judged_as_by_trying_everything(data):
    assert list(disagreements(data, range(FEW))) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("data", WORKLOADS)
def test_and_so_for_many_of_each_workload(data, part, pytestconfig):
    most = FEW + pytestconfig.getoption("histories")
    assert list(disagreements(data, range(FEW + part, most, PARTS))) == []
