"""Transactions that read all rows of a range, and insert and delete rows in it.

A table has as many groups of rows as the test has keys, and a group is a range of keys. A row is inserted once, and
deleted at most once, so the order of its versions is known. The typical transaction looks at the rows of a group, and
inserts one: where two of them see the same rows and both commit, one of the two was to see the row of the other (a
phantom, and G2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from checkers.models import Data
from harness.generators import Context, Each, Generator, Invocation, on_each_thread
from harness.test import Test
from harness.workloads.isolation import isolation
from harness.workloads.micro_operations import MicroOperation
from harness.workloads.workload import Workload

ROWS: Final = 1000  # keys in a group
PER_GROUP: Final = 40  # transactions to a group, after which a fresh one takes its place
AGE: Final = 4  # transactions of the group between the insertion of a row and its deletion


def _range(group: int) -> MicroOperation:
    return "rp", ("range", group * ROWS, (group + 1) * ROWS), None


def looks_and_inserts(test: Test) -> Generator:
    """Scans, inserts of rows that are new, deletions of the row that was inserted some time before."""

    def draw(number: int, context: Context) -> Invocation:
        places = max(1, test.keys // 2)
        turn, place = divmod(number, places)
        generation, row = divmod(turn, PER_GROUP)
        group = generation * places + place
        key = group * ROWS + 2 * row
        kind = context.luck.integer(8)
        insert = ("insert", key, number + 1)
        other = context.luck.child("group").integer(places) + generation * places
        shapes: Sequence[tuple[MicroOperation, ...]] = (
            (_range(group), insert),
            (_range(group), insert),
            (_range(group), insert),
            (_range(group), _range(other)),
            (_range(other), insert),
            (_range(group), ("r", key, None), _range(group)),
            (insert, ("insert", key + 1, number + 1)),
            (("delete", key - 2 * AGE, None), _range(group)) if row >= AGE else (_range(group), insert),
        )
        return Invocation(f="txn", value=shapes[kind])

    return Each(draw)


def final_scans(test: Test, keys: Sequence[Any]) -> Generator:
    """Every client scans the groups that were in use last."""
    last = max((key // ROWS for key in keys if isinstance(key, int)), default=0)
    groups = range(max(0, last + 1 - 2 * test.keys), last + 1)
    return on_each_thread(lambda _: (Invocation(f="txn", value=(_range(group),)) for group in groups), test.clients)


WORKLOADS: Mapping[str, Workload] = {
    "phantom": isolation(
        "phantom",
        Data.PREDICATE,
        "transactions that read all rows of a range, and insert and delete rows in it",
        looks_and_inserts,
        final_scans,
    )
}
