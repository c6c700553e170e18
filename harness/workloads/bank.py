"""A bank: money moves between accounts, and some look at all of them.

The bank's own question is whether every look comes to the same total. As accounts hold, beside the balance, the name of
the transfer that left it there, the history also says who saw whose work: it is one of transactions on registers
whose values are written once, and is judged as that, too. So it is known not only that money was lost, but how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

import attrs
import msgspec

from checkers.budget import Budget
from checkers.data import check_bank
from checkers.models import Data
from checkers.transactions import check_transactions
from checkers.verdict import Classification
from harness.generators import Context, Each, Generator, Invocation, on_each_thread
from harness.test import Test
from harness.workloads.isolation import models_of
from harness.workloads.workload import Workload
from histories import History, Operation
from systems.transactions.procedures import OPENING

LOOKS: Final = 0.3
AMOUNT_MAX: Final = 5

MicroOperation = tuple[str, Any, Any]


def transfers_and_looks(test: Test) -> Generator:
    """Transfers of small amounts between two accounts, and reads of all accounts."""
    accounts = tuple(range(max(2, test.keys)))

    def draw(_: int, context: Context) -> Invocation:
        luck = context.luck
        if luck.child("look").coin(LOOKS):
            return Invocation(f="read", value=accounts)
        source, target = luck.child("accounts").shuffled(accounts)[:2]
        amount = 1 + luck.child("amount").integer(AMOUNT_MAX)
        return Invocation(f="transfer", value={"from": source, "to": target, "amount": amount})

    return Each(draw)


def final_looks(test: Test, _: object) -> Generator:
    """Every client looks at all accounts."""
    look = Invocation(f="read", value=tuple(range(max(2, test.keys))))
    return on_each_thread(lambda _: (look,), test.clients)


def check(history: History, budget: Budget) -> Classification:
    """The totals, and the isolation of the transactions that the operations came down to."""
    looks = tuple(_as_balances(operation) for operation in history if operation.f == "read" and operation.ok)
    accounts = max((len(look.result) for look in looks), default=0)
    totals = check_bank(attrs.evolve(history, operations=looks), total=accounts * OPENING[0])
    isolation = check_transactions(
        attrs.evolve(history, operations=tuple(as_transactions(history))), Data.RW_REGISTER, budget
    )
    return attrs.evolve(
        isolation,
        models={**isolation.models, **totals.models},
        anomalies=(*totals.anomalies, *isolation.anomalies),
        statistics={**isolation.statistics, **totals.statistics},
    )


def _as_balances(look: Operation) -> Operation:
    balances = {str(account): (seen or OPENING)[0] for _, account, seen in look.result}
    return msgspec.structs.replace(look, result=balances)


def as_transactions(history: History) -> Iterator[Operation]:
    """The same operations as transactions of reads and writes.

    What a transfer wrote that failed, or is in doubt, nobody tells; but its name is on it if anybody saw it.
    """
    seen = {
        (version[1], account): version
        for operation in history
        if operation.ok
        for f, account, version in operation.result
        if f == "r" and version is not None
    }
    counts: Counter[int] = Counter()
    for operation in history:
        name = f"client-{operation.process}/{counts[operation.process]}"
        counts[operation.process] += 1
        if operation.ok:
            learnt = [(f, account, _version(version)) for f, account, version in operation.result]
            asked = [(f, account, None if f == "r" else version) for f, account, version in learnt]
        else:
            learnt, asked = None, list(_what_was_seen(operation, name, seen))
        yield msgspec.structs.replace(operation, f="txn", value=asked, result=learnt)


def _what_was_seen(
    operation: Operation, name: str, seen: Mapping[tuple[str, Any], list[Any]]
) -> Iterator[MicroOperation]:
    if operation.f == "read":
        yield from (("r", account, None) for account in operation.value)
        return
    for account in (operation.value["from"], operation.value["to"]):
        version = seen.get((name, account))
        yield ("r", account, None) if version is None else ("w", account, _version(version))


def _version(version: list[Any] | None) -> str | None:
    return None if version is None else f"{version[0]} by {version[1]}"


WORKLOADS: Mapping[str, Workload] = {
    "bank": Workload(
        name="bank",
        summary="transfers between accounts, whose total must stay the same, and reads of all of them",
        data="bank",
        claim="serializable",
        models=(*models_of(Data.RW_REGISTER), "bank"),
        generator=transfers_and_looks,
        final=final_looks,
        check=check,
    )
}
