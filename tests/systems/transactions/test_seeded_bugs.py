"""Runs of the whole under faults, judged by the checker: claims hold, and each seeded bug shows its anomaly."""

import pytest

from checkers.models import implied_anomalies
from checkers.verdict import Status
from harness.execution import execute, prepare
from harness.store import Store
from harness.systems import load_system
from harness.test import Test
from harness.workloads import workload

DATABASES = (
    "mvcc",
    "serializable",
    "locking-read-uncommitted",
    "locking-read-committed",
    "locking-repeatable-read",
    "locking-serializable",
)
RARE = ("unchecked-epoch",)  # needs a leader that loses its place in the middle of a transaction: see test_locking


def judged(tmp_path, system, work, seed, bug=None):
    test = Test(
        system=system,
        workload=work,
        seed=seed,
        bug=bug,
        nemesis=("partition", "crash", "pause", "clock"),
        time_limit=5.0,
        quiet=2.0,
    )
    return execute(prepare(test), Store(tmp_path).create(test))


@pytest.mark.slow
@pytest.mark.parametrize("system", DATABASES)
@pytest.mark.parametrize("work", ["list-append", "rw-register", "bank", "write-skew", "long-fork"])
def test_a_claim_holds_under_faults(tmp_path, system, work):
    outcome = judged(tmp_path, system, work, seed=7)
    assert outcome.status is Status.HOLDS
    assert sum(operation.ok for operation in outcome.history) > 100


BUGS = [
    (system, bug)
    for system in DATABASES
    for bug, told in load_system(system).bugs.items()
    if told.workload == "rw-register" and bug not in RARE
]


@pytest.mark.parametrize(("system", "bug"), BUGS, ids=lambda name: name)
def test_a_seeded_bug_is_found_under_its_anomaly(tmp_path, system, bug):
    told = load_system(system).bugs[bug]
    for seed in range(10):
        outcome = judged(tmp_path, system, told.workload, seed, bug)
        kinds = {anomaly.type for anomaly in outcome.classification.anomalies}
        if any(told.anomaly in {kind, *implied_anomalies(kind)} for kind in kinds):
            assert outcome.status is Status.VIOLATED
            return
    pytest.fail(f"{told.anomaly} was not seen in ten runs")


def test_every_database_fits_every_workload_of_transactions():
    for name in ("list-append", "rw-register", "write-skew", "long-fork", "bank"):
        assert all(workload(name).data in load_system(system).data for system in DATABASES)
