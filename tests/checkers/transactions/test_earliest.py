"""Earliest moments under edges that come and go are those that following all edges from the beginning would give."""

from random import Random

import numpy as np
import pytest

from checkers.transactions.earliest import ChangingGraph, Earliest, ExcludedError

COUNT = 12


def longest_ways(begin, edges):
    """The earliest moments by definition; None for those after a circle."""
    moments = list(begin)
    for _ in range(COUNT * COUNT):
        for source, target in edges:
            moments[target] = max(moments[target], moments[source] + 1)
    again = list(moments)
    for source, target in edges:
        again[target] = max(again[target], again[source] + 1)
    return moments if again == moments else None


def ints(numbers):
    return np.array(numbers, dtype=np.int64)


def chosen(pairs, truth):
    return [pair for pair, true in zip(pairs, truth, strict=True) if true]


def test_what_is_given_up_is_put_back():
    graph = ChangingGraph(ints([0]), ints([1]))
    graph.propose(ints([1]), ints([2]), ints([1]))
    graph.true = np.array([True, True, False])
    moments = Earliest(ints([0, 0, 0]), ints([9, 9, 9]))
    moments.follow(graph, ints([0, 1]), ints([1, 2]))
    assert moments.moment.tolist() == [0, 1, 2]
    anew = moments.hanging(graph, ints([2]))
    graph.true = np.array([True, False, True])
    moments.follow(graph, ints([]), ints([]), anew)
    assert moments.moment.tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("source", "target", "literal", "ways"),
    [([1], [2], [1], [(1,)]), ([2, 1], [1, 2], [1, 2], [(1, 2)])],
    ids=["too long", "in a circle"],
)
def test_a_way_that_leaves_no_moment_is_told_by_its_literals(source, target, literal, ways):
    graph = ChangingGraph(ints([0]), ints([1]))
    graph.propose(ints(source), ints(target), ints(literal))
    graph.true = np.array([True, True, True, False, False])
    with pytest.raises(ExcludedError) as excluded:
        Earliest(ints([5, 0, 0]), ints([5, 6, 6])).follow(graph, ints([0, *source]), ints([1, *target]))
    assert list(excluded.value.ways) == ways


@pytest.mark.parametrize("back", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_moments_are_those_of_all_edges_from_the_beginning(seed, back):
    luck = Random(seed)
    pair = lambda: tuple(luck.sample(range(COUNT), 2))  # noqa: E731
    known, pairs = [pair() for _ in range(3)], [pair() for _ in range(20)]
    ends = lambda edges: ints(edges).reshape(-1, 2).T  # noqa: E731
    begin = ints([luck.randrange(8) for _ in range(COUNT)])
    graph = ChangingGraph(*ends(known))
    graph.propose(*ends(pairs), np.arange(1, len(pairs) + 1))
    moments, truth, first = Earliest(begin, np.full(COUNT, 30), back=back), [False] * len(pairs), True
    for _ in range(30):
        before, truth = truth, [luck.random() < 0.2 for _ in pairs]
        given_up = chosen(pairs, [old and not new for old, new in zip(before, truth, strict=True)])
        added = chosen(pairs, [new and not old for old, new in zip(before, truth, strict=True)])
        graph.true = np.array([True, *before, *[False] * len(pairs)])
        anew = moments.hanging(graph, ends(given_up)[0 if back else 1])
        graph.true = np.array([True, *truth, *[False] * len(pairs)])
        edges = known + chosen(pairs, truth)
        wanted = longest_ways(begin.tolist(), [edge[::-1] for edge in edges] if back else edges)
        try:
            moments.follow(graph, *ends((known if first else []) + added), anew)
        except ExcludedError as excluded:
            assert wanted is None or max(wanted) > 30
            for way in excluded.ways:
                assert all(truth[literal - 1] for literal in way)
        else:
            assert moments.moment.tolist() == wanted
        first = False
