"""What a client does in a transaction, for each operation of a history.

- `txn`: micro-operations, one after the other, answered with the same and what was read filled in:
  `["r", k, null]`, `["w", k, v]`, `["append", k, v]`, `["insert", k, v]`, `["delete", k, null]`, and
  `["rp", ["range", low, high], null]`, a predicate read, answered with the `[k, v]` of all rows with low <= k < high.
- `transfer`, of a bank: `{"from": a, "to": b, "amount": n}`; refused where the account does not hold so much.
- `read`, of a bank: a list of accounts.

The bank's operations are answered with the micro-operations that they came down to. An account holds a balance, and
the name of the transfer that left it there: no two versions are equal, and the history says who saw whose work.

Procedures do no input or output: they are generators that yield what they want done, and are sent what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any, Final

import attrs

from systems.system import DefiniteError

OPENING: Final = (100, "the opening")
"""What an account holds that nobody has written to."""

MicroOperation = tuple[str, Any, Any]
Wish = tuple[str, Any, Any]
"""A verb, a key, and a value or None; see `steps`."""
Run = Generator[Wish, Any, list[MicroOperation]]

_VERBS: Final[Mapping[str, str]] = {
    "r": "read",
    "rp": "scan",
    "w": "write",
    "append": "append",
    "insert": "write",
    "delete": "write",
}
_READS: Final = ("r", "rp")


@attrs.frozen(kw_only=True)
class Procedure:
    """How an operation is performed, given its value and a name for it; and whether it promises to write nothing."""

    run: Callable[[Any, str], Run]
    reads_only: Callable[[Any], bool]


def perform(asked: Iterable[MicroOperation], _: str) -> Run:
    """Perform the micro-operations of `txn`."""
    done: list[MicroOperation] = []
    for f, key, argument in asked:
        verb = _VERBS.get(f)
        if verb is None:
            raise DefiniteError(f"no micro-operation is called {f}: there are {', '.join(_VERBS)}")
        found = yield verb, _range(key) if verb == "scan" else key, argument
        done.append((f, key, found if f in _READS else argument))
    return done


def _range(predicate: Any) -> tuple[Any, Any]:
    kind, *bounds = predicate
    if kind != "range":
        raise DefiniteError(f"these tables know no predicate {kind}, only range")
    low, high = bounds
    return low, high


def transfer(asked: Mapping[str, Any], name: str) -> Run:
    """Move an amount from one account to another, unless that would overdraw the first."""
    source, target, amount = asked["from"], asked["to"], asked["amount"]
    seen = yield from perform([("r", source, None), ("r", target, None)], name)
    here, there = ((account or OPENING)[0] for _, _, account in seen)
    if here < amount:
        raise DefiniteError(f"account {source} holds {here}, less than the {amount} to be transferred")
    left = [("w", source, (here - amount, name)), ("w", target, (there + amount, name))]
    return seen + (yield from perform(left, name))


def balances(accounts: Iterable[Any], name: str) -> Run:
    """Read all of these accounts."""
    return (yield from perform([("r", account, None) for account in accounts], name))


PROCEDURES: Final[Mapping[str, Procedure]] = {
    "txn": Procedure(run=perform, reads_only=lambda asked: all(f in _READS for f, _, _ in asked)),
    "transfer": Procedure(run=transfer, reads_only=lambda _: False),
    "read": Procedure(run=balances, reads_only=lambda _: True),
}
