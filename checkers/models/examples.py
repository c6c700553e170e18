"""Textbook histories, by the names they go by.

One session a line, its transactions separated by `;`. `w(x,1)` writes a register, `r(x,1)` reads it; `a(x,1)`
appends to a list, `r(x,[1 2])` reads one; `i(x,1)` inserts a row, `d(x)` deletes it, `rp(all,[x=1])` reads all rows.
`nil` is the initial value. Sessions overlap, except across `---`: all above it has completed before anything below
begins; `@2-7` gives a transaction's begin and end instead. `fail` says that a transaction aborted. The tests parse
these very texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from checkers.models.rows import Example


def _example(name: str, *lines: str, by: str) -> Example:
    return Example(name=name, text="\n".join(lines), sources=tuple(by.split(", ")))


_TRANSACTIONS = (
    _example(
        "dirty-write",
        "T1: a(x,1) a(y,1)",
        "T2: a(x,2) a(y,2)",
        "T3: r(x,[1 2]) r(y,[2 1])",
        by="Berenson 1995, Adya 2000",
    ),
    _example("aborted-read", "T1: w(x,1) fail", "T2: r(x,1)", by="Berenson 1995, Adya 2000"),
    _example("intermediate-read", "T1: w(x,1) w(x,2)", "T2: r(x,1)", by="Adya 2000"),
    _example("circular-information-flow", "T1: w(x,1) r(y,1)", "T2: w(y,1) r(x,1)", by="Adya 2000"),
    _example("fuzzy-read", "T1: w(x,1)", "T2: r(x,nil) r(x,1)", by="Berenson 1995"),
    _example("read-skew", "T1: w(x,1) w(y,1)", "T2: r(x,nil) r(y,1)", by="Berenson 1995"),
    _example("observed-transaction-vanishes", "T1: w(x,1) w(y,1)", "T2: r(x,1) r(y,nil)", by="Bailis 2013"),
    _example("lost-update", "T1: r(x,nil) w(x,1)", "T2: r(x,nil) w(x,2)", by="Berenson 1995"),
    _example("write-skew", "T1: r(x,nil) w(y,1)", "T2: r(y,nil) w(x,1)", by="Berenson 1995"),
    _example(
        "read-only-anomaly",
        "T1: r(x,nil) r(y,nil) w(x,-11)",
        "T2: r(y,nil) w(y,20)",
        "T3: r(x,nil) r(y,20)",
        by="Fekete 2004",
    ),
    _example(
        "long-fork",
        "T1: w(x,1)",
        "T2: w(y,1)",
        "T3: r(x,1) r(y,nil)",
        "T4: r(y,1) r(x,nil)",
        by="Sovran 2011, Cerone 2015",
    ),
    _example(
        "causality-violation",
        "T1: w(x,1)",
        "T2: r(x,1) w(y,1)",
        "T3: r(y,1) r(x,nil)",
        by="Cerone 2015",
    ),
    _example(
        "reversed-causality-violation",
        "T1: w(x,1)",
        "T2: r(x,1) w(y,1)",
        "T3: r(x,nil) r(y,1)",
        by="Cerone 2015",
    ),
    _example(
        "unseen-overwrite",
        "T1: a(x,1) a(y,1)",
        "T2: r(y,nil) a(x,2)",
        "T3: r(x,[1 2])",
        by="Cerone 2015",
    ),
    _example("phantom", "T1: rp(all,[]) i(x,1)", "T2: rp(all,[]) i(y,1)", by="Berenson 1995, Adya 2000"),
    _example("phantom-in-transaction", "T1: i(x,1)", "T2: rp(all,[]) rp(all,[x=1])", by="Berenson 1995"),
    _example("predicate-read-miss", "T1: i(x,1)", "T2: r(x,1) rp(all,[])", by="Kingsbury 2020"),
    _example("forgotten-write", "T1: w(x,1) r(x,nil)", by="Kingsbury 2020, Liu 2024"),
    _example("future-read", "T1: r(x,1) w(x,1)", by="Kingsbury 2020, Liu 2024"),
    _example("dirty-update", "T1: a(x,1) fail", "T2: a(x,2)", "T3: r(x,[1 2])", by="Kingsbury 2020"),
    _example(
        "incompatible-order",
        "T1: a(x,1)",
        "T2: a(x,2)",
        "T3: r(x,[1])",
        "T4: r(x,[2])",
        by="Kingsbury 2020",
    ),
    _example("duplicate-elements", "T1: a(x,1)", "T2: r(x,[1 1])", by="Kingsbury 2020"),
    _example("garbage-read", "T1: w(x,1)", "T2: r(x,2)", by="Kingsbury 2020, Liu 2024"),
    _example("cyclic-versions", "T1: r(x,2) w(x,1)", "T2: r(x,1) w(x,2)", by="Kingsbury 2020"),
    _example("serial", "T1: r(x,nil) w(x,1) ; T2: r(x,1) w(x,2)", "---", "T3: r(x,2)", by="Papadimitriou 1979"),
)

_SESSIONS = (
    _example("stale-read-in-session", "T1: w(x,1) ; T2: r(x,nil)", by="Daudjee 2004"),
    _example("overtaken-in-session", "T1: r(y,1) ; T2: w(x,1)", "T3: r(x,1) w(y,1)", by="Biswas 2019"),
    _example("vanished-by-session", "T1: w(x,1) ; T2: w(x,2) w(y,2)", "T3: r(y,2) r(x,1)", by="Biswas 2019"),
    _example("dirty-write-in-session", "T1: a(x,1) ; T2: a(x,2)", "T3: r(x,[2 1])", by="Kingsbury 2020"),
    _example(
        "crossed-sessions",
        "T1: w(x,1) ; T2: r(y,nil)",
        "T3: w(y,1) ; T4: r(x,nil)",
        by="Lamport 1979, Kingsbury 2020",
    ),
    _example("write-skew-in-session", "T1: w(z,1) ; T2: r(x,nil)", "T3: w(x,1) r(z,nil)", by="Kingsbury 2020"),
    _example(
        "torn-session-read",
        "T1: w(x,1) ; T2: w(y,1)",
        "T3: r(x,nil) r(y,1)",
        by="Cerone 2016",
    ),
    _example(
        "causality-violation-in-session",
        "T1: w(x,1) ; T2: w(y,1)",
        "T3: r(y,1) w(z,1)",
        "T4: r(z,1) r(x,nil)",
        by="Biswas 2019",
    ),
)

_REAL_TIME = (
    _example("stale-read", "T1: w(x,1)", "---", "T2: r(x,nil)", by="Herlihy 1990, Kingsbury 2020"),
    _example("read-from-the-future", "T1: r(x,1)", "---", "T2: w(x,1)", by="Kingsbury 2020"),
    _example("late-write", "T1: a(x,1)", "---", "T2: a(x,2)", "---", "T3: r(x,[2 1])", by="Kingsbury 2020"),
    _example(
        "long-fork-in-real-time",
        "T1: w(x,1) @1-2",
        "T2: r(y,nil) @3-7",
        "T3: w(y,1) @4-8",
        "T4: r(y,1) r(x,nil) @0-6",
        by="Kingsbury 2020",
    ),
    _example(
        "write-skew-in-real-time",
        "T1: w(z,1) @1-2",
        "T2: r(x,nil) @3-4",
        "T3: w(x,1) r(z,nil) @0-5",
        by="Kingsbury 2020",
    ),
)

_OPERATIONS = (
    _example("stale-operation", "write(x,1)", "---", "read(x,nil)", by="Herlihy 1990"),
    _example("two-versions-late", "write(x,1) ; write(x,2)", "---", "read(x,nil)", by="Viotti 2016"),
    _example("overlapping-operations", "write(x,1)", "read(x,nil) ; read(x,1)", by="Herlihy 1990"),
    _example(
        "store-buffering",
        "write(x,1) ; read(y,nil)",
        "write(y,1) ; read(x,nil)",
        by="Lamport 1979",
    ),
    _example("diverging-replicas", "write(x,1) ; read(x,2)", "write(x,2) ; read(x,1)", by="Ahamad 1995, Perrin 2016"),
    _example(
        "unknown-concurrency",
        "write(z,1) ; write(x,1) ; write(y,1)",
        "write(x,2) ; read(z,nil) ; read(y,1) ; read(x,2)",
        by="Bouajjani 2017",
    ),
    _example(
        "flickering-read",
        "write(x,1)",
        "write(x,2)",
        "read(x,1) ; read(x,2) ; read(x,1)",
        by="Bouajjani 2017",
    ),
    _example(
        "unexplained-answer",
        "write(x,1)",
        "read(x,1) ; write(y,1)",
        "read(y,1) ; read(x,nil)",
        by="Ahamad 1995",
    ),
    _example("causal-circle", "read(y,1) ; write(x,1)", "read(x,1) ; write(y,1)", by="Bouajjani 2017"),
    _example("reordered-writes", "write(x,1) ; write(x,2)", "read(x,2) ; read(x,1)", by="Lipton 1988"),
    _example("reordered-objects", "write(x,1) ; write(y,1)", "read(y,1) ; read(x,nil)", by="Terry 1994"),
    _example("going-back", "write(x,1)", "read(x,1) ; read(x,nil)", by="Terry 1994"),
    _example("own-write-unseen", "write(x,1) ; read(x,nil)", by="Terry 1994"),
    _example(
        "never-agreeing",
        "write(x,1)",
        "write(x,2)",
        "---",
        "read(x,1) ; read(x,1)",
        "read(x,2) ; read(x,2)",
        by="Vogels 2009, Shapiro 2011",
    ),
    _example("late-agreement", "write(x,1)", "---", "read(x,nil) ; read(x,1)", by="Vogels 2009"),
)

EXAMPLES: Final[Mapping[str, Example]] = {
    example.name: example for example in (*_TRANSACTIONS, *_SESSIONS, *_REAL_TIME, *_OPERATIONS)
}
