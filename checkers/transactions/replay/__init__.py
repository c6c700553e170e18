"""Certificates, replayed: from an order of commits, what every transaction must have read.

A certificate claims that the committed transactions took effect in an order, which is also that of the versions of
every key, and that this order keeps a rule. Each claim is verified from the columns of the history alone:

- all transactions that must have committed are there, each once, and none that failed (here);
- none starts before one has committed that it followed in time (`times`);
- serial orders, snapshots and prefixes are executed (`store`);
- for the other rules, each read is traced to whose version it found (`reads`), and the definition of the rule is
  looked up among the reads of whose keys there were newer versions (`rules`), with pasts where a rule speaks of them
  (`pasts`);
- read uncommitted orders the writes alone (`writes`);
- transactions agree with themselves, where a model demands that (`within`).

Nothing is shared with the checkers, which find versions and edges first and orders last. `tests/oracles/replay.py`
says the same by the definitions, of a few transactions.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import attrs
import numpy as np

from checkers.transactions.audit_rows import contradicts_itself
from checkers.transactions.certificates import Certificate
from checkers.transactions.conditions import Internal, Order, Rule
from checkers.transactions.ledger import APPENDING, PREDICATE, READING, WRITING, Ledger
from checkers.transactions.replay.arrays import Ints
from checkers.transactions.replay.errors import RefusedError
from checkers.transactions.replay.reads import Reads
from checkers.transactions.replay.rows import Unshown, touches_of_rows
from checkers.transactions.replay.rules import RULES, Case
from checkers.transactions.replay.script import Script, Touches
from checkers.transactions.replay.store import execute, first_committer_wins
from checkers.transactions.replay.times import starts_in_time
from checkers.transactions.replay.within import agree_with_themselves
from checkers.transactions.replay.writes import written_in_order
from histories.transactions import FAIL, KINDS, OK, TransactionColumns

__all__ = ["Replay"]

STARTING: Final = (Rule.SNAPSHOT, Rule.PREFIX)
"""The rules whose certificates tell when transactions start."""

ROW_KINDS: Final = {READING, PREDICATE, *WRITING} - {APPENDING}

EXECUTED: Final = (Rule.SERIAL, Rule.ITEMS, *STARTING)


@attrs.frozen(kw_only=True, eq=False, slots=False)
class Replay:
    """The certificates of one history against its facts."""

    columns: TransactionColumns
    ledger: Ledger

    @cached_property
    def touches(self) -> Touches:
        """What the history did to single keys."""
        return touches_of_rows(self.columns) if self.ledger.has_rows else Touches.of(self.columns)

    def problem(self, certificate: Certificate, demands: frozenset[Internal] = frozenset()) -> str | None:
        """The first thing that is wrong with a certificate; `demands` are those of its models."""
        try:
            _Performance(replay=self, certificate=certificate).verify(demands)
        except RefusedError as refused:
            return str(refused)
        return None


@attrs.frozen(kw_only=True, eq=False, slots=False)
class _Performance:
    """One certificate, replayed."""

    replay: Replay
    certificate: Certificate

    @cached_property
    def columns(self) -> TransactionColumns:
        return self.replay.columns

    @cached_property
    def commits(self) -> Ints:
        return np.asarray(self.certificate.commits, dtype=np.int64)

    @cached_property
    def rows(self) -> Ints:
        """Where the transactions are in the columns."""
        rows = np.searchsorted(self.columns.index, self.commits)
        if not np.array_equal(np.append(self.columns.index, -1)[rows], self.commits):
            raise RefusedError("the commits are not all of transactions")
        return rows

    @cached_property
    def starts(self) -> Ints | None:
        """For each transaction how many had committed when it started, None for all that commit before it."""
        if self.certificate.starts is None:
            return None
        starts = np.asarray(self.certificate.starts, dtype=np.int64)
        if self.certificate.rule not in STARTING:
            raise RefusedError("the rule says when transactions start, and the certificate says it again")
        if len(starts) != len(self.commits) or (starts < 0).any() or (starts > np.arange(len(starts))).any():
            raise RefusedError("a transaction starts after its own commit")
        return starts

    @cached_property
    def script(self) -> Script:
        return Script.of(self.replay.touches, self.rows, self.commits)

    @property
    def everybody(self) -> Script:
        """All transactions, whatever became of them."""
        return Script.of(self.replay.touches, np.arange(len(self.columns)), self.columns.index)

    @cached_property
    def unshown(self) -> Unshown:
        return Unshown(script=self.script, certificate=self.certificate)

    def verify(self, demands: frozenset[Internal]) -> None:
        rule, ledger = self.certificate.rule, self.replay.ledger
        if not ledger.kinds <= (ROW_KINDS if ledger.has_rows else set(KINDS)):
            raise RefusedError("the history has operations that are not replayed")
        self._committed()
        starts_in_time(self.columns, self.rows, self.starts, self.certificate.order)
        if rule is Rule.WRITES:
            written_in_order(self.script, self.everybody)
        elif rule in EXECUTED:
            self._execute()
        else:
            self._trace()
        self._internal(demands)

    def _committed(self) -> None:
        """The commits are all that must be there, each once, and nothing that may not.

        Those of unknown fate may be left out: if somebody read something of theirs, it is found missing then.
        """
        outcome, present = self.columns.outcome, np.zeros(len(self.columns), dtype=bool)
        present[self.rows] = True
        if len(self.rows) > np.count_nonzero(present) or not present[outcome == OK].all():
            raise RefusedError("the commits are not the committed transactions, each once")
        certain = self.certificate.rule is Rule.WRITES
        if (outcome[self.rows] == FAIL).any() or (certain and (outcome[self.rows] != OK).any()):
            raise RefusedError("the commits are not of transactions that may have committed")

    def _execute(self) -> None:
        execute(self.script, self.starts)
        starts = np.arange(len(self.commits)) if self.starts is None else self.starts
        if self.certificate.rule is Rule.SNAPSHOT:
            first_committer_wins(self.script, starts)
        if self.replay.ledger.has_rows and self.certificate.rule is not Rule.ITEMS:
            self.unshown.execute(starts.tolist())

    def _trace(self) -> None:
        columns, order = self.columns, self.certificate.order
        reads = Reads.of(self.script, self.unshown.found())
        _, process = np.unique(columns.process[self.rows], return_inverse=True)
        case = Case(reads=reads, process=process, ok=columns.outcome[self.rows] == OK, sessions=order is Order.SESSION)
        RULES[self.certificate.rule](case)

    def _internal(self, demands: frozenset[Internal]) -> None:
        """Transactions contradict themselves nowhere that is forbidden.

        Those that read one state of lists and registers, under their own writes, do not.
        """
        ledger, reads = self.replay.ledger, not demands.isdisjoint({Internal.ALL, Internal.ITEMS})
        if not demands - {Internal.ANY} or (self.certificate.rule in EXECUTED and not ledger.has_rows):
            return
        if not ledger.has_rows:
            agree_with_themselves(self.script, reads=reads)
            return
        phantoms = Internal.ALL not in demands
        for index in self.columns.index[self.columns.outcome == OK].tolist():
            if contradicts_itself(ledger, index, reads=reads, phantoms=phantoms):
                raise RefusedError(f"#{index} contradicts itself")
