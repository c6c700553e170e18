"""How large the benchmarks of transactions are."""

from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption("--transactions", type=int, default=1_000_000, help="the size of the largest histories")
