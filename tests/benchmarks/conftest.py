"""How large the benchmarks of transactions are, and the table that they print at the end."""

from __future__ import annotations

import platform
import time

import numpy as np
import pytest

SORTED = 10_000_000


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


def pytest_addoption(parser):
    parser.addoption("--transactions", type=int, default=1_000_000, help="the size of the largest histories")
