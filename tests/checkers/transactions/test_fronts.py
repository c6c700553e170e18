"""Ways searched from both ends are as short as any."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from checkers.transactions.graph import Graph

VERTICES = 7
EDGES = st.lists(
    st.tuples(st.integers(0, VERTICES - 1), st.integers(0, VERTICES - 1), st.integers(0, 1)).filter(
        lambda edge: edge[0] != edge[1]
    ),
    max_size=16,
)


def graph_of(edges):
    source, target = np.array([edge[:2] for edge in edges], dtype=np.int64).reshape(-1, 2).T
    return Graph(vertices=400, source=source, target=target)


def least_cost(edges, start, goal):
    """By relaxing all edges until nothing changes; None if there is no way."""
    best = {start: 0}
    for _ in range(VERTICES):
        for source, target, cost in edges:
            if source in best:
                best[target] = min(best.get(target, VERTICES), best[source] + cost)
    return best.get(goal)


@given(edges=EDGES, start=st.integers(0, VERTICES - 1), goal=st.integers(0, VERTICES - 1))
def test_the_way_found_leads_there_at_the_least_cost(edges, start, goal):
    way, looked_at = graph_of(edges).shortest_way(start, goal, [edge[2] for edge in edges])
    assert looked_at <= 2 * len(edges)
    if way is None:
        assert least_cost(edges, start, goal) is None
        return
    stops = [start, *(edges[number][1] for number in way)]
    assert stops[-1] == goal
    assert [edges[number][0] for number in way] == stops[:-1]
    assert sum(edges[number][2] for number in way) == least_cost(edges, start, goal)


def test_a_search_looks_no_further_than_where_the_fronts_meet():
    fan = [(0, leaf) for leaf in range(10, 110)] + [(leaf, leaf + 200) for leaf in range(10, 110)]
    edges = [(0, 1), (1, 2), (2, 3), *fan]
    way, looked_at = graph_of(edges).shortest_way(0, 3, [1] * len(edges))
    assert way == [0, 1, 2]
    assert looked_at < 110
