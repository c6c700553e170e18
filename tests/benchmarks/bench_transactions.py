"""What it costs to judge transactions, from arrays to the whole classification with its certificate. Run with

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_transactions.py -n0 --benchmark-timer=time.process_time

and --transactions=100000 for a quick look. The table at the end states the machine, and how long it takes to sort ten
million integers with numpy.
"""

from __future__ import annotations

import pytest

from checkers.models import Data
from checkers.synthetic import LEVELS, Shape, synthesize
from checkers.transactions import check_columns
from checkers.verdict import Status
from histories.transactions import TransactionColumns
from tests.benchmarks.large import list_append, one_component, rw_register


def judged(measure, name, columns, holds=Status.HOLDS, model="strict-serializable"):
    found = measure(check_columns, name, columns).models[model]
    assert found.status is holds
    assert found.certificate is not None or holds is Status.VIOLATED


def test_usual_histories(measure, usual):
    judged(measure, *usual)


@pytest.mark.parametrize("clients", [5, 100])
def test_lists_of_few_and_many_clients(measure, pytestconfig, clients):
    count = pytestconfig.getoption("--transactions") // 10
    judged(measure, f"list-append, {clients} clients", list_append(count, clients=clients))


@pytest.mark.parametrize("part", [100, 10, 1])
def test_registers_with_blind_writes(measure, pytestconfig, part):
    columns = rw_register(pytestconfig.getoption("--transactions") // part)
    judged(measure, "rw-register, 20 clients, blind writes", columns)


@pytest.mark.parametrize("blind", [False, True], ids=["no blind writes", "blind writes"])
@pytest.mark.parametrize("clients", [5, 100])
def test_registers_of_few_and_many_clients(measure, pytestconfig, clients, blind):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    name = f"rw-register, {clients} clients, {'blind' if blind else 'no blind'} writes"
    judged(measure, name, rw_register(count, clients=clients, blind=blind))


@pytest.mark.parametrize("data", [Data.LIST_APPEND, Data.RW_REGISTER])
@pytest.mark.parametrize("level", LEVELS)
def test_what_keeps_a_weaker_level_only(measure, pytestconfig, level, data):
    count = max(1, pytestconfig.getoption("--transactions") // 10)
    columns = TransactionColumns.of(synthesize(Shape(level=level, data=data, transactions=count)))
    judged(measure, f"{data.value}, {level}", columns, model=level)


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_one_strong_component(measure, count):
    judged(measure, "list-append, one strong component", one_component(count), Status.VIOLATED)
