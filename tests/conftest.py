"""What every test gets: async tests run under Trio, and Hypothesis finds the same examples for everybody."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import settings
from trio.testing import trio_test

settings.register_profile("fallacy", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("fallacy")


def pytest_addoption(parser):
    """How long to look for what was never seen."""
    told = "how many histories of transactions of each workload are compared with the definitions"
    parser.addoption("--histories", type=int, default=2_000, help=told)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run an async test function with Trio; it takes fixtures as any other does."""
    if inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = trio_test(pyfuncitem.obj)
