"""Whether an order of commits agrees with the time at which transactions began and ended."""

from __future__ import annotations

import numpy as np

from checkers.transactions.conditions import Order
from checkers.transactions.replay.arrays import Ints
from checkers.transactions.replay.errors import RefusedError
from histories.transactions import FOREVER, OK, TransactionColumns


def starts_in_time(columns: TransactionColumns, rows: Ints, starts: Ints | None, order: Order) -> None:
    """Nobody starts before one has committed that had completed when it began: in its process, or anywhere.

    `rows` are the transactions in the order of their commits, `starts` how many of these come before each one starts,
    None if all that commit before it. Raises `RefusedError` where somebody does.
    """
    if order is Order.NONE:
        return
    if order is Order.REALTIME and not columns.real_time:
        raise RefusedError("the history does not tell when transactions began and ended")
    place = np.arange(len(rows))
    begin, ok = columns.index[rows], (columns.outcome[rows] == OK) & (columns.end[rows] < FOREVER)
    group = np.zeros_like(place)
    if order is Order.SESSION:
        _, group = np.unique(columns.process[rows], return_inverse=True)
    end, ended, group_ended = columns.end[rows[ok]], place[ok], group[ok]
    width = int(max(end.max(initial=0), begin.max(initial=0))) + 1
    code = group_ended * width + end
    in_time = np.argsort(code)
    latest = np.maximum.accumulate((group_ended * (len(rows) + 1) + ended + 1)[in_time])
    before = np.searchsorted(code[in_time], group * width + begin) - 1
    found = np.append(latest, 0)[before] - group * (len(rows) + 1) - 1  # negative where there is none in the group
    late = np.flatnonzero(found >= (place if starts is None else starts))
    if len(late):
        one, other = columns.index[rows[late[0]]], columns.index[rows[found[late[0]]]]
        raise RefusedError(f"#{one} starts before #{other} has committed, which it followed in time")
