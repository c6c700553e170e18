"""What Hypothesis draws: small histories in which transactions collide."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.oracles.random_transactions import random_history


@st.composite
def transactional_histories(draw, data, most=4):
    """At most so many transactions on at most three keys of one kind of data."""
    return random_history(lambda end: draw(st.integers(0, end - 1)), data, most=most)
