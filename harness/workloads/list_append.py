"""Transactions that read lists and append to them: every read tells the whole past of its key."""

from __future__ import annotations

from collections.abc import Mapping

from checkers.models import Data
from harness.generators import Context, Each, Generator, Invocation
from harness.test import Test
from harness.workloads.isolation import isolation
from harness.workloads.micro_operations import READ, UPDATE, WRITE, draw, final_reads
from harness.workloads.workload import Workload


def reads_and_appends(test: Test) -> Generator:
    """Reads of lists, appends to them, and appends to what was just read."""

    def transaction(number: int, context: Context) -> Invocation:
        return Invocation(f="txn", value=draw(number, test, context.luck, "append", (READ, READ, WRITE, UPDATE)))

    return Each(transaction)


WORKLOADS: Mapping[str, Workload] = {
    "list-append": isolation(
        "list-append",
        Data.LIST_APPEND,
        "transactions that read lists and append unique elements to them",
        reads_and_appends,
        final_reads,
    )
}
