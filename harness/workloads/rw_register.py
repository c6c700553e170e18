"""Transactions that read and write registers, with values that are written once.

Beside the general one, two that have a shape: each asks for one anomaly as often as can be.
"""

from __future__ import annotations

from collections.abc import Mapping

from checkers.models import Data
from harness.generators import Context, Each, Generator, Invocation
from harness.test import Test
from harness.workloads.isolation import isolation
from harness.workloads.micro_operations import READ, UPDATE, draw, final_reads
from harness.workloads.workload import Workload

GROUP = 3  # keys that are read together in long-fork


def reads_and_writes(test: Test) -> Generator:
    """Reads of registers, and writes to what was just read, so that the order of the versions is known."""

    def transaction(number: int, context: Context) -> Invocation:
        return Invocation(f="txn", value=draw(number, test, context.luck, "w", (READ, UPDATE)))

    return Each(transaction)


def pairs(_: Test) -> Generator:
    """Two transactions in a row, of different clients: both read two fresh keys, and each writes one of them.

    Is on call whoever has not signed off; one may sign off as long as the other is there: and both do (write skew).
    """

    def doctor(number: int, _: Context) -> Invocation:
        pair, which = divmod(number, 2)
        keys = (2 * pair, 2 * pair + 1)
        reads = tuple(("r", key, None) for key in keys)
        return Invocation(f="txn", value=(*reads, ("w", keys[which], number + 1)))

    return Each(doctor)


def forks(_: Test) -> Generator:
    """Keys that are written once, alone; transactions that read a few of them together, while they are written.

    Where two such reads see two of the writes in different orders, there is no one past (long fork).
    """

    def step(number: int, context: Context) -> Invocation:
        group, turn = divmod(number, 3 * GROUP)
        first = group * GROUP
        if turn % 3 == 0:
            return Invocation(f="txn", value=(("w", first + turn // 3, number + 1),))
        keys = context.luck.child("order").shuffled(range(first, first + GROUP))
        return Invocation(f="txn", value=tuple(("r", key, None) for key in keys))

    return Each(step)


WORKLOADS: Mapping[str, Workload] = {
    "rw-register": isolation(
        "rw-register",
        Data.RW_REGISTER,
        "transactions that read and write registers, every written value unique",
        reads_and_writes,
        final_reads,
    ),
    "write-skew": isolation(
        "write-skew",
        Data.RW_REGISTER,
        "pairs of transactions that read the same two keys and write one each",
        pairs,
        final_reads,
    ),
    "long-fork": isolation(
        "long-fork",
        Data.RW_REGISTER,
        "keys written once, and reads of several of them meanwhile",
        forks,
        final_reads,
    ),
}
