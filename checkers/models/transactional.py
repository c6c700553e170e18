"""Models of transactional isolation, weakest first.

How they are defined here: a history satisfies a model if the transactions that committed (all known ones, and any
choice of the indeterminate ones), some order of the versions of each key, and for the models with visibility some
order and visibility, have the properties that the source asks for. Nothing in it is measured by a clock except where
a name begins with strong or strict: sessions count in strong-session and axiomatic models, real time in the strong
ones. A read that contradicts its own transaction (`internal`) is no history at all for Adya; as all weak systems
of practice still give the rest of their promises then, it is charged to the models that rest on it.
"""

from __future__ import annotations

from typing import Final

from checkers.models.rows import ITEMS, Model

STARTS = (
    "Start points are the system's to choose, as in generalized snapshot isolation (Elnikety 2005): a snapshot "
    "may be old. With starts in real time it is strong-snapshot-isolation."
)

_ADYA = (
    Model(
        name="read-uncommitted",
        aliases=("PL-1", "ru"),
        meaning="The writes of transactions to all objects are in one order; reads may see anything that was written.",
        sources=("Adya 1999", "Adya 2000"),
        proscribes=("G0", "duplicate-elements", "cyclic-versions", "garbage-read"),
        allows="aborted-read",
        forbids="dirty-write",
        note="Reads still tell the order of versions: that of a list's elements; and who reads, then writes, is later.",
    ),
    Model(
        name="read-committed",
        aliases=("PL-2", "rc"),
        meaning="Reads see only final writes of committed transactions, and information flows in one direction.",
        sources=("Adya 1999", "Adya 2000"),
        proscribes=("G1",),
        allows="observed-transaction-vanishes",
        forbids="intermediate-read",
    ),
    Model(
        name="cursor-stability",
        aliases=("PL-CS",),
        meaning="Read committed, and no other transaction writes an object between a transaction's read and its write.",
        sources=("Adya 1999", "Berenson 1995"),
        proscribes=("G-cursor", "lost-update"),
        allows="observed-transaction-vanishes",
        forbids="lost-update",
        note="A lost update rules it out only if the read was through a cursor. Histories do not say; it is taken so.",
    ),
    Model(
        name="monotonic-atomic-view",
        aliases=("MAV",),
        meaning="Once a transaction has read a write of another, its later reads see all effects of that other.",
        sources=("Bailis 2013",),
        proscribes=("observed-transaction-vanishes",),
        allows="read-skew",
        forbids="observed-transaction-vanishes",
    ),
    Model(
        name="monotonic-view",
        aliases=("PL-2L",),
        meaning="Each read sees all effects of whatever the transaction's earlier reads and writes depend on.",
        sources=("Adya 1999",),
        proscribes=("G-monotonic",),
        allows="read-skew",
        forbids="causality-violation",
    ),
    Model(
        name="monotonic-snapshot-read",
        aliases=("PL-MSR",),
        meaning="Each read sees a snapshot of the commits so far, and later reads no older snapshots.",
        sources=("Adya 1999",),
        proscribes=("G-MSR",),
        allows="read-skew",
        forbids="long-fork",
        note="Only reads have snapshots; commits are in one order that is also that of the versions.",
    ),
    Model(
        name="consistent-view",
        aliases=("PL-2+",),
        meaning="A transaction that depends on another, even indirectly, misses none of its effects.",
        sources=("Adya 1999",),
        proscribes=("G-single", "internal", "internal-predicate"),
        allows="long-fork",
        forbids="read-skew",
        note="The same histories as parallel snapshot isolation (Crooks 2017, Cerone 2016).",
    ),
    Model(
        name="forward-consistent-view",
        aliases=("PL-FCV",),
        meaning="Consistent view, and a transaction sees all that was committed before its start point.",
        sources=("Adya 1999",),
        proscribes=("G-SIb",),
        allows="long-fork",
        forbids="read-skew",
        same_as="consistent-view",
        note="Start points are the system's to choose, so histories alone cannot tell it from consistent-view.",
    ),
    Model(
        name="update-serializable",
        aliases=("PL-3U", "update-serializability"),
        meaning="The transactions that write, and any one that only reads, are serializable together.",
        sources=("Adya 1999",),
        proscribes=("G-update",),
        allows="long-fork",
        forbids="write-skew",
    ),
    Model(
        name="repeatable-read",
        aliases=("PL-2.99", "rr"),
        meaning="Serializable as far as single objects go; what predicates match may change.",
        sources=("Adya 1999", "Adya 2000"),
        proscribes=("G2-item", "lost-update", "internal"),
        allows="phantom",
        forbids="write-skew",
        note=(
            "This is Adya's PL-2.99. What ANSI, MySQL and PostgreSQL call REPEATABLE READ differs: a claim names "
            "the model, not the SQL keyword."
        ),
    ),
    Model(
        name="serializable",
        aliases=("PL-3", "SER", "1SR", "conflict-serializable", "serializability"),
        meaning="Some order of the transactions, executed one by one, gives all the values that were read.",
        sources=("Papadimitriou 1979", "Adya 2000"),
        proscribes=("G2", "predicate-read-miss"),
        allows="stale-read-in-session",
        forbids="write-skew",
        note="The order need not respect sessions or time.",
    ),
    Model(
        name="view-serializable",
        meaning="Every read reads from the same write as in some order of the transactions, executed one by one.",
        sources=("Papadimitriou 1979", "Bernstein 1987"),
        allows="stale-read-in-session",
        forbids="write-skew",
        same_as="serializable",
        note="It differs from serializable for schedules; in a history versions are known only by reads: the same.",
    ),
)

_VISIBILITY = (
    Model(
        name="read-atomic",
        aliases=("RA", "RAMP"),
        meaning="A transaction sees all of another's writes or none, and its reads repeat.",
        sources=("Bailis 2014", "Cerone 2015"),
        proscribes=("internal", "internal-predicate", "G1a", "future-read", "fractured-reads"),
        allows="causality-violation",
        forbids="read-skew",
    ),
    Model(
        name="update-atomic",
        aliases=("UA", "ROLA"),
        meaning="Read atomic, and of two transactions that write one object, the later sees the earlier.",
        sources=("Liu 2018", "Cerone 2015"),
        proscribes=("lost-update", "fractured-update"),
        allows="causality-violation",
        forbids="lost-update",
    ),
    Model(
        name="transactional-causal",
        aliases=("causal (transactional)", "causal-cerone", "TCC", "causal-transactional"),
        meaning="Read atomic, and who sees a transaction sees what that one saw.",
        sources=("Cerone 2015",),
        proscribes=("causal-cycle",),
        allows="lost-update",
        forbids="reversed-causality-violation",
        note="Without session order; with it: axiomatic-causal.",
    ),
    Model(
        name="parallel-snapshot-isolation",
        aliases=("PSI", "parallel-SI"),
        meaning="Causal, and of two transactions that write one object, the later sees the earlier.",
        sources=("Sovran 2011", "Cerone 2015"),
        allows="long-fork",
        forbids="lost-update",
    ),
    Model(
        name="prefix",
        aliases=("PC", "prefix-consistency"),
        meaning="A transaction sees the first so many commits of one order of all commits.",
        sources=("Cerone 2015",),
        proscribes=("prefix-cycle",),
        allows="lost-update",
        forbids="long-fork",
        note="Without session order; with it: strong-session-prefix.",
    ),
    Model(
        name="snapshot-isolation",
        aliases=("PL-SI", "SI", "GSI"),
        meaning="A transaction reads from one snapshot, and of two that overlap and write one object, one aborts.",
        sources=("Berenson 1995", "Cerone 2016", "Elnikety 2005"),
        proscribes=("G-SI", "G-nonadjacent"),
        allows="write-skew",
        forbids="lost-update",
        note=STARTS,
    ),
)

_SESSIONS = (
    Model(
        name="strong-session-read-uncommitted",
        aliases=("strong-session-PL-1",),
        meaning="Read uncommitted, and the writes of each session are in the session's order.",
        sources=("Kingsbury 2020",),
        proscribes=("G0-process",),
        allows="overtaken-in-session",
        forbids="dirty-write-in-session",
    ),
    Model(
        name="strong-session-read-committed",
        aliases=("strong-session-PL-2",),
        meaning="Read committed, and information does not flow against the order of any session.",
        sources=("Kingsbury 2020",),
        proscribes=("G1c-process",),
        allows="stale-read-in-session",
        forbids="overtaken-in-session",
    ),
    Model(
        name="axiomatic-read-committed",
        aliases=("RC_BE", "BE-RC"),
        meaning="Monotonic atomic view with an order of commits that contains the session order.",
        sources=("Biswas 2019",),
        data=ITEMS,
        proscribes=("observed-transaction-vanishes-process",),
        allows="read-skew",
        forbids="overtaken-in-session",
        note="Stronger than read-committed: it forbids non-monotonic reads, and what contradicts an own write.",
    ),
    Model(
        name="axiomatic-repeatable-read",
        aliases=("RR_BE",),
        meaning="Axiomatic read committed, and the reads of a transaction repeat.",
        sources=("dbcop", "Biswas 2019"),
        data=ITEMS,
        proscribes=("internal",),
        allows="read-skew",
        forbids="fuzzy-read",
    ),
    Model(
        name="axiomatic-read-atomic",
        aliases=("RA_BE", "BE-RA"),
        meaning="Read atomic, and a transaction sees those before it in its session.",
        sources=("Biswas 2019",),
        data=ITEMS,
        proscribes=("fractured-reads-process",),
        allows="causality-violation",
        forbids="stale-read-in-session",
    ),
    Model(
        name="axiomatic-causal",
        aliases=("CC_BE", "BE-CC", "strong-session-causal"),
        meaning="Transactional causal, and a transaction sees those before it in its session.",
        sources=("Biswas 2019",),
        data=ITEMS,
        proscribes=("causal-cycle-process",),
        allows="lost-update",
        forbids="causality-violation-in-session",
        note="For single operations on registers it is causal-convergence.",
    ),
    Model(
        name="strong-session-prefix",
        aliases=("axiomatic-prefix", "PC_BE", "BE-PC"),
        meaning="Prefix, and a transaction sees those before it in its session.",
        sources=("Biswas 2019",),
        data=ITEMS,
        proscribes=("prefix-cycle-process",),
        allows="lost-update",
        forbids="crossed-sessions",
    ),
    Model(
        name="strong-session-consistent-view",
        aliases=("strong-session-PL-2+", "strong-session-parallel-snapshot-isolation"),
        meaning="Consistent view where a transaction depends on those before it in its session.",
        sources=("Jepsen", "Sovran 2011"),
        proscribes=("G-single-process",),
        allows="crossed-sessions",
        forbids="torn-session-read",
    ),
    Model(
        name="strong-session-snapshot-isolation",
        aliases=("strong-session-SI", "SSSI", "axiomatic-snapshot-isolation"),
        meaning="Snapshot isolation, and a snapshot contains what its session has committed before.",
        sources=("Daudjee 2006", "Cerone 2016", "Biswas 2019"),
        proscribes=("G-nonadjacent-process",),
        allows="write-skew-in-session",
        forbids="crossed-sessions",
        note="What PolySI, dbcop and Biswas and Enea call SI.",
    ),
    Model(
        name="strong-session-serializable",
        aliases=("strong-session-1SR", "SSSER", "axiomatic-serializable"),
        meaning="Serializable in an order that contains the session order.",
        sources=("Daudjee 2004", "Biswas 2019"),
        proscribes=("G2-process",),
        allows="stale-read",
        forbids="write-skew-in-session",
        note="What Cobra, PolySI and dbcop call SER.",
    ),
)

_REAL_TIME = (
    Model(
        name="strong-read-uncommitted",
        aliases=("strong-PL-1",),
        meaning="Read uncommitted, and a transaction that began after another had ended overwrites it.",
        sources=("Kingsbury 2020",),
        proscribes=("G0-realtime",),
        allows="read-from-the-future",
        forbids="late-write",
    ),
    Model(
        name="strong-read-committed",
        aliases=("strong-PL-2",),
        meaning="Read committed, and information does not flow back in time.",
        sources=("Kingsbury 2020",),
        proscribes=("G1c-realtime",),
        allows="stale-read",
        forbids="read-from-the-future",
    ),
    Model(
        name="strong-snapshot-isolation",
        aliases=("strong-SI", "conventional-snapshot-isolation"),
        meaning="Snapshot isolation, and a snapshot contains all that was committed before the transaction began.",
        sources=("Daudjee 2006", "Cerone 2016"),
        proscribes=("G-nonadjacent-realtime",),
        allows="read-only-anomaly",
        forbids="stale-read",
    ),
    Model(
        name="strict-serializable",
        aliases=("PL-SS", "strong-serializable", "strict-serializability", "strong-1SR"),
        meaning="Serializable in an order in which what ended comes before what began later.",
        sources=("Papadimitriou 1979", "Adya 1999", "Herlihy 1990"),
        proscribes=("G2-realtime", "G1c-realtime"),
        allows="serial",
        forbids="stale-read",
    ),
)

TRANSACTIONAL: Final = (*_ADYA, *_VISIBILITY, *_SESSIONS, *_REAL_TIME)
