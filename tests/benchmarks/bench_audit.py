"""What it costs to audit a classification of transactions: its certificates replayed, its anomalies looked up. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_audit.py -n0 --benchmark-timer=time.process_time

and --transactions=100000 for a quick look. The memory is that of the whole process, which has judged before it audits.
"""

from __future__ import annotations

import resource

import pytest

from checkers.models import Data
from checkers.synthetic import Shape, synthesize
from checkers.transactions import check_columns
from checkers.transactions.audit import audit
from checkers.verdict import Status
from histories.transactions import TransactionColumns
from tests.benchmarks.large import list_append, one_component, rw_register

ROUNDS = 3
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


def measure(benchmark, table, name, columns, level="strict-serializable"):
    verdict = check_columns(columns)
    assert verdict.status(level) is Status.HOLDS

    def fresh():
        columns.__dict__.pop("transaction", None)  # what was worked out before
        return (columns, verdict), {}

    assert benchmark.pedantic(audit, setup=fresh, rounds=ROUNDS) == []
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    table.append((name, len(columns), benchmark.stats.stats.min, memory))


@pytest.mark.parametrize("part", [100, 10, 1])
def test_lists_of_all_sizes(benchmark, table, pytestconfig, part):
    columns = list_append(pytestconfig.getoption("--transactions") // part)
    measure(benchmark, table, "list-append, 20 clients", columns)


def test_lists_whose_reads_share_nothing(benchmark, table, pytestconfig):
    columns = list_append(pytestconfig.getoption("--transactions"), shared=False)
    measure(benchmark, table, "list-append, each read by itself", columns)


@pytest.mark.parametrize("part", [100, 10, 1])
def test_registers_read_before_they_are_written(benchmark, table, pytestconfig, part):
    columns = rw_register(pytestconfig.getoption("--transactions") // part, blind=False)
    measure(benchmark, table, "rw-register, 20 clients, no blind writes", columns)


@pytest.mark.parametrize("level", LEVELS)
def test_weaker_levels(benchmark, table, pytestconfig, level):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    shape = Shape(level=level, data=Data.LIST_APPEND, transactions=count, keys=20, processes=20)
    measure(benchmark, table, f"list-append, {level}", TransactionColumns.of(synthesize(shape)), level)


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_anomalies_of_one_strong_component(benchmark, table, count):
    measure(benchmark, table, "list-append, one strong component", one_component(count), "prefix")
