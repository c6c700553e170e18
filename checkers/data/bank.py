"""Bank: money moves between accounts, so every read of all accounts must come to the same total.

A read returns a map of account to balance. One that sees a transfer half done has a wrong total, which shows read
skew (or worse); so does a bank that forgets half of a transfer. The total and the accounts may be given; else
those of the first read count, and what disagrees with it is named together with it. Balances may be forbidden
to be negative: two withdrawals that were each allowed alone show write skew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

import attrs

from checkers.data.conclusion import conclude, counted, listed, name_of, only
from checkers.linearizability.numbers import is_whole
from checkers.verdict import Anomaly, Classification
from histories import History, HistoryError, Operation

WRONG_TOTAL: Final = "wrong-total"
NEGATIVE: Final = "negative-balance"
MISSING: Final = "missing-account"
UNEXPECTED: Final = "unexpected-account"


@attrs.frozen
class _Books:
    """What every read must agree with, and the read that it was learnt from, if it was not given."""

    total: Any
    accounts: frozenset[str]
    learnt_from: Operation | None


def check_bank(
    history: History,
    *,
    total: int | None = None,
    accounts: Collection[Any] | None = None,
    negative_balances: bool = False,
) -> Classification:
    """Judge the property `bank`: every read has every account and the total, and no balance below zero.

    `negative_balances` allows them. Raises `HistoryError` for operations other than reads and transfers, and for
    reads that do not return a map of balances.
    """
    only(history, {"read", "transfer"})
    reads = [operation for operation in history if operation.f == "read" and operation.ok]
    anomalies: list[Anomaly] = []
    books = None
    if reads:
        first = _balances(reads[0])
        known = [balance for balance in first.values() if balance is not None]
        books = _Books(
            total=sum(known) if total is None else total,
            accounts=frozenset(map(str, first if accounts is None else accounts)),
            learnt_from=reads[0] if total is None else None,
        )
        for read in reads:
            anomalies += _faults(read, books, negative_balances=negative_balances)
    return conclude(
        {"bank": {WRONG_TOTAL, MISSING, UNEXPECTED, NEGATIVE}},
        anomalies,
        holds=f"{counted(len(reads), 'read')}, all with the same total",
        certificate=books and (books.total, books.accounts),
        unknown={} if reads else {"bank": "no read succeeded"},
        statistics={"reads": len(reads), "wrong reads": len({anomaly.operations[-1] for anomaly in anomalies})},
    )


def _balances(read: Operation) -> dict[str, Any]:
    """Balances by account; accounts are compared as texts, since JSON has no other keys."""
    found = read.result
    if not isinstance(found, dict) or not all(balance is None or is_whole(balance) for balance in found.values()):
        raise HistoryError(f"expected a map of account to balance, a whole number, as the result of {read}")
    return {str(account): balance for account, balance in found.items()}


def _faults(read: Operation, books: _Books, *, negative_balances: bool) -> Iterator[Anomaly]:
    found = _balances(read)
    missing = sorted(account for account in books.accounts if found.get(account) is None)
    unexpected = sorted(account for account in found if account not in books.accounts)
    negative = sorted(account for account, balance in found.items() if balance is not None and balance < 0)
    total = sum(balance for balance in found.values() if balance is not None)
    this = f"The read {name_of(read)}"
    if missing:
        yield _anomaly(MISSING, read, f"{this} lacks account {listed(missing)}", tuple(missing))
    if unexpected:
        told = f"{this} has account {listed(unexpected)}, which nobody knows"
        yield _anomaly(UNEXPECTED, read, told, tuple(unexpected))
    if negative and not negative_balances:
        owed = listed([f"{account} has {found[account]}" for account in negative])
        yield _anomaly(NEGATIVE, read, f"{this} shows a balance below zero: account {owed}", tuple(negative))
    if total != books.total and not missing and not unexpected:
        other = books.learnt_from
        why = "it must be" if other is None else f"the first read, {name_of(other)}, came to"
        more = "more" if total > books.total else "less"
        told = f"{this} comes to {total}, {abs(total - books.total)} {more} than {books.total}, which {why}"
        yield _anomaly(WRONG_TOTAL, read, told, books.total, other)


def _anomaly(kind: str, read: Operation, told: str, evidence: Any, other: Operation | None = None) -> Anomaly:
    """The evidence is what the total must be, or the accounts that are wrong."""
    involved = (read.index,) if other is None else (other.index, read.index)
    return Anomaly(type=kind, operations=involved, explanation=told, evidence=evidence)
