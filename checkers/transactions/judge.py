"""Whether a history keeps a rule: with an order as the certificate, or with cycles that leave no order.

1. The edges that are known: a forbidden cycle among them settles it. If they have none, and the rule cannot be broken
   by the order of versions that is not known, any topological order is a certificate.
2. Rules that ask what a transaction sees, by ways that no order of versions changes, force some of that order: the
   versions that it sees come before those that it reads. That is repeated until nothing new is forced (Biswas, Enea
   2019: these models are polynomial).
3. Where all versions of all registers are free, and it is known when transactions began and ended, moments are looked
   for in which they can have taken effect (`turns`).
4. Else orders are guessed, tried, and excluded by the cycles that they have, until one has none or none is left.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from checkers.budget import Budget
from checkers.transactions.accesses import INITIAL, OPEN, Accesses, Ints, Mask
from checkers.transactions.choices import Choices, Clause
from checkers.transactions.conditions import Order, Rule
from checkers.transactions.cycles import some_cycles
from checkers.transactions.edges import Edges, Type, joined
from checkers.transactions.graph import Graph
from checkers.transactions.layouts import Layout
from checkers.transactions.open_reads import anti_dependencies, newer_from
from checkers.transactions.relations import dependencies, time_order, total_dependencies
from checkers.transactions.rules import HITS, LAYOUTS, moments, moments_of, violations
from checkers.transactions.schedule import Ends, beyond_real_time, earliest, joined_ends
from checkers.transactions.sights import Hits
from checkers.transactions.situations import Situation
from checkers.transactions.steps import Pair, Steps, assumed
from checkers.transactions.turns import turns
from histories.transactions import OK


@attrs.frozen(kw_only=True, eq=False)
class Ruling:
    """What was found of one rule.

    `commits` are the committed transactions (rows) in an order that shows that it is kept; `starts` tells for each of
    them after how many commits it starts, where the rule speaks of starts; `version` what each read found, if that was
    open. `clauses` show that it is broken. Where all are missing nothing is known, and `tried` cycles were not enough.
    """

    commits: Ints | None = None
    starts: Ints | None = None
    version: Ints | None = None
    clauses: tuple[Clause, ...] = ()
    tried: int = 0


SEEING: Final = (Rule.ATOMIC_VIEW, Rule.ATOMIC, Rule.CAUSAL)
"""Rules whose ways of seeing do not depend on the order of versions."""

OVERWRITING: Final = (Rule.CURSOR, Rule.UPDATE_ATOMIC, Rule.MONOTONIC_VIEW, Rule.SINGLE, Rule.SNAPSHOT, Rule.UPDATES)
"""Rules that the order of versions may break though nobody read them."""

TAKING_TURNS: Final = (Rule.SERIAL, Rule.SNAPSHOT, Rule.PREFIX)
"""Rules that are kept if the writers of registers took turns."""

OF_ITEMS: Final = (Rule.ITEMS, Rule.CURSOR, Rule.ATOMIC_VIEW)
"""Rules to which it does not matter what predicate reads did not show."""


EDGES_PER_CONFIGURATION: Final = 64
"""Guesses may look at so many edges for each configuration in the budget,"""

ROUND: Final = 2_000
"""and each guess costs as much as so many edges more."""

LEARNT_OF_EACH: Final = 3
"""So many cycles are learnt from each strong component of a guess, and more from large ones, if that is soon done."""


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Judge:
    """Judges one history by all rules."""

    accesses: Accesses
    budget: Budget

    @cached_property
    def _dependencies(self) -> list[Edges]:
        return dependencies(self.accesses)

    @cached_property
    def dependencies(self) -> int:
        """How many of the known edges are dependencies: they are the first of all."""
        return sum(map(len, self._dependencies))

    @cached_property
    def _time_orders(self) -> dict[Order, Edges]:
        return {}

    def _time_order(self, order: Order) -> Edges:
        if order not in self._time_orders:
            columns, committed = self.accesses.columns, self.accesses.committed
            self._time_orders[order] = time_order(columns, committed, order, self._vertices)
        return self._time_orders[order]

    @cached_property
    def _situations(self) -> dict[Order, Situation]:
        return {}

    @cached_property
    def _skeletons(self) -> dict[Order, Graph]:
        return {}

    def skeleton(self, order: Order) -> Graph:
        """What is known, and an order of time, without the dependencies that real time implies."""
        if order not in self._skeletons:
            time = self._time_order(order)
            timed = order is Order.REALTIME and self.accesses.columns.real_time
            source, target = joined_ends([time, *([] if timed else self._dependencies)])
            if timed:
                source, target = np.append(source, self._unimplied[0]), np.append(target, self._unimplied[1])
            vertices = max(time.vertices, self._vertices)
            self._skeletons[order] = Graph(vertices=vertices, source=source, target=target)
        return self._skeletons[order]

    @cached_property
    def _unimplied(self) -> tuple[Ends, Ends]:
        """The ends of the dependencies that real time does not imply."""
        return beyond_real_time(self.accesses.columns, self._vertices, self._dependencies)

    @cached_property
    def _vertices(self) -> int:
        return max(part.vertices for part in self._dependencies)

    @cached_property
    def scheduled(self) -> Ints | None:
        """The committed transactions in an order that agrees with all dependencies and with time, if one is found soon.

        The order of free versions is not looked at.
        """
        columns = self.accesses.columns
        if columns.real_time:
            source, target = self._unimplied
        else:
            source, target = joined_ends([*self._dependencies, self._time_order(Order.SESSION)])
        found = earliest(columns, self._vertices, source, target)
        return None if found is None else self._committed(found)

    @cached_property
    def in_turns(self) -> Ruling | None:
        """What shows strict serializability of registers, if an order in which their writers took turns is found."""
        return self._taken(Rule.SERIAL, Order.REALTIME)

    def _taken(self, rule: Rule, order: Order) -> Ruling | None:
        """What shows that a rule is kept, where only the order of registers is open, if moments are found for it."""
        accesses = self.accesses
        if rule not in TAKING_TURNS or not accesses.columns.real_time:
            return None
        if not accesses.free.all() or accesses.open_reads is not None:
            return None
        found = turns(accesses, LAYOUTS[rule][0], order, self.budget)
        return None if found is None else Ruling(commits=found.commits, starts=found.starts)

    def known(self, order: Order) -> Situation:
        """What is known, and an order of time."""
        if order not in self._situations:
            place = np.arange(len(self.accesses.writer)) - self.accesses.first[self.accesses.version_key]
            edges = joined([*self._dependencies, self._time_order(order)])
            self._situations[order] = Situation(accesses=self.accesses, edges=edges, place=place)
        return self._situations[order]

    def judge(self, rule: Rule, order: Order) -> Ruling:
        """Try a rule."""
        if not self.open(Rule.SERIAL):
            if self.scheduled is not None:
                return Ruling(commits=self.scheduled)
            if self.skeleton(order).acyclic:
                return Ruling(commits=self._committed(self.skeleton(order).order))
        found = some_cycles(moments(rule, self.known(order))) if self.scheduled is None else []
        if found:
            return Ruling(clauses=(Clause((), found[0]),))
        if rule in SEEING and not self._open_to(rule):
            return self._forced(rule, order)
        if rule in LAYOUTS and not self.open(rule):
            return self._kept(rule, self.known(order))
        strict = (rule, order) == (Rule.SERIAL, Order.REALTIME)
        return (self.in_turns if strict else self._taken(rule, order)) or self._chosen(rule, order)

    def open(self, rule: Rule) -> bool:
        """Whether some order of free versions may break the rule and another may not."""
        if rule in (Rule.WRITES, Rule.COMMITTED):
            return False
        if self._open_to(rule):
            return True
        return self._choice if rule in OVERWRITING else self._read_choice

    def _relevant(self, rule: Rule) -> Mask | None:
        """Of the open reads, those whose choice matters to a rule; None for all."""
        accesses = self.accesses
        if rule not in OF_ITEMS or accesses.open_reads is None or accesses.item is None:
            return None
        return accesses.item[accesses.open_reads.read]

    def _open_to(self, rule: Rule) -> bool:
        """Whether it is open what some reads found that matter to a rule."""
        relevant = self._relevant(rule)
        return self.accesses.open_reads is not None and (relevant is None or bool(relevant.any()))

    @cached_property
    def _loose(self) -> Ints:
        return np.diff(self.accesses.first) - self.accesses.known

    @cached_property
    def _choice(self) -> bool:
        """Whether some key has free versions that could be ordered in two ways."""
        return bool((self._loose > 1).any())

    @cached_property
    def _read_choice(self) -> bool:
        """Whether one of them was read."""
        if not self._choice:
            return False
        read = self.accesses.version[self.accesses.version != INITIAL]
        read = read[self.accesses.free[read]]
        return bool((self._loose[self.accesses.version_key[read]] > 1).any())

    def _committed(self, vertices: Ints) -> Ints:
        """Those of some vertices that are committed transactions."""
        vertices = vertices[vertices < len(self.accesses.columns)]
        return vertices[self.accesses.committed[vertices]]

    def _kept(self, rule: Rule, situation: Situation) -> Ruling:
        """The certificate of a rule whose moments can be put in a row."""
        layout, _ = LAYOUTS[rule]
        graph = moments_of(rule, situation, situation.edges).graph
        version = None if self.accesses.open_reads is None else situation.accesses.version
        if layout not in (Layout.SNAPSHOT, Layout.PREFIX):
            return Ruling(commits=self._committed(graph.order), version=version)
        is_commit = np.zeros(graph.vertices, dtype=bool)
        is_commit[: len(self.accesses.columns)] = self.accesses.committed
        commits_before = np.empty(graph.vertices, dtype=np.int64)
        commits_before[graph.order] = np.cumsum(is_commit[graph.order])
        commits = self._committed(graph.order)
        return Ruling(commits=commits, starts=commits_before[situation.edges.vertices + commits], version=version)

    def _total(self, commits: Ints, order: Order, accesses: Accesses) -> Situation:
        """The situation in which versions are ordered as these transactions.

        An open read of which `accesses` do not say what it found, found the last that it may have before its reader.
        """
        moment = np.empty(len(self.accesses.columns), dtype=np.int64)
        moment[commits] = np.arange(len(commits))
        sequence = self._sequence(commits)
        place = np.empty(len(sequence), dtype=np.int64)
        place[sequence] = np.arange(len(sequence)) - self.accesses.first[self.accesses.version_key]
        if accesses.open_reads is None:
            edges = joined([*total_dependencies(accesses, sequence), self._time_order(order)])
            return Situation(accesses=accesses, edges=edges, place=place)
        reads, version = accesses.open_reads.read, accesses.version.copy()
        latest = accesses.open_reads.latest_hidden(moment[accesses.writer], moment[accesses.reader[reads]])
        version[reads] = np.where(version[reads] == OPEN, latest, version[reads])
        accesses = attrs.evolve(accesses, version=version)
        rw = anti_dependencies(accesses, np.arange(len(accesses.columns)), sequence, newer_from(accesses, place))
        edges = joined([*total_dependencies(accesses, sequence), rw, self._time_order(order)])
        return Situation(accesses=accesses, edges=edges, place=place)

    def _guess(self, rule: Rule, situation: Situation) -> Ints:
        """Committed transactions in an order that agrees with a situation, and as far as it may with their times."""
        layout, _ = LAYOUTS.get(rule, LAYOUTS[Rule.COMMITTED])
        graph = moments_of(rule, situation, situation.edges).graph
        columns = self.accesses.columns
        end = np.where(columns.outcome == OK, columns.end, columns.index)
        wish = np.full(graph.vertices, -1)
        wish[: len(columns)] = columns.index + end
        if layout in (Layout.SNAPSHOT, Layout.PREFIX):
            wish[situation.edges.vertices :] = 2 * columns.index
        return self._committed(np.argsort(graph.delayed(wish), kind="stable"))

    def _forced(self, rule: Rule, order: Order) -> Ruling:
        """Order the versions as what is seen demands, until that is enough, or leads to a cycle."""
        free, forced = np.append(self.accesses.free, False), _Forced()
        accesses = Choices(self.accesses, self._relevant(rule)).accesses()
        while True:
            situation = attrs.evolve(self.known(order), edges=joined([self.known(order).edges, self._ordered(forced)]))
            found = some_cycles(moments(rule, situation))
            if found:
                return Ruling(clauses=forced.proof(self.accesses, found[0]))
            commits = self._guess(rule, situation)
            new = 0
            for hits in HITS[rule](self._total(commits, order, accesses), order):
                read = self.accesses.version[hits.read]
                certain = np.flatnonzero(~(free[read] & free[hits.version]))
                if len(certain):
                    return Ruling(clauses=(Clause((), hits.cycle(int(certain[0]))),))
                new += forced.add(hits, read)
            if not new:
                return Ruling(commits=commits, version=None if accesses.open_reads is None else accesses.version)

    def _ordered(self, forced: _Forced) -> Edges:
        first, then = np.array(list(forced), dtype=np.int64).reshape(-1, 2).T
        writer = self.accesses.writer
        return Edges.make(np.arange(len(self.accesses.columns)), Type.WW, writer[first], writer[then], first, then)

    def _chosen(self, rule: Rule, order: Order) -> Ruling:
        """Guess and exclude."""
        choices = Choices(self.accesses, self._relevant(rule))
        looked_at, edges_max = 0, EDGES_PER_CONFIGURATION * self.budget.configurations
        while looked_at < edges_max and not self.budget.out_of_time():
            looked_at += self.dependencies + ROUND
            kept, accesses, found = self._tried(rule, order, choices)
            if kept is not None:
                return kept
            for cycle in found:
                adjacent = rule in (Rule.SERIAL, Rule.ITEMS, Rule.UPDATES)
                clause = choices.learn(accesses, cycle, adjacent=adjacent)
                if clause.certain:
                    return Ruling(clauses=(clause,))
            if not choices.choose():
                return Ruling(clauses=tuple(choices.proof()))
        return Ruling(tried=len(choices))

    def _tried(self, rule: Rule, order: Order, choices: Choices) -> tuple[Ruling | None, Accesses, list[Steps]]:
        """What shows that versions ordered as chosen keep a rule, or cycles that break it, and in which accesses."""
        accesses = choices.accesses()
        situation = attrs.evolve(
            self.known(order), edges=joined([self.known(order).edges, choices.edges()]), accesses=accesses
        )
        found = some_cycles(moments(rule, situation), each=LEARNT_OF_EACH)
        if found:
            return None, accesses, found
        commits = self._guess(rule, situation)
        situation = self._total(commits, order, accesses)
        found = violations(rule, situation, order, each=LEARNT_OF_EACH)
        kept = None if found else self._kept(rule if rule in LAYOUTS else Rule.COMMITTED, situation)
        return kept, situation.accesses, found

    def _sequence(self, commits: Ints) -> Ints:
        """The versions, key by key, in the order of these transactions."""
        moment = np.empty(len(self.accesses.columns), dtype=np.int64)
        moment[commits] = np.arange(len(commits))
        return np.argsort(self.accesses.version_key * len(moment) + moment[self.accesses.writer])


class _Forced(dict[Pair, tuple[Hits, int]]):
    """Pairs of versions of which the first must come before the second, for else there would be this hit."""

    def add(self, hits: Hits, read: Ints) -> int:
        """Take in some hits, given the versions that their reads found; how many pairs are new."""
        before = len(self)
        for number, pair in enumerate(zip(hits.version.tolist(), read.tolist(), strict=True)):
            self.setdefault(pair, (hits, number))
        return len(self) - before

    def proof(self, accesses: Accesses, cycle: Steps) -> tuple[Clause, ...]:
        """That this cycle, which rests on pairs in here, cannot be avoided."""
        pairs = tuple(sorted({pair for step in cycle for pair in assumed(accesses, step) if isinstance(pair, tuple)}))
        return (
            *(
                Clause(((then, first),), hits.cycle(number))
                for first, then in pairs
                for hits, number in [self[first, then]]
            ),
            Clause(pairs, cycle),
        )
