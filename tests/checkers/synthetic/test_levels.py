from __future__ import annotations

import pytest

from checkers.models import Data, implied, weakest
from checkers.synthetic import LEVELS, Shape, synthesize
from tests.oracles.isolation import MODELS, satisfied

KINDS = (Data.LIST_APPEND, Data.RW_REGISTER)

# What histories of each level violate now and then, at its weakest: they are no better than they promise.
TIGHT = {
    "strict-serializable": set(),
    "strong-session-serializable": {"strong-snapshot-isolation"},
    "serializable": {"axiomatic-read-atomic"},
    "strong-snapshot-isolation": {"repeatable-read"},
    "strong-session-snapshot-isolation": {"strong-snapshot-isolation", "repeatable-read"},
    "snapshot-isolation": {"axiomatic-read-atomic", "repeatable-read"},
    "strong-session-prefix": {"cursor-stability"},
    "prefix": {"axiomatic-read-atomic", "cursor-stability"},
    "strong-session-consistent-view": {"repeatable-read"},
    "consistent-view": {"axiomatic-read-atomic", "prefix"},
    "parallel-snapshot-isolation": {"axiomatic-read-atomic", "prefix"},
    "axiomatic-causal": {"cursor-stability"},
    "transactional-causal": {"axiomatic-read-atomic", "prefix", "cursor-stability"},
    "axiomatic-read-atomic": {"cursor-stability"},
    "update-atomic": {"axiomatic-read-atomic", "repeatable-read"},
    "read-atomic": {"axiomatic-read-atomic", "cursor-stability"},
    "monotonic-snapshot-read": {"read-atomic", "cursor-stability"},
    "monotonic-atomic-view": {"read-atomic", "cursor-stability"},
    "cursor-stability": {"monotonic-atomic-view"},
    "read-committed": {"monotonic-atomic-view", "cursor-stability"},
    "read-uncommitted": {"read-committed"},
}


def small(level, data, seed):
    """A few transactions with as much trouble among them as the level allows."""
    return Shape(
        level=level,
        data=data,
        transactions=2 + seed % 4,
        processes=1 + seed % 4,
        operations=2,
        keys=1 + seed % 3,
        read_only=0.3,
        fail=0.1,
        info=0.1,
        lag=4,
        seed=seed,
    )


def legal_and_tight(level, data, seeds):
    violated = set()
    for seed in seeds:
        found = satisfied(synthesize(small(level, data, seed)))
        assert level in found, seed
        violated |= set(MODELS) - found
    return violated


@pytest.mark.parametrize("data", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_history_satisfies_its_level(level, data):
    violated = legal_and_tight(level, data, range(40))
    assert violated.isdisjoint({level, *implied(level)})


@pytest.mark.slow
@pytest.mark.parametrize("data", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_histories_satisfy_their_level_and_no_more(level, data):
    violated = legal_and_tight(level, data, range(500))
    assert violated >= TIGHT[level], weakest(violated)


def test_every_level_says_what_it_violates():
    assert TIGHT.keys() == LEVELS.keys()
