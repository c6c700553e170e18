"""Runs to draw: a last-writer-wins register under clock skew that loses an acknowledged write, and a write skew."""

from __future__ import annotations

import random
from xml.etree.ElementTree import fromstring

from checkers.transactions.evidence import Cycle, Edge, Kind, Place
from checkers.verdict import Anomaly, Classification, Finding, Status
from harness.report import RunInfo, lattice_of_models
from harness.report.material import Material
from histories import NEMESIS, Event, EventType, History

NODES = ("n1", "n2", "n3", "n4", "n5")
SECOND = 1_000_000_000

FAULTS = (
    ("partition", "halves: n1 n2 | n3 n4 n5", ["n1", "n2"], 0.12, 0.27),
    ("clock", "n2 ahead by 1.8 s", ["n2"], 0.2, 0.62),
    ("clock", "n4 behind by 0.9 s, drifting", ["n4"], 0.35, 0.7),
    ("crash", "n5 crashes", ["n5"], 0.5, 0.56),
    ("partition", "one way: n3 hears nobody", ["n3"], 0.66, 0.78),
    ("pause", "n1 pauses", ["n1"], 0.8, 0.86),
)


def parsed(drawing):
    """A drawing as elements."""
    return fromstring(drawing)  # noqa: S314  our own


def lww_history(operations=2000, *, keys=4, processes=10, seed=1, per_second=200):
    """Reads and writes of registers that keep the write with the latest timestamp by the clock of its node."""
    luck = random.Random(seed)
    span = operations / per_second
    moments = [
        (share * span, kind, fault)
        for fault in enumerate(FAULTS)
        for kind, share in (("start", fault[1][3]), ("stop", fault[1][4]))
    ]
    happenings = [(int(at * SECOND), "nemesis", (kind, fault)) for at, kind, fault in moments]
    happenings += [(int(k * SECOND / 10), "clocks", None) for k in range(int(span * 10))]
    client = list(range(processes))
    free_at = [0.0] * processes
    stored = {}
    for number in range(operations):
        slot = min(range(processes), key=lambda slot: free_at[slot])
        at = free_at[slot] + luck.expovariate(per_second / processes)
        f = luck.choice(("read", "write"))
        outcome = luck.choices(("ok", "fail", "info"), (96, 2, 2))[0]
        took = {"ok": luck.lognormvariate(-5.5, 0.6), "fail": 0.002, "info": 0.5}[outcome]
        free_at[slot] = at + took
        call = (slot, client[slot], f, luck.randrange(keys), number, outcome, NODES[slot % len(NODES)])
        if outcome == "info":
            client[slot] += processes
        happenings.append((int(at * SECOND), "call", call))
        happenings.append((int((at + took) * SECOND), "return", call))
    happenings.sort(key=lambda happening: happening[0])
    return History.of(_events(happenings, stored, span))


def offset(node, at, span):
    ahead = 1.8 if node == "n2" and 0.2 * span <= at < 0.62 * span else 0.0
    behind = -0.9 - (at / span - 0.35) if node == "n4" and 0.35 * span <= at < 0.7 * span else 0.0
    return ahead + behind


def _events(happenings, stored, span):
    for index, (time, what, details) in enumerate(happenings):
        if what == "nemesis":
            kind, (identity, (fault, summary, targets, _, _)) = details
            value = {"id": identity, "fault": fault, "summary": summary, "targets": targets}
            yield Event(index=index, time=time, type=EventType.INFO, process=NEMESIS, f=kind, value=value)
        elif what == "clocks":
            value = {node: offset(node, time / SECOND, span) for node in NODES}
            yield Event(index=index, time=time, type=EventType.INFO, process=NEMESIS, f="clocks", value=value)
        else:
            _, process, f, key, number, outcome, node = details
            shape = {"index": index, "time": time, "process": process, "f": f, "key": key, "node": node}
            if what == "call":
                yield Event(type=EventType.INVOKE, value=number if f == "write" else None, **shape)
                continue
            if f == "write" and outcome != "fail":
                stamp = (time / SECOND + offset(node, time / SECOND, span), number)
                stored[key] = max(stored.get(key, (float("-inf"), None)), stamp)
            value = None
            if outcome == "ok":
                value = number if f == "write" else stored.get(key, (0.0, None))[1]
            error = {"ok": None, "fail": "refused: no quorum", "info": "timeout after 0.5 s"}[outcome]
            yield Event(type=EventType(outcome), value=value, error=error, **shape)


def lost_writes(history):
    """Anomalies: an acknowledged write that a later read does not see, because an earlier one is still there."""
    found = []
    for key, operations in history.by_key.items():
        writes = {op.value: op for op in operations if op.f == "write" and op.ok}
        for read in operations:
            old = writes.get(read.result) if read.f == "read" and read.ok else None
            if old is None:
                continue
            lost = [w for w in writes.values() if old.end < w.index and w.end < read.index]
            if lost:
                new = lost[-1]
                prose = (
                    f"#{old.index} wrote {old.value} to key {key} and was acknowledged before #{new.index} wrote "
                    f"{new.value}, which was acknowledged in turn. Yet #{read.index}, invoked after both, still read "
                    f"{read.result}: the acknowledged write of {new.value} is lost."
                )
                found.append(
                    Anomaly(
                        type="lost-write", operations=(old.index, new.index, read.index), explanation=prose, key=key
                    )
                )
    return tuple(found)


def lww_material(operations=2000, **options):
    """An lww run, judged: not linearizable."""
    history = lww_history(operations, **options)
    anomalies = lost_writes(history)
    first = anomalies[0].explanation if anomalies else "no acknowledged write was lost"
    models = {
        "linearizable": Finding(status=Status.VIOLATED if anomalies else Status.HOLDS, because=first),
        "sequential": Finding(status=Status.UNKNOWN, because="the search gave up after 1,000,000 configurations"),
        "eventual": Finding(status=Status.HOLDS, because="all replicas agreed after the last fault had healed"),
        "strict-serializable": Finding(status=Status.VIOLATED, because="it implies linearizable, which is violated"),
    }
    info = RunInfo(
        title="lww · register",
        claim="linearizable",
        validity=models["linearizable"].status,
        command="fallacy run --system lww --workload register --nemesis clock,partition,crash,pause --seed 1",
        system="lww",
        system_summary="leaderless replicas, the latest wall-clock timestamp wins, gossip",
        workload="register",
        workload_summary="reads and writes of independent registers, every written value unique",
        nemeses=("clock", "partition", "crash", "pause"),
        seed=1,
        claims=("eventual, for registers, under any fault",),
        settings={"nodes": 5, "concurrency": 10, "rate": 200, "time_limit": operations / 200},
        statistics={"messages": 48211, "gossip_rounds": 1200, "crashes": 1},
        versions={"fallacy": "0.1.0", "python": "3.11"},
        log="log.jsonl",
    )
    classification = Classification(models=models, anomalies=anomalies, statistics={"keys": 4, "configurations": 7952})
    return Material(
        info=info,
        history=history,
        classification=classification,
        lattice=lattice_of_models(),
    )


def write_skew_material():
    """Two transactions that each read what the other then overwrites, under snapshot isolation."""
    txn = [
        (0, [["w", "x", 1], ["w", "y", 1]], [["w", "x", 1], ["w", "y", 1]], 0, 4),
        (1, [["r", "x", None], ["r", "y", None], ["w", "x", 2]], [["r", "x", 1], ["r", "y", 1], ["w", "x", 2]], 10, 18),
        (2, [["r", "x", None], ["r", "y", None], ["w", "y", 3]], [["r", "x", 1], ["r", "y", 1], ["w", "y", 3]], 11, 19),
        (0, [["r", "x", None], ["r", "y", None]], [["r", "x", 2], ["r", "y", 3]], 25, 27),
    ]
    moments = []
    for process, asked, learnt, start, stop in txn:
        moments.append((start, EventType.INVOKE, process, asked))
        moments.append((stop, EventType.OK, process, learnt))
    events = [
        Event(index=index, time=at * 1_000_000, type=kind, process=process, f="txn", value=value, node=NODES[process])
        for index, (at, kind, process, value) in enumerate(sorted(moments, key=lambda moment: moment[0]))
    ]
    history = History.of(events)
    prose = (
        "T1 < T2, because T1 read 1 from key y before T2 overwrote it with 3; but T2 < T1, because T2 read 1 from "
        "key x before T1 overwrote it with 2: a contradiction."
    )
    evidence = Cycle(
        edges=(
            Edge(kind=Kind.RW, before=2, after=3, key="y", at=(Place(2, 1), Place(3, 2))),
            Edge(kind=Kind.RW, before=3, after=2, key="x", at=(Place(3, 0), Place(2, 2))),
        )
    )
    anomaly = Anomaly(type="G2-item", operations=(2, 3), explanation=prose, evidence=evidence)
    models = {
        "serializable": Finding(status=Status.VIOLATED, because=prose),
        "strict-serializable": Finding(status=Status.VIOLATED, because="it implies serializable, which is violated"),
        "snapshot-isolation": Finding(status=Status.HOLDS, because="start and commit positions explain every read"),
        "read-committed": Finding(status=Status.HOLDS, because="snapshot-isolation implies it"),
    }
    info = RunInfo(
        title="mvcc · write-skew",
        claim="serializable",
        validity=Status.VIOLATED,
        command="fallacy run --system mvcc --workload write-skew --claim serializable --seed 3",
        system="mvcc",
        workload="write-skew",
        seed=3,
    )
    classification = Classification(models=models, anomalies=(anomaly,))
    return Material(info=info, history=history, classification=classification, lattice=lattice_of_models())
