"""From a history of transactions to what is known of every model.

First what single reads show (`list_anomalies`, `register_anomalies`), for if reads saw what was never committed
nothing above read uncommitted is left to judge. Then, usually, one graph: if dependencies and real time have no cycle
the history is strict serializable, and that implies the rest. If not, the cycles among the known edges are named, and
each model that neither they nor another model decide is judged by itself.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Final

import numpy as np

from checkers.budget import Budget
from checkers.models import MODELS, Data, classification, implied, refuted_by
from checkers.transactions import list_anomalies, register_anomalies
from checkers.transactions.accesses import OPEN, Ints
from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import CONDITIONS, Condition, Order, Rule
from checkers.transactions.cycles import some_cycles
from checkers.transactions.edges import joined
from checkers.transactions.evidence import Place
from checkers.transactions.judge import Judge, Ruling
from checkers.transactions.kinds import KnownCycles
from checkers.transactions.layouts import Layout, Moments
from checkers.transactions.lists import Lists
from checkers.transactions.open_reads import row_accesses
from checkers.transactions.registers import Registers
from checkers.transactions.relations import time_order
from checkers.transactions.reporting import Reporter
from checkers.transactions.row_anomalies import contradictions, row_anomalies
from checkers.transactions.rows import ROW_KINDS, SIGHTS_MAX, Rows, TooManyRowsError, is_of_rows
from checkers.transactions.steps import place
from checkers.transactions.uncommitted import write_order
from checkers.transactions.versions import accesses, list_keys
from checkers.verdict import Anomaly, Classification, Finding, Status
from histories import History
from histories.codes import identity
from histories.transactions import KINDS, LIST, OK, TransactionColumns

IMPOSSIBLE: Final = ("garbage-read", "duplicate-elements")
UNCOMMITTED: Final = ("G1a", "G1b", "dirty-update", "incompatible-order", "future-read")
"""Anomalies of single reads that no execution whatsoever, and that only read uncommitted allows."""

SUBTLE: Final = ("internal-predicate",)
"""Anomalies that are reported after those that cycles show."""

EASY: Final = (Rule.WRITES, Rule.COMMITTED, Rule.ATOMIC_VIEW, Rule.ATOMIC, Rule.CAUSAL)
"""Rules that are tried in polynomial time, whatever is not known."""

TIMELESS: Final = Finding(
    status=Status.UNKNOWN,
    because="the history does not tell when transactions began and ended, only their order in each process",
)


def check_transactions(history: History, data: Data | None = None, budget: Budget | None = None) -> Classification:
    """Judge the transactions of a history by every isolation model.

    Transactions are the operations whose f is "txn" (see `TransactionColumns`). `data` says what they read and write,
    where that should not be told from the history:

        lists       ["append", k, v]  ["r", k, [v, ...]]
        registers   ["w", k, v]       ["r", k, v or null]
        rows        ["insert", k, v]  ["w", k, v]  ["delete", k, null]  ["r", k, v or null]
                    ["rp", predicate, [[k, v], ...]]    all rows that match (see `histories.predicates`)

    Raises `HistoryError` where a value was written to a key twice.
    """
    return check_columns(TransactionColumns.of(history), data, budget)


def check_columns(
    columns: TransactionColumns, data: Data | None = None, budget: Budget | None = None
) -> Classification:
    """The same for transactions as arrays."""
    kinds = {name for kind, name in enumerate(columns.kinds) if (columns.kind == kind).any()}
    judged = ROW_KINDS if is_of_rows(columns) or data is Data.PREDICATE else KINDS
    if not kinds <= set(judged) or (judged is ROW_KINDS and (columns.value == LIST).any()):
        others = ", ".join(sorted(kinds - set(judged))) or "lists"
        because = f"transactions with {others} are not judged: only with {', '.join(judged)}"
        return _unknown(because, data or Data.PREDICATE)
    try:
        return _Classifier(columns, data, budget or Budget()).classification()
    except TooManyRowsError:
        because = f"predicate reads did not show more than {SIGHTS_MAX} rows, all together; not all were looked at"
        return _unknown(because, Data.PREDICATE)


def _unknown(because: str, data: Data) -> Classification:
    finding = Finding(status=Status.UNKNOWN, because=because)
    return classification({model: finding for model in CONDITIONS if data in MODELS[model].data}, data=data)


class _Classifier:
    """One history, and what is found of it."""

    def __init__(self, columns: TransactionColumns, data: Data | None, budget: Budget) -> None:
        self._rows = Rows.of(columns) if is_of_rows(columns) or data is Data.PREDICATE else None
        self._columns, self._budget = self._rows.columns if self._rows else columns, budget
        is_list = np.zeros(len(self._columns.keys), dtype=bool) if self._rows else list_keys(columns)
        usual = Data.PREDICATE if self._rows else Data.LIST_APPEND if is_list.any() else Data.RW_REGISTER
        self._data = data or usual
        self._lists, self._registers = Lists.of(self._columns, is_list), Registers.of(self._columns, is_list)
        if self._rows:
            self._accesses = row_accesses(self._rows, self._registers)
        else:
            self._accesses = accesses(columns, self._lists, self._registers)
        self._reporter = Reporter(accesses=self._accesses)
        self._anomalies: list[Anomaly] = []
        self._findings: dict[str, Finding] = {}
        self._rulings: dict[tuple[Rule, Order], Ruling] = {}
        self._held: set[str] = set()  # models that hold, with what they imply, and those that remain unknown
        self._broken: set[str] = set()  # models found violated, with what the first of the anomalies refute
        self._regarded = 0  # so many of the anomalies
        self._sought = False  # lost updates

    @property
    def _conditions(self) -> list[tuple[str, Condition]]:
        """What is asked of the history, the strongest first."""
        return [(model, CONDITIONS[model]) for model in reversed(list(CONDITIONS)) if self._data in MODELS[model].data]

    def classification(self) -> Classification:
        """Everything that can be said."""
        if not (self._columns.outcome == OK).any():
            nothing = Finding(
                status=Status.UNKNOWN, because="no transaction is known to have committed: nothing to judge"
            )
            models = [model for model, _ in self._conditions]
            return classification(dict.fromkeys(models, nothing), data=self._data, statistics=self._statistics)
        self._single_reads()
        kinds = {anomaly.type for anomaly in self._anomalies}
        if not kinds & set(IMPOSSIBLE):
            if not kinds & set(UNCOMMITTED):
                self._cycles()
                self._models()
                self._lost_updates()
            self._uncommitted()
        anomalies = sorted(self._anomalies, key=lambda anomaly: anomaly.type in SUBTLE)
        return classification(self._findings, data=self._data, anomalies=anomalies, statistics=self._statistics)

    @cached_property
    def _statistics(self) -> dict[str, float | str]:
        return {
            "transactions": len(self._columns),
            "committed": int(self._accesses.committed.sum()),
            "micro-operations": len(self._columns.kind),
            "versions": len(self._accesses.writer),
            "versions of unknown order": int(self._accesses.free.sum()),
            **({"reads of unknown versions": int((self._accesses.version == OPEN).sum())} if self._rows else {}),
        }

    @cached_property
    def _judge(self) -> Judge:
        return Judge(accesses=self._accesses, budget=self._budget)

    def _single_reads(self) -> None:
        """Anomalies of single reads, and of transactions by themselves."""
        found = list_anomalies.list_anomalies(self._lists, self._accesses)
        for kind, rows in [*found, *register_anomalies.register_anomalies(self._registers)]:
            self._anomalies += self._reporter.clashes(kind, rows)
        if self._rows:
            for kind, rows in row_anomalies(self._rows, self._registers):
                self._anomalies += self._reporter.clashes(kind, rows)
            for kind, clashes in contradictions(self._rows).items():
                self._anomalies += self._reporter.anomalies(kind, clashes)
            return
        for inner in (list_anomalies.contradictions(self._lists), register_anomalies.contradictions(self._registers)):
            for kind, pairs in (("internal", inner.internal), ("future-read", inner.future)):
                self._anomalies += self._reporter.clashes(kind, np.stack(pairs, axis=1))
            if inner.own.any():
                because = "a transaction did not read back what it had written itself (internal)"
                self._find("axiomatic-read-committed", Finding(status=Status.VIOLATED, because=because))

    def _cycles(self) -> None:
        """Anomalies among the known edges."""
        judge = self._judge
        if judge.in_turns is not None or judge.scheduled is not None or judge.skeleton(Order.REALTIME).acyclic:
            return
        search = KnownCycles(self._judge.dependencies)
        orders = Order if self._columns.real_time else (Order.NONE, Order.SESSION)
        found = [steps for order in orders for steps in search.of(self._judge.known(order))]
        self._anomalies += self._reporter.cycles(found)
        self._broken |= {model for anomaly in self._anomalies for model in refuted_by(anomaly.type, data=self._data)}
        self._lost_updates()

    def _lost_updates(self) -> None:
        """Lost updates, if there may be any that have not been looked for yet."""
        if self._sought or not self._broken:
            return
        self._sought = True
        for rows in (
            list_anomalies.lost_updates(self._lists, self._accesses),
            register_anomalies.lost_updates(self._registers, self._accesses),
        ):
            self._anomalies += self._reporter.clashes("lost-update", rows)

    def _models(self) -> None:
        """The models that nothing found so far decides, the strongest first.

        Where the order of versions is open, and some rules are hard to try, the others come before those.
        """
        strongest = "strict-serializable"
        timed = None if self._decided(strongest) else self._judge.in_turns
        if timed is not None:
            self._rulings[Rule.SERIAL, Order.REALTIME] = timed
            self._find(strongest, self._finding(CONDITIONS[strongest]))
        for hard in (False, True):
            for model, condition in self._conditions:
                easy = (condition.rule in EASY and not self._accesses.open_reads) or not self._judge.open(
                    condition.rule
                )
                if (easy or hard) and condition.rule is not Rule.WRITES and not self._decided(model):
                    self._find(model, self._finding(condition))

    def _decided(self, model: str) -> bool:
        """Whether another model, or an anomaly, decides this one."""
        for anomaly in self._anomalies[self._regarded :]:
            self._broken |= refuted_by(anomaly.type, data=self._data)
        self._regarded = len(self._anomalies)
        return model in self._held or not self._broken.isdisjoint({model, *implied(model, data=self._data)})

    def _find(self, model: str, finding: Finding) -> None:
        self._findings[model] = finding
        if finding.status is Status.VIOLATED:
            self._broken.add(model)
        if finding.status is not Status.VIOLATED:
            self._held |= {model, *implied(model, data=self._data)} if finding.status is Status.HOLDS else {model}

    def _finding(self, condition: Condition) -> Finding:
        """What trying its rule says of a model."""
        rule, order = condition.rule, condition.order
        if rule is Rule.ITEMS and self._rows is None:
            rule = Rule.SERIAL
        if order is Order.REALTIME and not self._columns.real_time:
            order = Order.SESSION  # which is all that is known of time: it may show that the model is violated
            twins = [model for model, other in self._conditions if (other.rule, other.order) == (rule, order)]
            if not self._held.isdisjoint(twins):
                return TIMELESS
        if (rule, order) not in self._rulings:
            self._rulings[rule, order] = self._judge.judge(rule, order)
        ruling = self._rulings[rule, order]
        if ruling.clauses:
            return self._violated(self._reporter.broken(rule, ruling.clauses))
        if ruling.commits is None:
            because = (
                f"{ruling.tried} cycles exclude some orders of the versions; the budget ended before all were tried"
            )
            return Finding(status=Status.UNKNOWN, because=because)
        return self._holds(condition, ruling.commits, ruling.starts, ruling.version)

    def _violated(self, anomaly: Anomaly) -> Finding:
        if anomaly not in self._anomalies:
            self._anomalies.append(anomaly)
        return Finding(status=Status.VIOLATED, because=f"{anomaly.type} was found")

    def _holds(
        self, condition: Condition, commits: Ints, starts: Ints | None = None, version: Ints | None = None
    ) -> Finding:
        if condition.order is Order.REALTIME and not self._columns.real_time:
            return TIMELESS
        certificate = Certificate(
            rule=condition.rule,
            order=condition.order,
            commits=self._columns.index[commits],
            starts=starts,
            found={} if version is None else self._found(version),
        )
        because = "the transactions can commit in the order of the certificate"
        return Finding(status=Status.HOLDS, because=because, certificate=certificate)

    def _found(self, version: Ints) -> dict[tuple[Place, Any], int]:
        """Whose versions the open reads found, where not the initial one."""
        some, columns = self._accesses, self._columns
        reads = np.flatnonzero((some.version == OPEN) & (version >= 0))
        micros, writers = some.read_at[reads], columns.index[some.writer[version[reads]]]
        return {
            (place(columns, micro), identity(columns.keys[columns.key[micro]])): writer
            for micro, writer in zip(micros.tolist(), writers.tolist(), strict=True)
        }

    def _uncommitted(self) -> None:
        """The models that order writes alone."""
        writes = None
        ok = self._columns.outcome == OK
        for model, condition in self._conditions:
            if condition.rule is not Rule.WRITES or self._decided(model):
                continue
            writes = writes or write_order(self._columns, self._lists, self._registers)
            edges = joined([writes, time_order(self._columns, ok, condition.order, len(ok))])
            moments = Moments.of(edges, Layout.SERIAL)
            found = some_cycles(moments)
            if found:
                self._find(model, self._violated(self._reporter.writes(found[0])))
            else:
                vertices = moments.graph.order
                commits = vertices[vertices < len(ok)]
                self._find(model, self._holds(condition, commits[ok[commits]]))
