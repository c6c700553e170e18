"""A bank: money moves between accounts, and some look at all of them.

The bank's own question is whether every look comes to the same total. As accounts hold, beside the balance, the name of
the transfer that left it there, the history also says who saw whose work: it is one of transactions on registers
whose values are written once, and is judged as that, too. So it is known not only that money was lost, but how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import attrs
import msgspec

from checkers.audit import audit
from checkers.budget import Budget
from checkers.data import check_bank
from checkers.models import ANOMALIES, Data
from checkers.transactions import check_transactions
from checkers.verdict import Anomaly, Audit, Classification
from harness.generators import Context, Each, Generator, Invocation, on_each_thread
from harness.test import Test
from harness.workloads.bank_story import Ledger, story
from harness.workloads.isolation import models_of
from harness.workloads.workload import Workload
from histories import History, Operation
from systems.transactions.procedures import OPENING

BANK: Final = "bank"
WRONG_TOTAL: Final = "wrong-total"
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
    looks, transactions = _as_looks(history), _as_transactions(history)
    accounts = max((len(look.result) for look in looks), default=0)
    totals = check_bank(looks, total=accounts * OPENING[0])
    isolation = check_transactions(transactions, Data.RW_REGISTER, budget)
    ledger = Ledger(history)
    told = (_explained(anomaly, ledger) for anomaly in totals.anomalies)
    return attrs.evolve(
        isolation,
        models={**isolation.models, **totals.models},
        anomalies=(*told, *isolation.anomalies),
        statistics={**isolation.statistics, **totals.statistics},
    )


def _explained(anomaly: Anomaly, ledger: Ledger) -> Anomaly:
    """A wrong total with the transfers that account for it, where they do."""
    look = ledger.history.by_index[anomaly.operations[-1]]
    halves = ledger.halves(look) if anomaly.type == WRONG_TOTAL else None
    if not halves:
        return anomaly
    involved = [each.index for half in halves for each in (half.transfer, half.overwritten_by) if each is not None]
    return attrs.evolve(
        anomaly,
        operations=(*dict.fromkeys((*anomaly.operations, *involved)),),
        explanation=f"{anomaly.explanation}. {story(look, halves)}",
    )


def verify(history: History, found: Classification) -> Audit:
    """Each half of the verdict against what it was said of."""
    of_totals, of_isolation = _split(found.anomalies)
    looks = _as_looks(history)
    bare = tuple(attrs.evolve(a, operations=tuple(i for i in a.operations if i in looks.by_index)) for a in of_totals)
    totals = attrs.evolve(found, anomalies=bare, models={BANK: found.models[BANK]})
    isolation = {name: finding for name, finding in found.models.items() if name != BANK}
    return audit(looks, totals) + audit(
        _as_transactions(history), attrs.evolve(found, anomalies=of_isolation, models=isolation)
    )


def _split(anomalies: Sequence[Anomaly]) -> tuple[tuple[Anomaly, ...], tuple[Anomaly, ...]]:
    """Those of totals, and those of isolation."""
    of_isolation = tuple(anomaly for anomaly in anomalies if anomaly.type in ANOMALIES)
    return tuple(anomaly for anomaly in anomalies if anomaly not in of_isolation), of_isolation


def _as_looks(history: History) -> History:
    looks = (_as_balances(operation) for operation in history if operation.f == "read" and operation.ok)
    return attrs.evolve(history, operations=tuple(looks))


def _as_transactions(history: History) -> History:
    return attrs.evolve(history, operations=tuple(as_transactions(history)))


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
        models=(*models_of(Data.RW_REGISTER), BANK),
        generator=transfers_and_looks,
        final=final_looks,
        check=check,
        audit=verify,
    )
}
