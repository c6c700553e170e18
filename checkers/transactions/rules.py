"""Where a situation breaks a rule: some of the cycles that the rule forbids, short ones, as steps.

No cycle found means that there is none. Rules about moments ask for the strong components of a graph. The others ask
whether a transaction sees another whose version of a key is later than the one it read; they presume that there is
no cycle of D, and so ask for that first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

from checkers.transactions import sights, ways
from checkers.transactions.conditions import Order, Rule
from checkers.transactions.cycles import LOOKS_MAX, some_cycles
from checkers.transactions.edges import Edges, Type
from checkers.transactions.layouts import Layout, Moments
from checkers.transactions.sights import Hits
from checkers.transactions.situations import Situation
from checkers.transactions.steps import Steps

FORWARD: Final = (Type.WR, Type.SESSION, Type.REALTIME, Type.REALTIME_ON)

LAYOUTS: Final[Mapping[Rule, tuple[Layout, tuple[Type, ...]]]] = {
    Rule.WRITES: (Layout.SERIAL, (Type.WW, *FORWARD[1:])),
    Rule.COMMITTED: (Layout.SERIAL, (Type.WW, *FORWARD)),
    Rule.READS: (Layout.READS, tuple(Type)),
    Rule.PREFIX: (Layout.PREFIX, tuple(Type)),
    Rule.SNAPSHOT: (Layout.SNAPSHOT, tuple(Type)),
    Rule.ITEMS: (Layout.SERIAL, tuple(Type)),
    Rule.SERIAL: (Layout.SERIAL, tuple(Type)),
}
"""The moments and the edges of the rules that forbid cycles of moments."""


def moments(rule: Rule, situation: Situation) -> Moments:
    """The graph that must be acyclic, as far as it lies on cycles of all edges; D for rules of another kind."""
    return moments_of(rule, situation, situation.cyclic)


def moments_of(rule: Rule, situation: Situation, edges: Edges) -> Moments:
    """The same for any of the edges of a situation."""
    layout, types = LAYOUTS.get(rule, LAYOUTS[Rule.COMMITTED])
    accesses, chosen = situation.accesses, edges.of(*types)
    if accesses.item is None:
        return Moments.of(chosen, layout)
    if rule is Rule.ITEMS:
        counts = np.ones(len(chosen), dtype=bool)
        is_rw = chosen.type == Type.RW
        counts[is_rw] = accesses.item[chosen.left[is_rw]]
        chosen = chosen.where(counts)
    return Moments.of(chosen, layout, accesses.event)


def _update_atomic(situation: Situation, _: Order) -> list[Hits]:
    return [sights.overtaken(situation), sights.fractured(situation, later_only=False)]


def _atomic(situation: Situation, order: Order) -> list[Hits]:
    own = [sights.forgotten(situation)] if order is Order.SESSION else []
    return [sights.fractured(situation, later_only=False), *own]


HITS: Final[Mapping[Rule, Callable[[Situation, Order], list[Hits]]]] = {
    Rule.CURSOR: lambda situation, _: [sights.overwritten(situation)],
    Rule.ATOMIC_VIEW: lambda situation, _: [sights.fractured(situation, later_only=True)],
    Rule.ATOMIC: _atomic,
    Rule.UPDATE_ATOMIC: _update_atomic,
    Rule.CAUSAL: lambda situation, _: [ways.causal(situation)],
    Rule.SINGLE: lambda situation, _: [ways.single(situation)],
    Rule.MONOTONIC_VIEW: lambda situation, _: [ways.monotonic_view(situation)],
    Rule.UPDATES: lambda situation, _: [ways.updates(situation)],
}
"""How the other rules find what breaks them, once D is acyclic."""


def violations(rule: Rule, situation: Situation, order: Order, *, each: int) -> list[Steps]:
    """Some cycles that break a rule; none if it is kept. `each` as for `some_cycles`."""
    if rule is Rule.UPDATES:
        found = some_cycles(Moments.of(ways.among_updates(situation), Layout.SERIAL), each=each)
    else:
        found = some_cycles(moments(rule, situation), each=each)
    if found or rule in LAYOUTS:
        return found
    chosen = {cycle for hits in HITS[rule](situation, order) for cycle in hits.cycles(LOOKS_MAX)}
    return sorted(chosen, key=lambda cycle: (len(cycle), cycle))
