"""What it costs to judge transactions, from arrays to the whole classification with its certificate. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_transactions.py -n0 --benchmark-timer=time.process_time

and --transactions=100000 for a quick look. The table at the end states the machine, and how long it takes to sort ten
million integers with numpy.
"""

from __future__ import annotations

import resource

import pytest

from checkers.models import Data
from checkers.synthetic import LEVELS, Shape, synthesize
from checkers.transactions import check_columns
from checkers.verdict import Status
from histories.transactions import TransactionColumns
from tests.benchmarks.large import list_append, one_component, rw_register

ROUNDS = 3


def measure(benchmark, table, name, columns, holds=Status.HOLDS, model="strict-serializable"):
    def fresh():
        columns.__dict__.pop("transaction", None)  # what was worked out the last time
        return (columns,), {}

    found = benchmark.pedantic(check_columns, setup=fresh, rounds=ROUNDS)
    assert found.status(model) is holds
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    table.append((name, len(columns), benchmark.stats.stats.min, memory))


@pytest.mark.parametrize("part", [100, 10, 1])
def test_lists_of_all_sizes(benchmark, table, pytestconfig, part):
    count = pytestconfig.getoption("--transactions") // part
    measure(benchmark, table, "list-append, 20 clients", list_append(count))


@pytest.mark.parametrize("clients", [5, 100])
def test_lists_of_few_and_many_clients(benchmark, table, pytestconfig, clients):
    count = pytestconfig.getoption("--transactions") // 10
    measure(benchmark, table, f"list-append, {clients} clients", list_append(count, clients=clients))


def test_lists_whose_reads_share_nothing(benchmark, table, pytestconfig):
    columns = list_append(pytestconfig.getoption("--transactions"), shared=False)
    measure(benchmark, table, "list-append, each read by itself", columns)


@pytest.mark.parametrize("part", [100, 10, 1])
def test_registers_read_before_they_are_written(benchmark, table, pytestconfig, part):
    columns = rw_register(pytestconfig.getoption("--transactions") // part, blind=False)
    measure(benchmark, table, "rw-register, 20 clients, no blind writes", columns)


@pytest.mark.parametrize("part", [100, 10, 1])
def test_registers_with_blind_writes(benchmark, table, pytestconfig, part):
    columns = rw_register(pytestconfig.getoption("--transactions") // part)
    measure(benchmark, table, "rw-register, 20 clients, blind writes", columns)


@pytest.mark.parametrize("blind", [False, True], ids=["no blind writes", "blind writes"])
@pytest.mark.parametrize("clients", [5, 100])
def test_registers_of_few_and_many_clients(benchmark, table, pytestconfig, clients, blind):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    name = f"rw-register, {clients} clients, {'blind' if blind else 'no blind'} writes"
    measure(benchmark, table, name, rw_register(count, clients=clients, blind=blind))


@pytest.mark.parametrize("data", [Data.LIST_APPEND, Data.RW_REGISTER])
@pytest.mark.parametrize("level", LEVELS)
def test_what_keeps_a_weaker_level_only(benchmark, table, pytestconfig, level, data):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    columns = TransactionColumns.of(synthesize(Shape(level=level, data=data, transactions=count)))
    measure(benchmark, table, f"{data.value}, {level}", columns, model=level)


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_one_strong_component(benchmark, table, count):
    measure(benchmark, table, "list-append, one strong component", one_component(count), Status.VIOLATED)
