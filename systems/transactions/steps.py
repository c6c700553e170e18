"""What a client and the node that runs its transaction say to each other, in requests and replies."""

from __future__ import annotations

from typing import Any, NamedTuple


class Step(NamedTuple):
    """One step of a client's transaction. Both are counted from 0, and the first step begins the transaction.

    | verb | key | value | answered with |
    |---|---|---|---|
    | read | a key | | its value, or None |
    | write | a key | the value; None deletes | None |
    | append | a key | an element for the end of the tuple there | None |
    | scan | (low, high) | | the (key, value) pairs with low <= key < high and a value, by key |
    | commit | | | None |
    | abort | | | None |
    """

    transaction: int
    number: int
    verb: str
    key: Any = None
    value: Any = None
    reads_only: bool = False  # the client promises that no step of the transaction writes


def cut_short(step: Step, why: str) -> tuple[str, str]:
    """The answer to a step of a transaction that is not known here, or not any more.

    If it asks for a commit, it may be a copy of a request that was granted; nobody here knows.
    """
    return ("info" if step.verb == "commit" else "fail"), why
