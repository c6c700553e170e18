"""What can go wrong in a history, and which anomaly is also which.

Cycles are of dependencies between transactions: ww (overwrites), wr (reads from), rw (reads what the other
overwrites: an anti-dependency). Those that need a session edge have `-process` in their names, those that need a
real-time edge `-realtime`; each plain cycle counts as one of either, and session order is real-time order.
`-item` says that no edge comes from a predicate.
"""

from __future__ import annotations

from typing import Final

from checkers.models.object_anomalies import OBJECT_KINDS
from checkers.models.rows import ITEMS, TRANSACTIONS, AnomalyKind, Data

OPERATIONS = frozenset({Data.OPERATIONS})
EITHER = TRANSACTIONS | OPERATIONS

_READS = (
    AnomalyKind(
        name="G1a",
        aliases=("aborted-read", "dirty-read", "P1", "A1"),
        meaning="A committed transaction reads what an aborted one wrote.",
        sources=("Adya 2000", "Berenson 1995"),
        implies=("G1",),
        data=EITHER,
        example="aborted-read",
    ),
    AnomalyKind(
        name="G1b",
        aliases=("intermediate-read",),
        meaning="A transaction reads what another wrote and then overwrote itself.",
        sources=("Adya 2000",),
        implies=("G1",),
        example="intermediate-read",
    ),
    AnomalyKind(
        name="G1",
        meaning="An aborted read, an intermediate read, or circular information flow.",
        sources=("Adya 2000",),
        example="aborted-read",
    ),
    AnomalyKind(
        name="internal",
        meaning="A read contradicts an earlier read or write of its own transaction.",
        sources=("Cerone 2015", "Kingsbury 2020"),
        example="forgotten-write",
    ),
    AnomalyKind(
        name="internal-predicate",
        meaning="A predicate read shows a row of others that an earlier one of the same transaction did not show.",
        sources=("Berenson 1995", "Adya 2000"),
        data=frozenset({Data.PREDICATE}),
        example="phantom-in-transaction",
        note="It is no `internal`: repeatable-read allows it, for only predicates tell the difference.",
    ),
    AnomalyKind(
        name="future-read",
        meaning="A transaction reads what it writes only later, an operation what is written only after its end.",
        sources=("Kingsbury 2020", "Liu 2024"),
        implies=("G1c",),
        data=EITHER,
        example="future-read",
    ),
    AnomalyKind(
        name="dirty-update",
        meaning="A committed append stands on top of one that was aborted.",
        sources=("Kingsbury 2020",),
        implies=("G1a",),
        data=frozenset({Data.LIST_APPEND}),
        example="dirty-update",
    ),
    AnomalyKind(
        name="incompatible-order",
        meaning="Of two reads of one list neither is a prefix of the other.",
        sources=("Kingsbury 2020",),
        implies=("G1a",),
        data=frozenset({Data.LIST_APPEND}),
        example="incompatible-order",
    ),
    AnomalyKind(
        name="duplicate-elements",
        meaning="A list shows an element twice that was appended once.",
        sources=("Kingsbury 2020",),
        data=frozenset({Data.LIST_APPEND}),
        example="duplicate-elements",
    ),
    AnomalyKind(
        name="garbage-read",
        aliases=("thin-air-read",),
        meaning="A read shows a value that nobody ever wrote.",
        sources=("Kingsbury 2020", "Liu 2024"),
        data=EITHER,
        example="garbage-read",
    ),
    AnomalyKind(
        name="cyclic-versions",
        meaning="The versions of an object cannot be ordered: each was written after the other had been read.",
        sources=("Kingsbury 2020",),
        data=frozenset({Data.RW_REGISTER, Data.OPERATIONS}),
        example="cyclic-versions",
    ),
    AnomalyKind(
        name="predicate-read-miss",
        meaning="A predicate read misses a row, though all versions of it that the transaction may see match.",
        sources=("Kingsbury 2020",),
        data=frozenset({Data.PREDICATE}),
        example="predicate-read-miss",
    ),
)

_ATOMICITY = (
    AnomalyKind(
        name="fractured-reads",
        aliases=("fractured-read",),
        meaning="A transaction sees one write of another and misses another write of the same one.",
        sources=("Bailis 2014",),
        implies=("causal-cycle", "fractured-reads-process"),
        example="read-skew",
    ),
    AnomalyKind(
        name="observed-transaction-vanishes",
        aliases=("OTV",),
        meaning="A transaction reads a write of another, and then an older version of something that other wrote too.",
        sources=("Bailis 2013",),
        implies=("fractured-reads", "G-monotonic", "G-MSR", "observed-transaction-vanishes-process"),
        example="observed-transaction-vanishes",
    ),
    AnomalyKind(
        name="observed-transaction-vanishes-process",
        meaning="The same by every order of versions that agrees with the sessions.",
        sources=("Biswas 2019",),
        implies=("fractured-reads-process",),
        data=ITEMS,
        example="vanished-by-session",
    ),
    AnomalyKind(
        name="fractured-update",
        meaning="A transaction overwrites a version of another and misses a write of that same one.",
        sources=("Cerone 2015",),
        implies=("G-single",),
        example="unseen-overwrite",
    ),
    AnomalyKind(
        name="G-cursor",
        aliases=("A5A-cursor", "P4C"),
        meaning="A transaction reads an object and writes it, and another wrote it in between.",
        sources=("Adya 1999", "Berenson 1995"),
        implies=("fractured-update", "G-single-item"),
        example="lost-update",
    ),
    AnomalyKind(
        name="lost-update",
        aliases=("P4",),
        meaning="Two transactions, or two cas, read one version of an object and both overwrite it.",
        sources=("Berenson 1995",),
        implies=("G-cursor", "G2-item"),
        data=EITHER,
        example="lost-update",
        note="It rules out cursor-stability only if the reads were through cursors.",
    ),
    AnomalyKind(
        name="causal-cycle",
        aliases=("causality-violation",),
        meaning="A transaction misses a write of one that it depends on by a chain of reads: wr, ..., wr, rw.",
        sources=("Cerone 2015", "Bouajjani 2017"),
        implies=("prefix-cycle", "G-single", "causal-cycle-process"),
        example="causality-violation",
    ),
    AnomalyKind(
        name="prefix-cycle",
        meaning="No order of commits agrees with every reader: a cycle in which each rw follows a wr.",
        sources=("Cerone 2016",),
        implies=("G-nonadjacent", "prefix-cycle-process"),
        example="long-fork",
    ),
    AnomalyKind(
        name="long-fork",
        meaning="Two readers see two independent writes in opposite orders.",
        sources=("Sovran 2011", "Cerone 2015"),
        implies=("prefix-cycle",),
        example="long-fork",
    ),
    AnomalyKind(
        name="fractured-reads-process",
        meaning="A transaction misses a write of one that it reads from, or that precedes it in its session.",
        sources=("Biswas 2019",),
        implies=("causal-cycle-process",),
        data=ITEMS,
        example="stale-read-in-session",
    ),
    AnomalyKind(
        name="causal-cycle-process",
        meaning="A transaction misses a write of one that it depends on by a chain of reads and sessions.",
        sources=("Biswas 2019",),
        implies=("prefix-cycle-process", "G-single-process"),
        data=ITEMS,
        example="causality-violation-in-session",
    ),
    AnomalyKind(
        name="prefix-cycle-process",
        meaning="No order of commits agrees with every reader and session: each rw follows a wr or a session edge.",
        sources=("Biswas 2019",),
        implies=("G-nonadjacent-process",),
        data=ITEMS,
        example="crossed-sessions",
    ),
)

_VIEWS = (
    AnomalyKind(
        name="G-monotonic",
        meaning="A cycle with one rw, from a read of a transaction back to what that transaction saw or wrote earlier.",
        sources=("Adya 1999",),
        implies=("G-single",),
        example="causality-violation",
    ),
    AnomalyKind(
        name="G-MSR",
        meaning="No order of commits gives each read a snapshot, and later reads no older ones.",
        sources=("Adya 1999",),
        implies=("prefix-cycle",),
        example="long-fork",
    ),
    AnomalyKind(
        name="G-SIb",
        meaning="A cycle with one rw in the graph that has start edges as well: missed effects.",
        sources=("Adya 1999",),
        implies=("G-SI",),
        example="read-skew",
    ),
    AnomalyKind(
        name="G-SI",
        meaning="No choice of start points is free of interference (a dependency on what had not committed at the "
        "start) and of missed effects.",
        sources=("Adya 1999",),
        example="lost-update",
    ),
    AnomalyKind(
        name="G-update",
        meaning="A cycle with an rw among the transactions that write and any one more.",
        sources=("Adya 1999",),
        implies=("G2",),
        example="write-skew",
    ),
)

_CYCLES = {  # name: (meaning, what it implies, examples: plain, in a session, in real time)
    "G0": (
        "A cycle of ww edges: dirty writes.",
        ("G1c",),
        ("dirty-write", "dirty-write-in-session", "late-write"),
    ),
    "G1c": (
        "A cycle of ww and wr edges: circular information flow.",
        (),
        ("circular-information-flow", "overtaken-in-session", "read-from-the-future"),
    ),
    "G-single-item": (
        "A cycle with exactly one rw edge, all of them of single objects.",
        ("G-single", "G-nonadjacent-item"),
        ("read-skew", "stale-read-in-session", "stale-read"),
    ),
    "G-single": (
        "A cycle with exactly one rw edge: read skew, lost updates, stale reads.",
        ("G-nonadjacent",),
        ("read-skew", "stale-read-in-session", "stale-read"),
    ),
    "G-nonadjacent-item": (
        "A cycle with rw edges, no two next to each other, all of single objects.",
        ("G-nonadjacent", "G2-item"),
        ("long-fork", "crossed-sessions", "long-fork-in-real-time"),
    ),
    "G-nonadjacent": (
        "A cycle with rw edges, no two next to each other.",
        ("G2",),
        ("long-fork", "crossed-sessions", "long-fork-in-real-time"),
    ),
    "G2-item": (
        "A cycle with at least one rw edge, all of single objects: write skew.",
        ("G2",),
        ("write-skew", "write-skew-in-session", "write-skew-in-real-time"),
    ),
    "G2": (
        "A cycle with at least one rw edge: write skew, phantoms.",
        (),
        ("phantom", "write-skew-in-session", "write-skew-in-real-time"),
    ),
}

_MORE = {"G1c": ("G1",), "G-single": ("G-SIb",), "G-nonadjacent": ("G-SI",)}
_SUFFIXES = (("", ""), ("-process", " With a session edge."), ("-realtime", " With a real-time edge."))


def _cycles() -> tuple[AnomalyKind, ...]:
    """Every kind of cycle, plain, with session and with real-time edges."""
    kinds = []
    for name, (meaning, implies, examples) in _CYCLES.items():
        for place, (suffix, addition) in enumerate(_SUFFIXES):
            weaker = [other + suffix for other in implies]
            weaker += [name + longer for longer, _ in _SUFFIXES[place + 1 : place + 2]]
            weaker += [] if suffix else _MORE.get(name, ())
            kinds.append(
                AnomalyKind(
                    name=name + suffix,
                    meaning=meaning + addition,
                    sources=("Kingsbury 2020",) if suffix else ("Adya 1999", "Kingsbury 2020"),
                    implies=tuple(weaker),
                    example=examples[place],
                )
            )
    return tuple(kinds)


KINDS: Final = (*_READS, *_ATOMICITY, *_cycles(), *_VIEWS, *OBJECT_KINDS)
