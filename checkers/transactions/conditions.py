"""What each isolation model demands: which cycles it forbids, in which order of time, with what else."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import attrs


class Order(enum.Enum):
    """Which order beside that of the versions a model respects; the suffix is that of its anomalies."""

    NONE = ""
    SESSION = "-process"
    REALTIME = "-realtime"


class Rule(enum.Enum):
    """What must not be; D is ww and wr, and session order or real time where they count.

    The values are the names of the anomalies that break the rule.
    """

    WRITES = "G0"  # a cycle of ww
    COMMITTED = "G1c"  # a cycle of D
    CURSOR = "G-cursor"  # rw and back by ww, on one key
    ATOMIC_VIEW = "observed-transaction-vanishes"  # wr, then rw back from a later read
    MONOTONIC_VIEW = "G-monotonic"  # D, then rw back from a later read than where D came in
    READS = "G-MSR"  # the moments of reads cannot be put in a row
    ATOMIC = "fractured-reads"  # wr (or session order), then rw back
    UPDATE_ATOMIC = "fractured-update"  # ww or wr, then rw back
    CAUSAL = "causal-cycle"  # a way of wr (and session order), then rw back
    PREFIX = "prefix-cycle"  # a cycle in which rw follows only wr (and session order)
    SINGLE = "G-single"  # a cycle of D with one rw
    SNAPSHOT = "G-nonadjacent"  # a cycle without two rw in a row
    UPDATES = "G-update"  # a cycle with at most one read-only transaction
    ITEMS = "G2-item"  # any cycle without an rw of what a predicate read did not show
    SERIAL = "G2"  # any cycle


class Internal(enum.Enum):
    """Which reads must agree with what the transaction itself did before."""

    ANY = enum.auto()  # nothing is demanded
    OWN = enum.auto()  # those after own writes of the key
    ITEMS = enum.auto()  # those after own reads and writes of the key, but predicates may show rows that are new
    ALL = enum.auto()  # those after own reads and writes of the key


@attrs.frozen(kw_only=True)
class Condition:
    """One model: a rule, the order that it respects, and its demand on transactions by themselves."""

    rule: Rule
    order: Order = Order.NONE
    internal: Internal = Internal.ALL


def _family(
    rule: Rule, *names: str, order: Order = Order.NONE, internal: Internal = Internal.ALL
) -> dict[str, Condition]:
    return {name: Condition(rule=rule, order=order, internal=internal) for name in names}


CONDITIONS: Final[Mapping[str, Condition]] = {
    **_family(Rule.WRITES, "read-uncommitted", internal=Internal.ANY),
    **_family(Rule.WRITES, "strong-session-read-uncommitted", order=Order.SESSION, internal=Internal.ANY),
    **_family(Rule.WRITES, "strong-read-uncommitted", order=Order.REALTIME, internal=Internal.ANY),
    **_family(Rule.COMMITTED, "read-committed", internal=Internal.ANY),
    **_family(Rule.COMMITTED, "strong-session-read-committed", order=Order.SESSION, internal=Internal.ANY),
    **_family(Rule.COMMITTED, "strong-read-committed", order=Order.REALTIME, internal=Internal.ANY),
    **_family(Rule.CURSOR, "cursor-stability", internal=Internal.ANY),
    **_family(Rule.ATOMIC_VIEW, "monotonic-atomic-view", internal=Internal.ANY),
    **_family(Rule.ATOMIC_VIEW, "axiomatic-read-committed", order=Order.SESSION, internal=Internal.OWN),
    **_family(Rule.ATOMIC_VIEW, "axiomatic-repeatable-read", order=Order.SESSION),
    **_family(Rule.MONOTONIC_VIEW, "monotonic-view", internal=Internal.ANY),
    **_family(Rule.READS, "monotonic-snapshot-read", internal=Internal.ANY),
    **_family(Rule.ATOMIC, "read-atomic"),
    **_family(Rule.ATOMIC, "axiomatic-read-atomic", order=Order.SESSION),
    **_family(Rule.UPDATE_ATOMIC, "update-atomic"),
    **_family(Rule.CAUSAL, "transactional-causal"),
    **_family(Rule.CAUSAL, "axiomatic-causal", order=Order.SESSION),
    **_family(Rule.PREFIX, "prefix"),
    **_family(Rule.PREFIX, "strong-session-prefix", order=Order.SESSION),
    **_family(Rule.SINGLE, "consistent-view", "forward-consistent-view", "parallel-snapshot-isolation"),
    **_family(Rule.SINGLE, "strong-session-consistent-view", order=Order.SESSION),
    **_family(Rule.SNAPSHOT, "snapshot-isolation"),
    **_family(Rule.SNAPSHOT, "strong-session-snapshot-isolation", order=Order.SESSION),
    **_family(Rule.SNAPSHOT, "strong-snapshot-isolation", order=Order.REALTIME),
    **_family(Rule.UPDATES, "update-serializable"),
    **_family(Rule.ITEMS, "repeatable-read", internal=Internal.ITEMS),
    **_family(Rule.SERIAL, "serializable", "view-serializable"),
    **_family(Rule.SERIAL, "strong-session-serializable", order=Order.SESSION),
    **_family(Rule.SERIAL, "strict-serializable", order=Order.REALTIME),
}
"""The models that can be judged from transactions, weakest first."""
