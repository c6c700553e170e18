"""Registers whose writes nobody read first: their order is found, quickly, and never guessed wrong."""

from __future__ import annotations

from random import Random

import attrs
import pytest

from checkers.budget import Budget
from checkers.models import Data
from checkers.synthetic import Shape, synthesize
from checkers.transactions import check_columns, check_transactions
from checkers.transactions.accesses import INITIAL
from checkers.transactions.audit import audit
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from checkers.transactions.relations import dependencies
from checkers.transactions.schedule import beyond_real_time
from checkers.transactions.versions import accesses, list_keys
from checkers.transactions.windows import Windows
from checkers.verdict import Status
from tests.benchmarks.large import rw_register


def windows_of(columns):
    """The accesses of a history of registers, and the windows of its transactions."""
    is_list = list_keys(columns)
    found = accesses(columns, Lists.of(columns, is_list), Registers.of(columns, is_list))
    parts = dependencies(found)
    vertices = max(part.vertices for part in parts)
    return found, Windows(found, vertices, *beyond_real_time(columns, vertices, parts))


@pytest.mark.parametrize("seed", range(5))
def test_hints_say_what_was_written_first(seed):
    columns = rw_register(500, seed=seed, clients=10, keys=5, writes_max=30)
    found, windows = windows_of(columns)
    value = columns.value[found.written_at]  # the values of a key are numbered as they were written
    assert len(windows.hints) > len(columns) // 20
    for left, right, is_rw in zip(windows.hints.left, windows.hints.right, windows.hints.type, strict=True):
        first = found.version[left] if is_rw else left
        assert first != INITIAL
        assert value[first] < value[right]


@pytest.mark.parametrize("clients", [3, 10, 40])
def test_blind_writes_are_put_in_order(clients):
    columns = rw_register(1500, seed=clients, clients=clients)
    found = check_columns(columns, budget=Budget(configurations=200_000))
    assert found.status("strict-serializable") is Status.HOLDS


@pytest.mark.parametrize("level", ["strict-serializable", "serializable", "snapshot-isolation"])
def test_a_legal_history_with_blind_writes_has_a_certificate(level):
    shape = Shape(level=level, data=Data.RW_REGISTER, transactions=600, processes=12, seed=3)
    history = synthesize(shape)
    found = check_transactions(history)
    assert found.status(level) is Status.HOLDS
    assert list(audit(history, found)) == []


def test_a_stale_read_is_found_among_blind_writes():
    columns = rw_register(400, seed=1, clients=4, keys=4)
    luck = Random(0)
    value = columns.value.copy()
    reads = [at for at in range(len(value)) if columns.kind[at] == 0 and value[at] > 20]
    value[luck.choice(reads)] = 3
    broken = check_columns(attrs.evolve(columns, value=value))
    assert broken.status("strict-serializable") is Status.VIOLATED
