"""Why a look at a bank comes to a wrong total: the transfers that it counts in one account and not in the other.

A balance carries the name of the transfer that left it, and that transfer read what it replaced; so behind each balance
stands the chain of transfers that are counted in it. A transfer that both chains hold moves nothing in or out of the
total, one that only one of them holds changes it by its amount. It is missing for one of two reasons: the account was
looked at before the transfer came (read skew), or another transfer had read the account before it, too, and wrote over
what it left (a lost update).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Final

import attrs

from histories import History, Operation
from systems.transactions.procedures import OPENING

TOLD_MAX: Final = 3

Name = str | None  # of a transfer, or of what else left a balance


@attrs.frozen(kw_only=True)
class Half:
    """A transfer that a look counts in one of its accounts only, and what wrote over it in the other."""

    transfer: Operation
    counted_in: Any
    missing_from: Any
    overwritten_by: Operation | None

    @property
    def amount(self) -> int:
        """What it adds to the total."""
        asked = self.transfer.value
        return asked["amount"] if self.counted_in == asked["to"] else -asked["amount"]


@attrs.frozen(slots=False)
class Ledger:
    """All transfers that were acknowledged, by name."""

    history: History

    @cached_property
    def transfers(self) -> Mapping[str, Operation]:
        """Those transfers."""
        return {
            version[1]: operation
            for operation in self.history
            if operation.f == "transfer" and operation.ok
            for f, _, version in operation.result
            if f == "w"
        }

    def halves(self, look: Operation) -> tuple[Half, ...] | None:
        """The transfers that a look counts by half, oldest first; None if they do not account for its total."""
        seen = {account: _name(version) for _, account, version in look.result}
        chains = {account: tuple(self._chain(account, name)) for account, name in seen.items()}
        halves = sorted(self._halves(chains), key=lambda half: half.transfer.index)
        total = sum((version or OPENING)[0] for _, _, version in look.result)
        wrong_by = total - OPENING[0] * len(seen)
        return tuple(halves) if sum(half.amount for half in halves) == wrong_by else None

    def _chain(self, account: Any, name: Name) -> Iterator[str]:
        """The transfers that are counted in an account, newest first."""
        while name is not None and name in self.transfers:
            yield name
            name = self._replaced(self.transfers[name], account)

    def _replaced(self, transfer: Operation, account: Any) -> Name:
        return next(_name(version) for f, key, version in transfer.result if f == "r" and key == account)

    def _halves(self, chains: Mapping[Any, tuple[str, ...]]) -> Iterator[Half]:
        counted = {account: frozenset(chain) for account, chain in chains.items()}
        for account, chain in chains.items():
            for name in chain:
                transfer = self.transfers[name]
                other = transfer.value["to"] if account == transfer.value["from"] else transfer.value["from"]
                if name not in counted.get(other, {name}):
                    over = self._overwriting(transfer, other, chains[other])
                    yield Half(transfer=transfer, counted_in=account, missing_from=other, overwritten_by=over)

    def _overwriting(self, transfer: Operation, account: Any, chain: tuple[str, ...]) -> Operation | None:
        """The transfer in the chain of an account that had read the same as this one there."""
        before = self._replaced(transfer, account)
        others = (self.transfers[name] for name in chain)
        return next((other for other in others if self._replaced(other, account) == before), None)


def story(look: Operation, halves: tuple[Half, ...]) -> str:
    """What happened, for people."""
    told = [_sentence(look, half) for half in halves[:TOLD_MAX]]
    if len(halves) > TOLD_MAX:
        told.append(f"So it is with {len(halves) - TOLD_MAX} more.")
    return " ".join(told)


def _sentence(look: Operation, half: Half) -> str:
    asked, transfer = half.transfer.value, half.transfer
    what = f"The transfer #{transfer.index} moved {asked['amount']} from account {asked['from']} to {asked['to']}"
    if half.overwritten_by is None:
        return (
            f"{what}; #{look.index} saw account {half.counted_in} after it and account {half.missing_from} "
            "before it, so it saw the transfer half done."
        )
    other = half.overwritten_by
    held = next((version or OPENING)[0] for f, key, version in other.result if f == "r" and key == half.missing_from)
    left = next(version[0] for f, key, version in other.result if f == "w" and key == half.missing_from)
    fate = "is lost" if half.amount < 0 else "was made out of nothing"
    return (
        f"{what}, but the transfer #{other.index} also found account {half.missing_from} at {held} "
        f"and left {left} there: one wrote over the other (a lost update), and {asked['amount']} {fate}."
    )


def _name(version: list[Any] | None) -> Name:
    return (version or OPENING)[1]
