"""What new clauses concern is chosen anew, and nothing else."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from checkers.transactions.clauses import Clauses

CHOICES = 6
LITERALS = st.integers(-CHOICES, CHOICES).filter(bool)
ROUNDS = st.lists(st.lists(st.lists(LITERALS, min_size=1, max_size=3).map(tuple), max_size=4), max_size=4)


def met(clauses, chosen):
    return all(any(chosen[abs(literal) - 1] == (literal > 0) for literal in clause) for clause in clauses)


def test_choices_that_no_new_clause_concerns_stay_as_they_are():
    clauses, chosen = Clauses(), np.ones(5, dtype=bool)
    clauses.learn([(-1, -2), (-2, -3)])
    assert clauses.choose(chosen)
    before = chosen.copy()
    clauses.learn([(-4,)])
    assert clauses.choose(chosen)
    assert chosen.tolist() == [*before[:3].tolist(), False, True]


def test_what_clauses_join_is_chosen_together():
    clauses, chosen = Clauses(), np.ones(3, dtype=bool)
    clauses.learn([(-1, -2), (2, -3)])
    assert clauses.choose(chosen)
    clauses.learn([(1,)])
    assert clauses.choose(chosen)
    assert chosen.tolist() == [True, False, False]


@given(rounds=ROUNDS)
def test_all_clauses_are_met_as_long_as_that_is_possible(rounds):
    clauses, chosen, learnt = Clauses(), np.ones(CHOICES, dtype=bool), []
    for new in rounds:
        clauses.learn(new)
        learnt += new
        possible = any(met(learnt, choice) for choice in product([True, False], repeat=CHOICES))
        assert clauses.choose(chosen) == possible
        if not possible:
            return
        assert met(learnt, chosen)
