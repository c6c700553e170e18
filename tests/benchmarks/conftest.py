"""How large the benchmarks of transactions are, on which histories, and the table that they print at the end."""

from __future__ import annotations

import platform
import resource
import time

import numpy as np
import pytest

from tests.benchmarks.large import list_append, rw_register

SORTED = 10_000_000
ROUNDS = 3

USUAL = {
    "list-append, 20 clients": (list_append, {}, (100, 10, 1)),
    "list-append, each read by itself": (list_append, {"shared": False}, (1,)),
    "rw-register, 20 clients, no blind writes": (rw_register, {"blind": False}, (100, 10, 1)),
}
"""How they are made, and which parts of the largest size they have."""


def yardstick():
    """The CPU seconds that a sort of random integers takes."""
    numbers = np.random.default_rng(0).integers(0, 1 << 62, SORTED)
    began = time.process_time()
    np.argsort(numbers)
    return time.process_time() - began


@pytest.fixture(scope="module")
def table(request):
    """Rows to be printed at the end."""
    rows = []
    yield rows
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        machine = platform.processor() or platform.machine()
        print(f"\n\n{machine}, numpy {np.__version__}, one core; argsort of {SORTED:,}: {yardstick():.2f} s")  # noqa: T201
        print(f"{'history':42}{'transactions':>13}{'seconds':>9}{'per second':>12}{'MB at most':>12}")  # noqa: T201
        for name, count, seconds, memory in rows:
            print(f"{name:42}{count:13,}{seconds:9.2f}{count / seconds:12,.0f}{memory:12,}")  # noqa: T201


@pytest.fixture
def measure(benchmark, table):
    """Do something with columns, several times, and tell what it cost; what it gave."""

    def done(work, name, columns, *others):
        def fresh():
            columns.__dict__.pop("transaction", None)  # what was worked out the last time
            return (columns, *others), {}

        result = benchmark.pedantic(work, setup=fresh, rounds=ROUNDS)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        table.append((name, len(columns), benchmark.stats.stats.min, memory))
        return result

    return done


@pytest.fixture(params=[(name, part) for name, (_, _, parts) in USUAL.items() for part in parts], ids=str)
def usual(request, pytestconfig):
    """The name and the columns of each of the usual histories."""
    name, part = request.param
    make, shape, _ = USUAL[name]
    return name, make(pytestconfig.getoption("--transactions") // part, **shape)


def pytest_addoption(parser):
    parser.addoption("--transactions", type=int, default=1_000_000, help="the size of the largest histories")
