"""The early schedule: an order that agrees with every edge and with real time, or none."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.transactions import schedule
from checkers.transactions.edges import Edges, Type
from checkers.transactions.graph import Graph
from checkers.transactions.schedule import beyond_real_time, earliest
from histories.transactions import FOREVER, TransactionColumns


def columns_of(spans, *, real_time=True):
    """Transactions without micro-operations that lasted from one position to another."""
    nothing = np.zeros(0, dtype=np.int64)
    index, end = np.array(spans, dtype=np.int64).reshape(-1, 2).T
    return TransactionColumns(
        index=index, end=end, process=np.arange(len(spans)), outcome=np.zeros(len(spans), dtype=np.int8),
        first=np.zeros(len(spans) + 1, dtype=np.int64), kind=nothing.astype(np.int8), key=nothing, value=nothing,
        start=nothing, stop=nothing, elements=nothing, keys=(), values=(), real_time=real_time,
    )  # fmt: skip


@st.composite
def histories_with_edges(draw):
    """Spans of up to eight transactions, some of them endless, and edges between those and two more vertices."""
    places = draw(st.permutations(range(16)))
    spans = sorted(sorted(places[2 * n : 2 * n + 2]) for n in range(draw(st.integers(1, 8))))
    spans = [(begin, FOREVER if draw(st.integers(0, 5)) == 0 else end) for begin, end in spans]
    vertex = st.integers(0, len(spans) + 1)
    edges = draw(st.lists(st.tuples(vertex, vertex).filter(lambda edge: edge[0] != edge[1]), max_size=12))
    return spans, edges


@given(histories_with_edges())
def test_there_is_an_order_exactly_if_edges_and_real_time_have_no_cycle(given_history):
    spans, edges = given_history
    columns, vertices = columns_of(spans), len(spans) + 2
    source, target = np.array(edges, dtype=np.int64).reshape(-1, 2).T
    part = Edges.make(np.arange(len(spans)), Type.WW, source, target, vertices=vertices)
    order = earliest(columns, vertices, *beyond_real_time(columns, vertices, [part]))
    implied = [(a, b) for a, (_, end) in enumerate(spans) for b, (begin, _) in enumerate(spans) if end < begin]
    source, target = np.array([*edges, *implied], dtype=np.int64).reshape(-1, 2).T
    if order is None:
        assert not Graph(vertices=vertices, source=source, target=target).acyclic
    else:
        place = np.empty(vertices, dtype=np.int64)
        place[order] = np.arange(vertices)
        assert (place[source] < place[target]).all()


def test_without_real_time_nothing_has_an_end():
    edges = np.array([1]), np.array([0])
    assert earliest(columns_of([(0, 1), (2, 3)]), 2, *edges) is None
    assert earliest(columns_of([(0, 1), (2, 3)], real_time=False), 2, *edges).tolist() == [1, 0]


@pytest.mark.parametrize("limit", ["ROUNDS_MAX", "WORK_MAX"])
def test_what_takes_too_long_is_not_known(monkeypatch, limit):
    count = 6
    columns = columns_of([(n, FOREVER) for n in range(count)])
    source, target = np.array(list(pairwise(reversed(range(count))))).T
    assert earliest(columns, count, source, target).tolist() == list(reversed(range(count)))
    monkeypatch.setattr(schedule, limit, 1)
    assert earliest(columns, count, source, target) is None
