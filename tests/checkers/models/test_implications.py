"""Every implication of the table on random histories, and for every pair that is not in it a history that shows why."""

from __future__ import annotations

from random import Random

import pytest

from checkers.models import EXAMPLES, MODELS, Data, implies
from tests.micro import history
from tests.oracles import isolation, memory
from tests.oracles.random_memory import random_operations
from tests.oracles.random_transactions import random_history
from tests.textbook import CASES

KINDS = (Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE)

# Each read has its own idea of which of two concurrent writes came first.
UNORDERED_WRITES = "write(x,1) ; write(y,1)\nwrite(x,2) ; write(z,2)\nread(y,1) ; read(x,2) ; read(z,2) ; read(x,1)"
UNORDERED_CAUSES = """
write(x,1)
read(x,1) ; write(y,1)
write(x,2)
read(x,2) ; write(z,2)
read(y,1) ; read(x,2) ; read(z,2) ; read(x,1)
"""


def disproved(names, found, data):
    """The implications between these models that a history which satisfies `found` disproves."""
    return [(a, b) for a in names if a in found for b in names if b not in found and implies(a, b, data=data)]


def no_history_disproves_one(data, seeds):
    names = [name for name in isolation.MODELS if data in MODELS[name].data]
    for seed in seeds:
        found = isolation.satisfied(random_history(Random(seed), data))
        assert disproved(names, found, data) == [], seed


@pytest.mark.parametrize("data", KINDS)
def test_no_random_history_of_transactions_disproves_an_implication(data):
    no_history_disproves_one(data, range(200))


@pytest.mark.slow
@pytest.mark.parametrize("data", KINDS)
def test_no_random_history_of_many_disproves_an_implication(data):
    no_history_disproves_one(data, range(1000, 2000))


def test_no_random_history_of_single_operations_disproves_an_implication():
    names = [*memory.MODELS, *isolation.MODELS]
    for seed in range(200):
        single, transactions = random_operations(Random(seed))
        found = memory.satisfied(single) | isolation.satisfied(transactions)
        assert disproved(names, found, Data.OPERATIONS) == [], seed


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("linearizable", "strict-serializable"),
        ("sequential", "strong-session-serializable"),
        ("causal-convergence", "axiomatic-causal"),
    ],
)
def test_for_single_operations_two_models_are_one(one, other):
    for seed in range(100):
        single, transactions = random_operations(Random(seed))
        assert (one in memory.satisfied(single)) == (other in isolation.satisfied(transactions)), seed


def unwitnessed(oracle, histories):
    """The pairs of models of which the table says that the first does not imply the second, and no history shows it."""
    left = {(a, b) for a in oracle.MODELS for b in oracle.MODELS if not implies(a, b)}
    for case in histories:
        found = oracle.satisfied(case)
        left -= {(a, b) for a, b in left if a in found and b not in found}
    return left


def test_a_textbook_history_shows_every_implication_between_transactional_models_that_does_not_hold():
    assert unwitnessed(isolation, [case.history for case in CASES]) == set()


def test_an_example_shows_every_implication_between_models_of_memory_that_does_not_hold():
    texts = [example.text for example in EXAMPLES.values() if "write(" in example.text and "cas(" not in example.text]
    assert unwitnessed(memory, [history(text) for text in [*texts, UNORDERED_WRITES, UNORDERED_CAUSES]]) == set()
