"""What it costs to audit a classification of transactions: its certificates replayed, its anomalies looked up. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_audit.py -n0 --benchmark-timer=time.process_time

and --transactions=100000 for a quick look. The memory is that of the whole process, which has judged before it audits.
"""

from __future__ import annotations

import pytest

from checkers.models import Data
from checkers.synthetic import Shape, synthesize
from checkers.transactions import check_columns
from checkers.transactions.audit import audit
from checkers.verdict import Status
from histories.transactions import TransactionColumns
from tests.benchmarks.large import one_component

LEVELS = (
    "serializable",
    "snapshot-isolation",
    "prefix",
    "parallel-snapshot-isolation",
    "axiomatic-causal",
    "axiomatic-read-atomic",
    "update-atomic",
    "monotonic-snapshot-read",
    "read-uncommitted",
)
"""Weaker ones, which between them have certificates of nearly every rule."""


def audited(measure, name, columns, level="strict-serializable"):
    verdict = check_columns(columns)
    assert verdict.status(level) is Status.HOLDS
    assert measure(audit, name, columns, verdict) == []


def test_usual_histories(measure, usual):
    audited(measure, *usual)


@pytest.mark.parametrize("level", LEVELS)
def test_weaker_levels(measure, pytestconfig, level):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    shape = Shape(level=level, data=Data.LIST_APPEND, transactions=count, keys=20, processes=20)
    audited(measure, f"list-append, {level}", TransactionColumns.of(synthesize(shape)), level)


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_anomalies_of_one_strong_component(measure, count):
    audited(measure, "list-append, one strong component", one_component(count), "prefix")
