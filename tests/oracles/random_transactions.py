"""Small transactional histories, near enough to legal ones to be interesting, and far enough to break models.

A history is made as a weak database would: transactions get a place in an order of commits; each reads from a
snapshot, from an arbitrary set of others, or anew for each read; now and then a read shows something else.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import attrs

from checkers.models import Data
from histories import Event, EventType, History
from tests.oracles.worlds import matches

Choose = Callable[[int], int]
"""A number below another one: from a random generator, or drawn by Hypothesis."""

WRITES = {Data.LIST_APPEND: ("append",), Data.RW_REGISTER: ("w",), Data.PREDICATE: ("insert", "w", "delete")}
PREDICATES = (["all"], ["range", 0, 1], ["range", 0, 2], ["mod", 2, 0], ["equals", 1])


def random_history(choose: Choose | Random, data: Data, *, most: int = 5) -> History:
    """A history of at most so many transactions on at most three keys; `data` says what they read and write."""
    if isinstance(choose, Random):
        choose = choose.randrange
    return _Maker(choose=choose, data=data, many=2 + choose(most - 1)).history()


@attrs.define(kw_only=True)
class _Transaction:
    number: int
    process: int
    outcome: EventType
    ops: list[list[Any]]

    @property
    def shows(self) -> bool:
        return self.outcome is EventType.OK


@attrs.define(kw_only=True)
class _Maker:
    choose: Choose
    data: Data
    many: int
    values: int = 0

    def history(self) -> History:
        keys, processes = 1 + self.choose(3), 1 + self.choose(self.many)
        transactions = [self._transaction(number, keys, processes) for number in range(self.many)]
        order = self._shuffled(transactions) if self.choose(2) else transactions
        for transaction in transactions:
            self._fill_in(transaction, order)
        return History.of(self._events(transactions))

    def _transaction(self, number: int, keys: int, processes: int) -> _Transaction:
        roll = self.choose(20)
        outcome = EventType.INFO if roll == 0 else EventType.FAIL if roll == 1 else EventType.OK
        ops = [self._operation(keys) for _ in range(1 + self.choose(3))]
        return _Transaction(number=number, process=self.choose(processes), outcome=outcome, ops=ops)

    def _operation(self, keys: int) -> list[Any]:
        key = self.choose(keys)
        if self.choose(2):
            ranged = self.data is Data.PREDICATE and self.choose(2)
            return ["rp", PREDICATES[self.choose(len(PREDICATES))], None] if ranged else ["r", key, None]
        f = WRITES[self.data][self.choose(len(WRITES[self.data]))]
        self.values += 1
        return [f, key, None if f == "delete" else self.values]

    def _shuffled(self, transactions: list[_Transaction]) -> list[_Transaction]:
        left, order = list(transactions), []
        while left:
            order.append(left.pop(self.choose(len(left))))
        return order

    def _fill_in(self, transaction: _Transaction, order: list[_Transaction]) -> None:
        """What the transaction reads, if the others commit in this order."""
        here = order.index(transaction)
        others = [other for other in order if other is not transaction and (other.shows or self.choose(4) == 0)]
        mode = self.choose(5)
        seen = self._visible(mode, others, order, here)
        own: list[list[Any]] = []
        for op in transaction.ops:
            if op[0] not in ("r", "rp"):
                own.append(op)
                continue
            if mode == 2:
                seen = self._visible(mode, others, order, here)
            state = self._state(seen, own, order, here)
            if self.choose(40) == 0:
                op[2] = self._anything(op, order)
            elif op[0] == "r":
                op[2] = state.get(op[1])
            else:
                op[2] = [[key, value] for key, value in sorted(state.items()) if matches(op[1], key, value)]

    def _visible(
        self, mode: int, others: list[_Transaction], order: list[_Transaction], here: int
    ) -> list[_Transaction]:
        """All that commit earlier, a prefix of the order, or any transactions at all."""
        if mode == 0:
            return [other for other in others if order.index(other) < here]
        if mode == 1:
            end = self.choose(len(order) + 1)
            return [other for other in others if order.index(other) < end]
        return [other for other in others if self.choose(2)]

    def _state(
        self, seen: list[_Transaction], own: list[list[Any]], order: list[_Transaction], here: int
    ) -> dict[int, Any]:
        """The values after these transactions; a list has all committed elements up to the last that is seen."""
        if self.data is not Data.LIST_APPEND:
            writes = [op for other in seen for op in other.ops if op[0] not in ("r", "rp")] + own
            return {key: value for _, key, value in writes}
        state: dict[int, Any] = {}
        for key in {op[1] for other in order for op in other.ops}:
            last = max([order.index(o) for o in seen if _appends(o, key)], default=-1)
            mine = [op[2] for op in own if op[1] == key]
            end = here if mine else last + 1
            before = [other for other in order[:end] if other in seen or other.shows]
            shown = [value for other in before for value in _appends(other, key)] + mine
            state[key] = shown or None
        return state

    def _anything(self, op: list[Any], order: list[_Transaction]) -> Any:
        """Any value of the key, or one that nobody wrote; for lists any few of its elements in any order."""
        key = op[1] if op[0] == "r" else 0
        values = [value for other in order for f, k, value in other.ops if k == key and f not in ("r", "rp")]
        values = [*values, 99] if self.choose(4) == 0 else values
        if self.data is Data.LIST_APPEND:
            left = list(values)
            return [left.pop(self.choose(len(left))) for _ in range(self.choose(len(values) + 1))]
        value = values[self.choose(len(values))] if values else None
        return value if op[0] == "r" else [[key, value]] if matches(op[1], key, value) else []

    def _events(self, transactions: list[_Transaction]) -> list[Event]:
        """The transactions in intervals, in order within each process, otherwise as it comes."""
        queues: dict[int, list[_Transaction]] = {}
        for transaction in transactions:
            queues.setdefault(transaction.process, []).append(transaction)
        events: list[Event] = []
        running: set[int] = set()
        while queues:
            process = sorted(queues)[self.choose(len(queues))]
            transaction = queues[process][0]
            if process in running:
                events.append(_event(len(events), transaction, transaction.outcome))
                running.discard(process)
                queues[process].pop(0)
                if not queues[process]:
                    del queues[process]
            else:
                events.append(_event(len(events), transaction, EventType.INVOKE))
                running.add(process)
        return events


def _appends(transaction: _Transaction, key: int) -> list[Any]:
    return [value for f, k, value in transaction.ops if f == "append" and k == key]


def _event(index: int, transaction: _Transaction, kind: EventType) -> Event:
    shown = transaction.ops
    asked = [[f, key, None if f in ("r", "rp") else value] for f, key, value in shown]
    value = shown if kind is EventType.OK else asked
    return Event(index=index, time=index, type=kind, process=transaction.process, f="txn", value=value)
