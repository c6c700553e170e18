"""Models of operations on single objects, weakest first.

Where the versions of an object matter to a session guarantee, each session has its own order of them, which contains
the order in which each session wrote them. With one order for all sessions PRAM would not imply the guarantees: in
`diverging-replicas` each process sees its own write first, which PRAM allows.
"""

from __future__ import annotations

from typing import Final

from checkers.models.rows import Data, Model

OPERATIONS = frozenset({Data.OPERATIONS})

_SESSION_GUARANTEES = (
    Model(
        name="monotonic-reads",
        aliases=("MR",),
        meaning="A session's reads never go back to an older version than it has read.",
        sources=("Terry 1994", "Viotti 2016"),
        data=OPERATIONS,
        proscribes=("not-monotonic-reads", "garbage-read"),
        allows="own-write-unseen",
        forbids="going-back",
    ),
    Model(
        name="monotonic-writes",
        aliases=("MW",),
        meaning="Who reads a session's write sees what that session had written before.",
        sources=("Terry 1994", "Viotti 2016"),
        data=OPERATIONS,
        proscribes=("not-monotonic-writes", "garbage-read"),
        allows="own-write-unseen",
        forbids="reordered-objects",
    ),
    Model(
        name="read-your-writes",
        aliases=("RYW", "read-my-writes"),
        meaning="A session's reads see its own earlier writes, or newer versions.",
        sources=("Terry 1994", "Viotti 2016"),
        data=OPERATIONS,
        proscribes=("not-read-your-writes", "garbage-read"),
        allows="going-back",
        forbids="own-write-unseen",
    ),
    Model(
        name="writes-follow-reads",
        aliases=("WFR", "session-causality"),
        meaning="Who reads a session's write sees what that session had read before it wrote.",
        sources=("Terry 1994", "Viotti 2016"),
        data=OPERATIONS,
        proscribes=("not-writes-follow-reads", "garbage-read"),
        allows="own-write-unseen",
        forbids="unexplained-answer",
    ),
)

_CAUSAL = (
    Model(
        name="PRAM",
        aliases=("FIFO", "pipelined-RAM"),
        meaning="Each process can order its own operations and all writes, every session's writes in its order.",
        sources=("Lipton 1988",),
        data=OPERATIONS,
        allows="unexplained-answer",
        forbids="reordered-writes",
    ),
    Model(
        name="weak-causal",
        aliases=("CC", "weak-causal-consistency", "WCC"),
        meaning="Each read is explained by some order of the writes in its causal past.",
        sources=("Bouajjani 2017", "Perrin 2016"),
        data=OPERATIONS,
        proscribes=("CyclicCO", "WriteCORead", "WriteCOInitRead", "garbage-read"),
        allows="flickering-read",
        forbids="unexplained-answer",
    ),
    Model(
        name="causal-convergence",
        aliases=("CCv", "causal+"),
        meaning="Weak causal, with one order of all writes for everybody.",
        sources=("Bouajjani 2017", "Perrin 2016"),
        data=OPERATIONS,
        proscribes=("CyclicCF",),
        allows="store-buffering",
        forbids="diverging-replicas",
    ),
    Model(
        name="causal",
        aliases=("CM", "causal-memory", "causal-consistency"),
        meaning="Each process can order its own operations and all writes, so that the order contains causality.",
        sources=("Ahamad 1995", "Bouajjani 2017"),
        data=OPERATIONS,
        proscribes=("CyclicHB", "WriteHBInitRead"),
        allows="diverging-replicas",
        forbids="unknown-concurrency",
        note="Of the three causals this is the one that implies PRAM; weak-causal and causal-convergence do not.",
    ),
)

_ORDERS = (
    Model(
        name="sequential",
        aliases=("SC", "sequential-consistency"),
        meaning="Some order of all operations, each process's in its own order, explains every result.",
        sources=("Lamport 1979",),
        data=OPERATIONS,
        proscribes=("nonsequential",),
        allows="stale-operation",
        forbids="store-buffering",
    ),
    Model(
        name="linearizable",
        aliases=("atomic-register", "linearizability", "external-consistency"),
        meaning="Each operation takes effect at one moment between its invocation and its completion.",
        sources=("Herlihy 1990",),
        data=OPERATIONS,
        proscribes=(
            "nonlinearizable",
            "stale-read",
            "G1a",
            "lost-write",
            "future-read",
            "lost-update",
            "cyclic-versions",
            "garbage-read",
        ),
        allows="overlapping-operations",
        forbids="stale-operation",
    ),
    Model(
        name="bounded-staleness",
        aliases=("k-staleness", "delta-staleness"),
        meaning="A read returns a version that is at most so many versions, or so many seconds, out of date.",
        sources=("Viotti 2016", "Jepsen"),
        data=OPERATIONS,
        allows="stale-operation",
        forbids="two-versions-late",
        note=(
            "It depends on its bound (the examples have one version): without one, or without clocks that are known "
            "to keep one, it is unknown."
        ),
    ),
)

_REPLICAS = (
    Model(
        name="eventual",
        aliases=("eventual-consistency", "EC"),
        meaning="Once writing has stopped for long enough, all reads of an object return the same.",
        sources=("Vogels 2009", "Viotti 2016"),
        data=OPERATIONS,
        allows="late-agreement",
        forbids="never-agreeing",
        note="It wants a quiet period and final reads from every replica; without them it is unknown.",
    ),
    Model(
        name="strong-eventual",
        aliases=("SEC", "strong-convergence"),
        meaning="Eventual, and replicas that have received the same writes agree at once.",
        sources=("Shapiro 2011",),
        data=OPERATIONS,
        allows="late-agreement",
        forbids="never-agreeing",
    ),
)

SINGLE_OBJECT: Final = (*_REPLICAS, *_SESSION_GUARANTEES, *_CAUSAL, *_ORDERS)
