"""Small transactional histories with the models that they satisfy and violate, as the literature has it.

`holds` are the strongest models that a history satisfies, `violates` the weakest that it does not; with what these
imply they cover every transactional model. The texts of most are those that `fallacy explain` shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from checkers.models import ANOMALIES, EXAMPLES, MODELS, Data, implies
from histories import History
from tests.micro import history

NOTHING = ()


@attrs.frozen
class Case:
    """A history of one kind of data, and the boundary of what it satisfies."""

    name: str
    data: Data
    holds: tuple[str, ...]
    violates: tuple[str, ...]
    text: str = ""
    shows: tuple[str, ...] = ()

    @property
    def history(self) -> History:
        return history(self.text or EXAMPLES[self.name].text)

    @property
    def anomalies(self) -> tuple[str, ...]:
        """The anomalies that the tables, or this case, say are there."""
        told = [kind.name for kind in ANOMALIES.values() if kind.example == self.name and self.data in kind.data]
        return (*told, *self.shows)

    @property
    def reported(self) -> tuple[str, ...]:
        """Those of them that a checker has to report, by these names or by ones that imply them.

        Without predicates it need not say `-item`.
        """
        return self.anomalies if self.data is ROWS else tuple(name.replace("-item", "") for name in self.anomalies)

    def expected(self) -> Iterator[tuple[str, bool]]:
        """Every transactional model that this data can test, and whether the history satisfies it."""
        for name, model in MODELS.items():
            if self.data in model.data:
                good = any(implies(strong, name, data=self.data) for strong in self.holds)
                bad = any(implies(name, weak, data=self.data) for weak in self.violates)
                assert good != bad, f"{self.name} does not say of {name} whether it holds"
                yield name, good


LISTS, REGISTERS, ROWS = Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE
SERIALIZABLE = "serializable"
STRICT = "strict-serializable"
STRONG_RC = "strong-read-committed"
STRONG_RU = "strong-read-uncommitted"
STRONG_SI = "strong-snapshot-isolation"
SESSION_SERIALIZABLE = "strong-session-serializable"

SHOWN = (
    Case("dirty-write", LISTS, NOTHING, ("read-uncommitted",)),
    Case("aborted-read", REGISTERS, (STRONG_RU,), ("read-committed",)),
    Case("intermediate-read", REGISTERS, (STRONG_RU,), ("read-committed",)),
    Case("circular-information-flow", REGISTERS, (STRONG_RU,), ("read-committed",)),
    Case(
        "fuzzy-read",
        REGISTERS,
        (STRONG_RC, "axiomatic-read-committed", "monotonic-snapshot-read", "monotonic-view", "cursor-stability"),
        ("axiomatic-repeatable-read", "consistent-view", "repeatable-read", "read-atomic"),
        shows=("internal",),
    ),
    Case(
        "read-skew",
        REGISTERS,
        (STRONG_RC, "axiomatic-repeatable-read", "monotonic-snapshot-read", "monotonic-view", "cursor-stability"),
        ("consistent-view", "repeatable-read", "read-atomic"),
    ),
    Case(
        "observed-transaction-vanishes",
        REGISTERS,
        (STRONG_RC, "cursor-stability"),
        ("monotonic-atomic-view",),
        shows=("fractured-reads",),
    ),
    Case("lost-update", REGISTERS, (STRONG_RC, "strong-session-prefix", "monotonic-view"), ("cursor-stability",)),
    Case("write-skew", REGISTERS, (STRONG_SI,), ("update-serializable", "repeatable-read")),
    Case("read-only-anomaly", REGISTERS, (STRONG_SI,), ("update-serializable", "repeatable-read"), shows=("G2-item",)),
    Case(
        "long-fork",
        REGISTERS,
        (STRONG_RC, "strong-session-consistent-view", "update-serializable"),
        ("repeatable-read", "monotonic-snapshot-read"),
    ),
    Case(
        "causality-violation",
        REGISTERS,
        (STRONG_RC, "axiomatic-read-atomic", "update-atomic"),
        ("transactional-causal", "repeatable-read", "monotonic-snapshot-read", "monotonic-view"),
    ),
    Case(
        "reversed-causality-violation",
        REGISTERS,
        (STRONG_RC, "axiomatic-read-atomic", "update-atomic", "monotonic-snapshot-read", "monotonic-view"),
        ("consistent-view", "transactional-causal", "repeatable-read"),
        shows=("causal-cycle",),
    ),
    Case(
        "unseen-overwrite",
        LISTS,
        (STRONG_RC, "strong-session-prefix", "monotonic-view", "cursor-stability"),
        ("update-atomic", "consistent-view", "repeatable-read"),
    ),
    Case("phantom", ROWS, (STRONG_SI, "repeatable-read"), ("update-serializable",), shows=("G2",)),
    Case(
        "phantom-in-transaction",
        ROWS,
        (STRONG_RC, "repeatable-read", "monotonic-snapshot-read", "monotonic-view"),
        ("consistent-view", "read-atomic"),
    ),
    Case(
        "predicate-read-miss",
        ROWS,
        (STRONG_RC, "monotonic-atomic-view", "cursor-stability"),
        ("repeatable-read", "read-atomic", "monotonic-snapshot-read", "monotonic-view"),
    ),
    Case(
        "forgotten-write",
        REGISTERS,
        (STRONG_RC, "monotonic-snapshot-read", "monotonic-view", "cursor-stability"),
        ("axiomatic-read-committed", "consistent-view", "repeatable-read", "read-atomic"),
    ),
    Case("future-read", REGISTERS, (STRONG_RU,), ("read-committed",)),
    Case("dirty-update", LISTS, (STRONG_RU,), ("read-committed",)),
    Case("incompatible-order", LISTS, (STRONG_RU,), ("read-committed",)),
    Case("duplicate-elements", LISTS, NOTHING, ("read-uncommitted",)),
    Case("garbage-read", REGISTERS, NOTHING, ("read-uncommitted",)),
    Case("cyclic-versions", REGISTERS, NOTHING, ("read-uncommitted",)),
    Case("serial", REGISTERS, (STRICT,), NOTHING),
    Case(
        "stale-read-in-session",
        REGISTERS,
        (SERIALIZABLE, "axiomatic-repeatable-read", STRONG_RC),
        ("axiomatic-read-atomic",),
    ),
    Case("overtaken-in-session", REGISTERS, (SERIALIZABLE, STRONG_RU), ("strong-session-read-committed",)),
    Case(
        "vanished-by-session",
        REGISTERS,
        (SERIALIZABLE, STRONG_RC),
        ("axiomatic-read-committed",),
    ),
    Case("dirty-write-in-session", LISTS, (SERIALIZABLE,), ("strong-session-read-uncommitted",)),
    Case(
        "crossed-sessions",
        REGISTERS,
        (SERIALIZABLE, "strong-session-consistent-view", STRONG_RC),
        ("strong-session-prefix",),
    ),
    Case("write-skew-in-session", REGISTERS, (SERIALIZABLE, STRONG_SI), ("strong-session-serializable",)),
    Case(
        "torn-session-read",
        REGISTERS,
        (SERIALIZABLE, "axiomatic-read-atomic", STRONG_RC),
        ("axiomatic-causal",),
        shows=("G-single-process",),
    ),
    Case(
        "causality-violation-in-session",
        REGISTERS,
        (SERIALIZABLE, "axiomatic-read-atomic", STRONG_RC),
        ("axiomatic-causal",),
    ),
    Case("stale-read", REGISTERS, (SESSION_SERIALIZABLE, STRONG_RC), (STRONG_SI,)),
    Case("read-from-the-future", REGISTERS, (SESSION_SERIALIZABLE, STRONG_RU), (STRONG_RC,)),
    Case("late-write", LISTS, (SESSION_SERIALIZABLE,), (STRONG_RU,)),
    Case("long-fork-in-real-time", REGISTERS, (SESSION_SERIALIZABLE, STRONG_RC), (STRONG_SI,)),
    Case("write-skew-in-real-time", REGISTERS, (SESSION_SERIALIZABLE, STRONG_SI), (STRICT,)),
)
"""The examples of the tables."""

HARD = (
    Case(
        "two anti-dependencies that touch, and one that stands alone",
        REGISTERS,
        (STRONG_SI, "update-serializable"),
        ("repeatable-read",),
        "T1: r(a,nil) r(e,1)\nT2: w(a,1) r(b,nil)\nT3: w(b,1)\nT4: r(b,1) r(e,nil)\nT5: w(e,1)",
        shows=("G2-item",),
    ),
    Case(
        "information flows in a circle through two sessions",
        REGISTERS,
        (SERIALIZABLE, STRONG_RU),
        ("strong-session-read-committed",),
        "T1: r(y,1) ; T2: w(x,1)\nT3: r(x,1) ; T4: w(y,1)",
        shows=("G1c-process",),
    ),
    Case(
        "write skew by appends that nobody read",
        LISTS,
        (STRONG_SI,),
        ("update-serializable", "repeatable-read"),
        "T1: r(x,[]) a(y,1)\nT2: r(y,[]) a(x,1)",
        shows=("G2-item",),
    ),
    Case(
        "an indeterminate append that nobody read imposes nothing",
        LISTS,
        (STRICT,),
        NOTHING,
        "T1: r(x,[]) a(y,1)\nT2: r(y,?) a(x,1) info\n---\nT3: r(x,nil) r(y,[1])",
    ),
    Case(
        "an indeterminate transaction that one read saw has committed whole",
        REGISTERS,
        (STRONG_RC, "cursor-stability"),
        ("monotonic-atomic-view",),
        "T1: w(x,1) w(y,1) info\nT2: r(x,1) r(y,nil)",
        shows=("observed-transaction-vanishes",),
    ),
    Case(
        "an indeterminate write may take effect at any later time",
        REGISTERS,
        (STRICT,),
        NOTHING,
        "T1: w(x,1) info\n---\nT2: r(x,nil)\n---\nT3: r(x,1)",
    ),
    Case(
        "what an indeterminate transaction would have read is unknown",
        REGISTERS,
        (STRICT,),
        NOTHING,
        "T1: w(x,1)\n---\nT2: r(x,?) w(y,1) info\n---\nT3: r(x,1) r(y,1)",
    ),
    Case(
        "the write order goes through an aborted append",
        LISTS,
        NOTHING,
        ("read-uncommitted",),
        "T1: a(x,1) a(y,1)\nT2: a(x,9) fail\nT3: a(x,3) a(y,3)\nT4: r(x,[1 9 3]) r(y,[3 1])",
        shows=("G0", "dirty-update"),
    ),
    Case(
        "a transaction that writes a key twice loses no update",
        REGISTERS,
        (STRICT,),
        NOTHING,
        "T1: r(x,nil) w(x,1) w(x,2)\n---\nT2: r(x,2) w(x,3) w(x,4)\n---\nT3: r(x,4)",
    ),
    Case(
        "a transaction reads its own appends",
        LISTS,
        (STRICT,),
        NOTHING,
        "T1: r(x,nil) a(x,1) a(x,2) r(x,[1 2])\n---\nT2: r(x,[1 2])",
    ),
    Case(
        "what stands before an own append was read",
        LISTS,
        (STRONG_RC, "cursor-stability"),
        ("monotonic-atomic-view",),
        "T1: a(x,1) a(y,1)\nT2: a(x,2) r(x,[1 2]) r(y,nil)",
        shows=("observed-transaction-vanishes",),
    ),
    Case(
        "a garbage element",
        LISTS,
        NOTHING,
        ("read-uncommitted",),
        "T1: a(x,1)\nT2: r(x,[1 7])",
        shows=("garbage-read",),
    ),
    Case(
        "one element of a transaction without the next",
        LISTS,
        (STRONG_RU,),
        ("read-committed",),
        "T1: a(x,1) a(x,2)\nT2: r(x,[1])",
        shows=("G1b",),
    ),
    Case(
        "a balance that nobody has seen whole",
        REGISTERS,
        (STRONG_RC, "cursor-stability"),
        ("monotonic-atomic-view",),
        "T0: w(x,50) w(y,50)\nT1: r(x,50) w(x,10) r(y,50) w(y,90)\nT2: r(x,10) r(y,50)",
        shows=("G-single-item",),
    ),
    Case(
        "versions are ordered by who read and then wrote",
        REGISTERS,
        (STRONG_RC, "strong-session-prefix", "monotonic-view"),
        ("cursor-stability",),
        "T1: w(x,1)\nT2: r(x,1) w(x,2)\nT3: r(x,1) w(x,3)",
        shows=("lost-update",),
    ),
    Case(
        "no order of two blind writes suits both readers",
        REGISTERS,
        (STRONG_RC, "cursor-stability"),
        ("monotonic-atomic-view",),
        "T1: w(x,1) w(y,1)\nT2: w(x,2) w(z,2)\nT3: r(z,2) r(x,1)\nT4: r(y,1) r(x,2)",
        shows=("observed-transaction-vanishes",),
    ),
    Case(
        "a write, then a read that misses what the write overwrote",
        LISTS,
        (STRONG_RC, "strong-session-prefix", "cursor-stability"),
        ("monotonic-view", "update-atomic", "repeatable-read"),
        "T1: a(x,1) a(y,1)\nT2: a(x,2) r(y,nil)\nT3: r(x,[1 2])",
        shows=("G-monotonic", "fractured-update"),
    ),
    Case(
        "a predicate misses a row of a transaction that has been seen",
        ROWS,
        (STRONG_RC, "repeatable-read"),
        ("monotonic-view", "monotonic-snapshot-read", "read-atomic"),
        "T1: i(1,5) i(20,6)\nT2: r(20,6) rp(0..9,[])",
        shows=("G-single", "fractured-reads"),
    ),
    Case(
        "a row that was inserted and deleted",
        ROWS,
        (STRICT,),
        NOTHING,
        "T1: i(1,5)\n---\nT2: rp(0..9,[1=5]) d(1)\n---\nT3: rp(0..9,[]) r(1,nil)",
    ),
    Case(
        "a predicate on values sees a row enter it",
        ROWS,
        (STRONG_SI, "repeatable-read"),
        ("update-serializable",),
        "T1: rp(=7,[]) i(2,8)\nT2: rp(=8,[]) i(1,7)",
        shows=("G2",),
    ),
    Case(
        "phantoms for a session",
        ROWS,
        (SERIALIZABLE, STRONG_SI),
        ("strong-session-serializable",),
        "T1: i(1,5) ; T2: rp(=7,[])\nT3: i(2,7) rp(=5,[])",
        shows=("G2-process",),
    ),
    Case(
        "phantoms in real time",
        ROWS,
        (SESSION_SERIALIZABLE, STRONG_SI),
        (STRICT,),
        "T1: i(1,5) @1-2\nT2: rp(=7,[]) @3-4\nT3: i(2,7) rp(=5,[]) @0-5",
        shows=("G2-realtime",),
    ),
)
"""What other checkers got wrong once, or could."""

CASES = (*SHOWN, *HARD)
