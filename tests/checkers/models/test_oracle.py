"""Models that several definitions describe: the oracle's definitions of them agree."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkers.models import Data
from histories import History
from tests.oracles.isolation import noconflict, orders, prefix, satisfied, session, totalvis, transvis
from tests.oracles.worlds import worlds
from tests.strategies import transactional_histories

ITEMS = st.sampled_from([Data.LIST_APPEND, Data.RW_REGISTER]).flatmap(transactional_histories)
ALL = st.sampled_from([Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE]).flatmap(transactional_histories)


def some_order(history, holds):
    possible = [world for world in worlds(history) if not world.impossible]
    return any(holds(order) for world in possible for order in orders(world))


def graph_is_acyclic(order):
    """Adya: a direct serialization graph without cycles."""
    return not order.world.internal and order.acyclic(order.all, order.rw)


def graph_has_no_composed_cycle(order):
    """Cerone and Gotsman 2016: snapshot isolation by dependencies, each followed by at most one anti-dependency."""
    steps = {}
    for i in order.order:
        after = order.ww[i] | order.wr[i]
        steps[i] = after
        for j in order.order:
            steps[i] |= order.rw[j] if after >> j & 1 else 0
    reached = dict(steps)
    for k in order.order:
        for i in order.order:
            reached[i] |= reached[k] if reached[i] >> k & 1 else 0
    return not order.world.internal and not any(reached[i] >> i & 1 for i in order.order)


@settings(max_examples=40)
@given(ALL)
def test_serializability_by_replay_by_graph_and_by_visibility_is_one(history):
    found = "serializable" in satisfied(history)
    assert found == some_order(history, graph_is_acyclic)
    assert found == some_order(history, lambda order: order.visibility(totalvis))


@settings(max_examples=40)
@given(ITEMS)
def test_snapshot_isolation_by_visibility_and_by_graph_is_one(history):
    assert ("snapshot-isolation" in satisfied(history)) == some_order(history, graph_has_no_composed_cycle)


@settings(max_examples=40)
@given(ALL)
def test_consistent_view_is_parallel_snapshot_isolation(history):
    found = satisfied(history)
    assert ("consistent-view" in found) == ("parallel-snapshot-isolation" in found)


@pytest.mark.parametrize(
    ("axiomatic", "axioms"),
    [
        ("axiomatic-read-atomic", [session]),
        ("axiomatic-causal", [session, transvis]),
        ("strong-session-prefix", [session, prefix]),
        ("strong-session-consistent-view", [session, transvis, noconflict]),
    ],
)
@settings(max_examples=40)
@given(history=ITEMS)
def test_axioms_on_commit_orders_and_visibility_with_sessions_are_one(axiomatic, axioms, history):
    assert (axiomatic in satisfied(history)) == some_order(history, lambda order: order.visibility(*axioms))


@settings(max_examples=40)
@given(ITEMS, st.randoms(use_true_random=False))
def test_other_names_and_other_places_in_the_file_change_nothing(history, luck):
    names = list(range(10, 20))
    luck.shuffle(names)

    def renamed(operations):
        return operations and [[f, names[key], value] for f, key, value in operations]

    operations = [
        msgspec.structs.replace(
            operation,
            process=names[operation.process],
            value=renamed(operation.value),
            result=renamed(operation.result),
        )
        for operation in history
    ]
    luck.shuffle(operations)
    assert satisfied(History(operations=tuple(operations))) == satisfied(history)
