"""Runs of the whole under faults, judged and audited: claims hold, they are tight, and each seeded bug shows itself."""

import pytest

from checkers.models import implied_anomalies
from checkers.verdict import Status
from harness.campaign.plan import Campaign
from harness.campaign.trial import Ruling, rule
from harness.execution import choose, execute, prepare
from harness.store import Store
from harness.systems import SHIPPED, load_system
from harness.workloads import MODULES, workload

DATABASES = (
    "mvcc",
    "serializable",
    "locking-read-uncommitted",
    "locking-read-committed",
    "locking-repeatable-read",
    "locking-serializable",
)
SHORT = {"time_limit": 5.0, "quiet": 2.0, "nemesis": ("partition", "crash", "pause", "clock")}


def run(tmp_path, **settings):
    prepared = prepare(choose(settings))
    return prepared, execute(prepared, Store(tmp_path).create(prepared.test))


def kinds(outcome):
    """The anomalies that were found, and those that they imply."""
    types = [anomaly.type for anomaly in outcome.classification.anomalies]
    return {kind for each in types for kind in (each, *implied_anomalies(each))}


# ── Claims hold ──

CLAIMED = sorted({(test.system, test.workload) for test in Campaign(seeds="0:1").trials()})


@pytest.mark.slow
@pytest.mark.parametrize(("system", "work"), CLAIMED, ids=lambda name: name)
def test_a_claim_holds_under_faults(tmp_path, system, work):
    settings = SHORT | ({"quiet": 5.0} if work == "convergence" else {})
    _, outcome = run(tmp_path, system=system, workload=work, seed=7, **settings)
    assert outcome.status is Status.HOLDS
    assert sum(operation.ok for operation in outcome.history) > 100


def test_every_claim_is_put_to_the_test():
    claims = {(name, claim.data) for name in SHIPPED for claim in load_system(name).claims}
    assert {(system, workload(work).data) for system, work in CLAIMED} == claims


# ── Claims are tight: what is not claimed does happen ──

NOT_CLAIMED = [
    ("mvcc", "write-skew", "serializable", "G2-item"),
    ("serializable", "rw-register", "strict-serializable", "G-single-realtime"),
    ("locking-read-uncommitted", "rw-register", "read-committed", "G1a"),
    ("locking-read-committed", "rw-register", "repeatable-read", "lost-update"),
    ("locking-repeatable-read", "phantom", "serializable", "G2"),
    ("chain-anywhere", "register", "linearizable", "stale-read"),
    ("lww", "register", "linearizable", "lost-write"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("system", "work", "model", "anomaly"), NOT_CLAIMED)
def test_what_is_not_claimed_is_seen_not_to_hold(tmp_path, system, work, model, anomaly):
    faults = ("partition", "clock") if system == "lww" else SHORT["nemesis"]
    for seed in range(5):
        _, outcome = run(
            tmp_path, system=system, workload=work, seed=seed, claim=model, time_limit=10.0, nemesis=faults
        )
        if anomaly in kinds(outcome):
            assert outcome.classification.status(model) is Status.VIOLATED
            return
    pytest.fail(f"{anomaly} was not seen in five runs")


# ── Bugs ──

BUGS = {(name, bug): told for name in SHIPPED for bug, told in load_system(name).bugs.items()}
AT_ONCE = [(name, bug) for name, bug in BUGS if name in DATABASES and bug != "unchecked-epoch"]
SEEDS = {  # of a run in which it is found: the faults must be the right ones at the right time
    ("lww", "tie-by-arrival"): 4,
    ("lww", "mail-only"): 1,
    ("raft", "stale-leader-read"): 0,
    ("raft", "lease-read"): 14,
    ("raft", "early-read"): 7,
    ("raft", "early-commit"): 0,
    ("raft", "conflict-kept"): 4,
    ("raft", "vote-unchecked"): 15,
    ("raft", "small-quorum"): 0,
    ("raft", "nothing-synced"): 2,
    ("raft", "applied-twice"): 5,
    ("chain", "early-answer"): 0,
    ("chain", "removed-tail"): 0,
    ("chain", "hasty-member"): 0,
    ("chain", "unfenced-epoch"): 25,
    ("locking-serializable", "unchecked-epoch"): 4,
}


@pytest.mark.parametrize(("system", "bug"), AT_ONCE, ids=lambda name: name)
def test_a_seeded_bug_is_found_under_its_anomaly(tmp_path, system, bug):
    for seed in range(10):
        prepared, outcome = run(tmp_path, system=system, bug=bug, seed=seed, **SHORT | {"time_limit": 3.0})
        if rule(prepared, outcome.classification) is Ruling.BUG_FOUND:
            assert outcome.status is Status.VIOLATED
            return
    pytest.fail(f"{BUGS[system, bug].anomaly} was not seen in ten runs")


@pytest.mark.slow
@pytest.mark.parametrize(("system", "bug"), SEEDS, ids=lambda name: name)
def test_a_seeded_bug_that_needs_its_fault_is_found_with_it(tmp_path, system, bug):
    prepared, outcome = run(tmp_path, system=system, bug=bug, seed=SEEDS[system, bug])
    assert rule(prepared, outcome.classification) is Ruling.BUG_FOUND


def test_every_bug_is_looked_for():
    assert sorted([*AT_ONCE, *SEEDS]) == sorted(BUGS)
    assert len(BUGS) >= 15


def test_every_database_fits_every_workload_of_transactions():
    for name in ("list-append", "rw-register", "write-skew", "long-fork", "phantom", "bank"):
        assert name in MODULES
        assert all(workload(name).data in load_system(system).data for system in DATABASES)
