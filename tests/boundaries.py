"""Small histories at the edge of what a model allows, that checkers have judged wrongly, or easily could.

`holds` and `violates` are models of which somebody who reads the history can tell; the oracle tells of the others.
`shows` are anomalies that must be named, by these names or ones that imply them.
"""

from __future__ import annotations

import attrs

from checkers.models import Data, canonical_model
from histories import History
from tests.micro import history

LISTS, REGISTERS, ROWS = Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE


def _models(text: str) -> tuple[str, ...]:
    return tuple(canonical_model(name) for name in text.split())


@attrs.frozen
class Edge:
    """A history, and what can be said of it at sight."""

    name: str
    data: Data
    text: str
    holds: tuple[str, ...] = attrs.field(default="", converter=_models)
    violates: tuple[str, ...] = attrs.field(default="", converter=_models)
    shows: tuple[str, ...] = attrs.field(default="", converter=lambda text: tuple(text.split()))

    @property
    def history(self) -> History:
        return history(self.text)


STRICT = "strict-serializable"

TRANSACTIONS = (
    # What is not known
    Edge("who reads what is written at the same time", REGISTERS, "T1: r(x,1)\nT2: w(x,1)", STRICT),
    Edge(
        "an append of unknown outcome that one reader saw has committed whole",
        LISTS,
        "T1: a(x,1) a(y,1) info\nT2: r(x,[1]) r(y,nil)",
        "strong-read-committed",
        "monotonic-atomic-view read-atomic repeatable-read",
        "observed-transaction-vanishes",
    ),
    Edge("of unknown outcome, and read in the middle", REGISTERS, "w(x,1) w(x,2) info\nr(x,1)", "RU", "RC", "G1b"),
    Edge("of unknown outcome, and half a list", LISTS, "a(x,1) a(x,2) info\nr(x,[1])", "RU", "RC", "G1b"),
    Edge(
        "of unknown outcome, and then built upon",
        REGISTERS,
        "w(x,1) info\n---\nr(x,1) w(x,2)\n---\nr(x,2)",
        STRICT,
    ),
    Edge(
        "what took effect late does not go away again",
        REGISTERS,
        "w(x,1) info\n---\nr(x,nil)\n---\nr(x,1)\n---\nr(x,nil)",
        "strong-session-serializable strong-read-committed",
        "strict-serializable strong-SI",
        "G-single-realtime",
    ),
    Edge(
        "a process that goes on after an unknown outcome is another session",
        REGISTERS,
        "T1: w(x,1) info ; T2: r(x,nil)\nT3: r(x,1)",
        STRICT,
    ),
    Edge(
        "whether an update of unknown outcome lost another is not known, for what it read is not",
        REGISTERS,
        "T1: r(x,nil) w(x,1)\nT2: r(x,nil) w(x,2) info\nT3: r(x,2)",
        STRICT,
    ),
    Edge(
        "an append of unknown outcome that nobody saw does not close a cycle",
        LISTS,
        "T1: r(x,nil) a(y,1)\nT2: a(x,1) r(y,?) info\nT3: r(y,[1]) r(x,nil)",
        STRICT,
    ),
    Edge(
        "what an aborted transaction read is nobody's concern",
        REGISTERS,
        "w(x,1)\nr(x,7) w(y,1) fail\nr(y,nil)",
        STRICT,
    ),
    # Lists
    Edge(
        "two aborted appends between two that are not",
        LISTS,
        "a(x,1)\na(x,2) fail\na(x,3) fail\na(x,4)\nr(x,[1 2 3 4])",
        "strong-read-uncommitted",
        "RC",
        "G1a dirty-update",
    ),
    Edge("an aborted append at the end", LISTS, "a(x,1)\na(x,2) fail\nr(x,[1 2])", "RU", "RC", "G1a"),
    Edge(
        "an append between two of one transaction",
        LISTS,
        "T1: a(x,1) a(x,3)\nT2: a(x,2)\nT3: r(x,[1 2 3])",
        "",
        "RU",
        "G0",
    ),
    Edge("the second append of a transaction without the first", LISTS, "a(x,1) a(x,2)\nr(x,[2])", "RU", "RC"),
    Edge("the appends of a transaction the other way round", LISTS, "a(x,1) a(x,2)\nr(x,[2 1])", "RU", "RC"),
    Edge("two who see their appends in one order", LISTS, "a(x,1) r(x,[1])\na(x,2) r(x,[1 2])", STRICT),
    Edge("two who see their appends in both orders", LISTS, "a(x,1) r(x,[2 1])\na(x,2) r(x,[1 2])", "", "RC"),
    Edge(
        "an own append, forgotten",
        LISTS,
        "T1: r(x,nil) a(x,1) r(x,nil)",
        "strong-read-committed",
        "axiomatic-read-committed read-atomic repeatable-read consistent-view",
        "internal",
    ),
    Edge("an append of another on top of an own one", LISTS, "T1: a(x,1) r(x,[1 2])\nT2: a(x,2)", "RU", "RC", "G1c"),
    Edge("an own append, before it is made", LISTS, "T1: r(x,[1]) a(x,1)", "RU", "RC", "future-read"),
    Edge(
        "an element twice, by two reads of different length", LISTS, "a(x,1)\na(x,2)\nr(x,[1])\nr(x,[1 2 1])", "", "RU"
    ),
    Edge(
        "two appends that nobody read are in either order",
        LISTS,
        "T1: a(x,1) r(y,nil)\nT2: a(x,2) a(y,1)",
        STRICT,
    ),
    Edge(
        "one of two appends that nobody read has seen the other's transaction",
        LISTS,
        "T1: a(x,1) a(y,1)\n---\nT2: r(y,[1]) a(x,2)\n---\nT3: r(x,nil)",
        "strong-session-serializable",
        "strict-serializable strong-SI",
        "G-single-realtime",
    ),
    # Registers
    Edge(
        "an own write, overwritten by another before it is read",
        REGISTERS,
        "T1: w(x,1) r(x,2)\nT2: w(x,2)",
        "strong-read-committed monotonic-atomic-view",
        "axiomatic-read-committed read-atomic repeatable-read",
        "internal",
    ),
    Edge(
        "a read that does not repeat",
        REGISTERS,
        "T1: r(x,1) r(x,2)\nT2: w(x,1)\nT3: w(x,2)",
        "monotonic-atomic-view cursor-stability axiomatic-read-committed",
        "axiomatic-repeatable-read read-atomic repeatable-read",
        "internal",
    ),
    Edge(
        "a read that goes back",
        REGISTERS,
        "T1: r(x,1) r(x,nil)\nT2: w(x,1)",
        "read-committed cursor-stability",
        "monotonic-atomic-view",
    ),
    Edge(
        "three updates of one version",
        REGISTERS,
        "r(x,nil) w(x,1)\nr(x,nil) w(x,2)\nr(x,nil) w(x,3)",
        "prefix transactional-causal",
        "cursor-stability update-atomic SI PSI",
        "lost-update",
    ),
    Edge(
        "an update in three steps, and a reader of the middle",
        REGISTERS,
        "r(x,nil) w(x,1)\nr(x,1) w(x,2)\nr(x,1)",
        STRICT,
    ),
    Edge(
        "write skew of three",
        REGISTERS,
        "r(x,nil) w(y,1)\nr(y,nil) w(z,1)\nr(z,nil) w(x,1)",
        "SI strong-SI PSI",
        "serializable update-serializable repeatable-read",
        "G2-item",
    ),
    Edge(
        "two blind writes, one after the other, and a reader of the first",
        REGISTERS,
        "w(x,1)\n---\nw(x,2)\n---\nr(x,1)",
        "strong-read-committed strong-session-serializable",
        "strict-serializable strong-SI",
    ),
    Edge(
        "two blind writes at the same time, and readers of both, one after the other",
        REGISTERS,
        "w(x,1)\nw(x,2)\n---\nr(x,1)\n---\nr(x,2)",
        "strong-session-serializable strong-read-committed",
        "strict-serializable",
    ),
    Edge(
        "a stale reader that writes elsewhere",
        REGISTERS,
        "w(x,1)\n---\nr(x,nil) w(y,1)",
        "strong-session-serializable strong-read-committed",
        "strict-serializable strong-SI",
        "G-single-realtime",
    ),
    Edge(
        "a transaction that ends when another begins has not ended before it",
        REGISTERS,
        "T1: w(x,1) @0-3\nT2: r(x,nil) @2-5",
        STRICT,
    ),
    # Rows
    Edge(
        "a row that a predicate shows and a read does not",
        ROWS,
        "i(1,5)\nrp(all,[1=5]) r(1,nil)",
        "read-committed",
        "read-atomic repeatable-read monotonic-atomic-view",
    ),
    Edge(
        "one of two rows of one transaction, in one read",
        ROWS,
        "i(1,5) i(2,6)\nrp(all,[1=5])",
        "repeatable-read read-committed",
        "read-atomic monotonic-snapshot-read SI",
    ),
    Edge(
        "a row that is shown as it was before",
        ROWS,
        "i(1,5)\n---\nw(1,8)\n---\nrp(=5,[1=5])",
        "strong-session-serializable",
        "strict-serializable strong-SI",
    ),
    Edge(
        "a row that came, and was changed so that it no longer matches",
        ROWS,
        "i(1,5)\n---\nw(1,8)\n---\nrp(=5,[])",
        STRICT,
    ),
    Edge("an inserted row of unknown outcome", ROWS, "i(1,5) info\nrp(all,[])\nrp(all,[1=5])", STRICT),
    Edge("an aborted row", ROWS, "i(1,5) fail\nrp(all,[1=5])", "RU", "RC", "G1a"),
)
"""Of transactions."""

SESSIONS = (
    Edge("a session reads what it wrote", REGISTERS, "w(x,1) ; r(x,1)", STRICT),
    Edge(
        "a session forgets what it wrote",
        REGISTERS,
        "w(x,1) ; r(x,nil)",
        "serializable axiomatic-repeatable-read",
        "axiomatic-read-atomic strong-session-serializable strong-SI",
    ),
    Edge(
        "a session reads an older write of its own",
        REGISTERS,
        "w(x,1) ; w(x,2) ; r(x,1)",
        "serializable strong-session-read-committed",
        "axiomatic-read-atomic strong-session-serializable",
    ),
    Edge(
        "a session reads another's write instead of its own, which is later",
        REGISTERS,
        "w(x,1) ; r(x,2)\nw(x,2)",
        STRICT,
    ),
    Edge(
        "two sessions each see the other's write over their own",
        REGISTERS,
        "w(x,1) ; r(x,2)\nw(x,2) ; r(x,1)",
        "serializable strong-session-read-committed",
        "axiomatic-read-atomic axiomatic-causal strong-session-serializable",
    ),
    Edge(
        "reads go back to nothing",
        REGISTERS,
        "w(x,1)\nr(x,1) ; r(x,nil)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal strong-session-prefix strong-session-snapshot-isolation",
    ),
    Edge(
        "reads go back to an older write of one session",
        REGISTERS,
        "w(x,1) ; w(x,2)\nr(x,2) ; r(x,1)",
        "serializable axiomatic-read-atomic strong-session-read-committed",
        "axiomatic-causal",
    ),
    Edge("reads go forward", REGISTERS, "w(x,1) ; w(x,2)\nr(x,nil) ; r(x,1) ; r(x,2)", STRICT),
    Edge(
        "reads go back, of writes of which nobody knows the order", REGISTERS, "w(x,1)\nw(x,2)\nr(x,2) ; r(x,1)", STRICT
    ),
    Edge(
        "reads go forth and back, of writes of which nobody knows the order",
        REGISTERS,
        "w(x,1)\nw(x,2)\nr(x,2) ; r(x,1) ; r(x,2)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
    ),
    Edge(
        "two sessions read two writes in both orders",
        REGISTERS,
        "w(x,1)\nw(x,2)\nr(x,1) ; r(x,2)\nr(x,2) ; r(x,1)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
    ),
    Edge(
        "the second write of a session without the first",
        REGISTERS,
        "w(x,1) ; w(y,1)\nr(y,1) r(x,nil)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal strong-session-consistent-view",
    ),
    Edge(
        "the second write of a session without the first, in two reads of a session",
        REGISTERS,
        "w(x,1) ; w(y,1)\nr(y,1) ; r(x,nil)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
    ),
    Edge("the first write of a session without the second", REGISTERS, "w(x,1) ; w(y,1)\nr(x,1) ; r(y,nil)", STRICT),
    Edge(
        "a session's appends in the wrong order",
        LISTS,
        "a(x,1) ; a(x,2)\nr(x,[2 1])",
        "serializable",
        "strong-session-read-uncommitted",
        "G0-process",
    ),
    Edge(
        "an answer without its question",
        REGISTERS,
        "w(x,1)\nr(x,1) ; w(y,1)\nr(y,1) r(x,nil)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
    ),
    Edge(
        "an answer, and its question only later",
        REGISTERS,
        "w(x,1)\nr(x,1) ; w(y,1)\nr(y,1) ; r(x,nil) ; r(x,1)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
    ),
    Edge(
        "a question without its answer",
        REGISTERS,
        "w(x,1)\nr(x,1) ; w(y,1)\nr(x,1) ; r(y,nil)",
        STRICT,
    ),
    Edge(
        "a write stands before what its session had read",
        LISTS,
        "a(x,1)\nr(x,[1]) ; a(x,2)\nr(x,[2 1])",
        "",
        "RC",
        "incompatible-order",
    ),
    Edge(
        "a write stands before what its session had read elsewhere",
        LISTS,
        "a(x,1) a(y,1)\nr(y,[1]) ; a(x,2)\nr(x,[2 1])",
        "serializable strong-session-read-uncommitted",
        "strong-session-read-committed",
        "G1c-process",
    ),
    Edge(
        "each of two sessions misses the other's write",
        REGISTERS,
        "w(x,1) ; r(y,nil)\nw(y,1) ; r(x,nil)",
        "serializable axiomatic-causal strong-session-consistent-view",
        "strong-session-prefix strong-session-snapshot-isolation",
        "G-nonadjacent-process",
    ),
    Edge(
        "a chain of three sessions",
        REGISTERS,
        "w(x,1)\nr(x,1) ; w(y,1)\nr(y,1) ; w(z,1)\nr(z,1) ; r(x,nil)",
        "serializable axiomatic-read-atomic",
        "axiomatic-causal",
        "causal-cycle-process",
    ),
    Edge(
        "an aborted transaction in the middle of a session promises nothing",
        REGISTERS,
        "w(x,1) fail ; r(x,nil)",
        STRICT,
    ),
    Edge(
        "sessions that lose an update between two transactions",
        REGISTERS,
        "r(x,nil) ; w(x,1)\nr(x,nil) ; w(x,2)\nr(x,2)",
        STRICT,
    ),
    Edge(
        "a session updates what it has not seen of itself",
        REGISTERS,
        "w(x,1) ; r(x,nil) w(x,2)",
        "serializable",
        "axiomatic-read-atomic strong-session-serializable",
    ),
)
"""Of transactions, where their sessions count."""
