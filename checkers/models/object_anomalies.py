"""What can go wrong between operations on single objects: what refutes the models of memory.

Causality orders an operation after those before it in its process and after the write that it read. CyclicCO to
CyclicHB are the bad patterns of Bouajjani and others, for registers whose written values are unique.
"""

from __future__ import annotations

from typing import Final

from checkers.models.rows import AnomalyKind, Data

_NAMES: Final = ("monotonic-reads", "monotonic-writes", "read-your-writes", "writes-follow-reads")
_EXAMPLES: Final = ("going-back", "reordered-objects", "own-write-unseen", "unexplained-answer")


def _kind(name: str, meaning: str, example: str, *, by: str, implies: tuple[str, ...] = ()) -> AnomalyKind:
    return AnomalyKind(
        name=name,
        meaning=meaning,
        sources=(by,),
        implies=implies,
        data=frozenset({Data.OPERATIONS}),
        example=example,
    )


OBJECT_KINDS: Final = (
    _kind(
        "nonlinearizable",
        "No order of the operations, each at a moment between its call and its return, gives their results.",
        "stale-operation",
        by="Herlihy 1990",
    ),
    _kind(
        "nonsequential",
        "No order of the operations, each process's in its own order, gives their results.",
        "store-buffering",
        by="Lamport 1979",
        implies=("nonlinearizable",),
    ),
    _kind(
        "stale-read",
        "A read returns a value that had been overwritten before the read began.",
        "stale-operation",
        by="Herlihy 1990",
        implies=("nonlinearizable",),
    ),
    _kind(
        "lost-write",
        "A completed write is followed by an older value, and nobody ever sees it.",
        "stale-operation",
        by="Kingsbury 2020",
        implies=("nonlinearizable",),
    ),
    _kind("CyclicCO", "Causality goes in a circle.", "causal-circle", by="Bouajjani 2017", implies=("nonsequential",)),
    _kind(
        "WriteCORead",
        "A read returns a value that was overwritten in its causal past.",
        "reordered-writes",
        by="Bouajjani 2017",
        implies=("nonsequential",),
    ),
    _kind(
        "WriteCOInitRead",
        "A read returns the initial value with a write of the object in its causal past.",
        "unexplained-answer",
        by="Bouajjani 2017",
        implies=("nonsequential",),
    ),
    _kind(
        "CyclicCF",
        "No order of all writes agrees with causality and with what every read returned.",
        "diverging-replicas",
        by="Bouajjani 2017",
        implies=("nonsequential",),
    ),
    _kind(
        "CyclicHB",
        "What one process read cannot be put into an order that agrees with causality.",
        "flickering-read",
        by="Bouajjani 2017",
        implies=("nonsequential",),
    ),
    _kind(
        "WriteHBInitRead",
        "A process reads an initial value though what it reads later puts a write before that.",
        "unknown-concurrency",
        by="Bouajjani 2017",
        implies=("nonsequential",),
    ),
    *(
        _kind(
            f"not-{name}",
            f"A cycle of version and session orders that {name} forbids.",
            example,
            by="Terry 1994",
            implies=("nonsequential",),
        )
        for name, example in zip(_NAMES, _EXAMPLES, strict=True)
    ),
)
