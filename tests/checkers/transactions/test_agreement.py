from __future__ import annotations

from random import Random

import pytest

from checkers.models import MODELS as LATTICE
from checkers.models import Data
from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.verdict import Status
from tests.boundaries import SESSIONS, TRANSACTIONS
from tests.oracles.isolation import MODELS, satisfied
from tests.oracles.mutated import mutated
from tests.oracles.random_transactions import random_history
from tests.textbook import CASES

FEW = 330
PARTS = 8  # that run side by side
WORKLOADS = (Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE)


KNOWN = {data: [case for case in (*CASES, *TRANSACTIONS, *SESSIONS) if case.data is data] for data in WORKLOADS}


def near_an_example(luck, data):
    """A textbook example, a step or two further on: the edges of models lie there."""
    return mutated(luck.choice(KNOWN[data]).history, luck)


def disagreements(data, seeds, make=random_history):
    for seed in seeds:
        history = make(Random(seed), data)
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


@pytest.mark.parametrize("data", WORKLOADS)
def test_every_model_is_judged_so_near_the_examples_of_the_literature(data):
    assert list(disagreements(data, range(FEW), near_an_example)) == []


@pytest.mark.slow
@pytest.mark.parametrize("make", [random_history, near_an_example])
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("data", WORKLOADS)
def test_and_so_for_many_of_each_workload(data, part, make, pytestconfig):
    most = FEW + pytestconfig.getoption("histories")
    assert list(disagreements(data, range(FEW + part, most, PARTS), make)) == []
