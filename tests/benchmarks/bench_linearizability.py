"""What it costs to judge single objects: many small logs, one large register, values written often, other types.

    pytest -o python_files='bench_*.py' tests/benchmarks/bench_linearizability.py -n0

and on a machine that does other things too, with --benchmark-timer=time.process_time. The logs stand in for the fifty
of etcd that Jepsen made: three clients, some hundred operations on one register of five values, mostly illegal.
"""

from __future__ import annotations

import platform
import random
import resource

import pytest

from checkers.budget import Budget
from checkers.linearizability import (
    CasRegister,
    Counter,
    FetchAndAdd,
    PriorityQueue,
    Queue,
    Register,
    Set,
    Stack,
    UniqueIds,
    check_linearizable,
)
from checkers.linearizability.columns import linearizable, linearization
from checkers.verdict import Status
from histories import History, Outcome
from tests.benchmarks.large import as_history, lived, registers
from tests.oracles.objects import Object, either, few, pair_of_few, register
from tests.oracles.random_histories import of_object

ROUNDS = 3
OBJECTS = {
    "queue": Queue,
    "stack": Stack,
    "priority-queue": PriorityQueue,
    "set": Set,
    "counter": Counter,
    "fetch-and-add": FetchAndAdd,
    "unique-ids": UniqueIds,
}


def told(benchmark, count):
    """Beside the time: the rate, the memory, and the machine."""
    benchmark.extra_info["operations a second"] = round(count / benchmark.stats.stats.min)
    benchmark.extra_info["megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    benchmark.extra_info["machine"] = f"{platform.machine()}, Python {platform.python_version()}"


def fresh(history):
    """The same without what was worked out before."""
    return History(operations=history.operations)


def test_fifty_small_logs_are_judged(benchmark):
    thing = Object(None, register, either(("read", None), ("write", few), ("cas", pair_of_few)))
    luck = random.Random(0)
    logs = [of_object(luck, thing, count_max=120, processes_max=4, mutations=n % 5 > 0) for n in range(50)]
    count = sum(map(len, logs))

    def judge(histories):
        return [check_linearizable(history, CasRegister()).status("linearizable") for history in histories]

    def fifty():
        return ([History(operations=log) for log in logs],), {}

    statuses = benchmark.pedantic(judge, setup=fifty, rounds=5 * ROUNDS)
    assert set(statuses) == {Status.HOLDS, Status.VIOLATED}
    told(benchmark, count)


@pytest.mark.parametrize("clients", [5, 100])
@pytest.mark.parametrize("count", [10**4, 10**5, 10**6])
@pytest.mark.parametrize("method", [linearizable, linearization], ids=["verdict", "order"])
def test_a_register_with_unique_values_is_judged_from_arrays(benchmark, method, count, clients):
    columns, _ = registers(count, clients=clients)
    found = benchmark.pedantic(method, (columns,), rounds=ROUNDS)
    assert found is True or len(found) > count * 0.9
    told(benchmark, len(columns.calls))


@pytest.mark.parametrize("clients", [5, 100])
@pytest.mark.parametrize("count", [10**4, 10**5, 10**6])
def test_a_register_with_unique_values_is_judged_from_a_history(benchmark, count, clients):
    history = as_history(*registers(count, clients=clients))

    def once():
        return (fresh(history), Register()), {}

    verdict = benchmark.pedantic(check_linearizable, setup=once, rounds=ROUNDS)
    assert verdict.status("linearizable") is Status.HOLDS
    told(benchmark, len(history))


@pytest.mark.parametrize("uncertain", [0.0, 0.05])
def test_values_written_five_times_are_judged_or_unknown_in_ten_seconds(benchmark, uncertain):
    history = as_history(*registers(10**5, clients=20, repeated=5, uncertain=uncertain))

    def once():
        return (fresh(history), Register(), Budget(seconds=10)), {}

    verdict = benchmark.pedantic(check_linearizable, setup=once, rounds=1)
    assert verdict.status("linearizable") in {Status.HOLDS, Status.UNKNOWN}
    told(benchmark, len(history))
    benchmark.extra_info["verdict"] = verdict.models["linearizable"].because


@pytest.mark.parametrize("clients", [5, 100])
@pytest.mark.parametrize("count", [10**4, 10**5])
@pytest.mark.parametrize("name", OBJECTS)
def test_other_objects_are_judged(benchmark, name, count, clients):
    history = lived(name, count, clients=clients)
    assert all(o.outcome is Outcome.OK for o in history)

    def once():
        return (fresh(history), OBJECTS[name]()), {}

    verdict = benchmark.pedantic(check_linearizable, setup=once, rounds=ROUNDS)
    assert verdict.status("linearizable") is Status.HOLDS
    assert not verdict.statistics["objects searched"]
    told(benchmark, count)
