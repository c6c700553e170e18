"""The order of versions of registers that are read before they are written."""

from random import Random

import numpy as np
import pytest

from checkers.budget import Budget
from checkers.models import Data
from checkers.transactions import check_columns, check_transactions
from checkers.transactions.audit import audit
from checkers.transactions.judge import Judge
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from checkers.transactions.updates import update_order
from checkers.transactions.versions import accesses
from checkers.verdict import Status
from histories.transactions import TransactionColumns
from tests.benchmarks.large import rw_register
from tests.micro import history
from tests.oracles.isolation import satisfied
from tests.oracles.random_transactions import random_history


def registers(columns):
    is_list = np.zeros(len(columns.keys), dtype=bool)
    return accesses(columns, Lists.of(columns, is_list), Registers.of(columns, is_list))


def order(text):
    found = registers(TransactionColumns.of(history(text)))
    sequence = update_order(found)
    return None if sequence is None else found.writer[sequence].tolist()


def test_versions_follow_those_that_their_writers_read():
    assert order("T1: r(x, nil) w(x, 1)\nT2: r(x, 3) w(x, 2)\nT3: r(x, 1) w(x, 3)") == [0, 2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "T1: r(x, nil) w(x, 1)\nT2: w(x, 2)",
        "T1: r(x, nil) w(x, 1)\nT2: r(x, nil) w(x, 2)",
        "T1: r(x, nil) w(x, 1)\nT2: r(x, 1) w(x, 2)\nT3: r(x, 1) w(x, 3)",
        "T1: r(x, 2) w(x, 1)\nT2: r(x, 1) w(x, 2)",
    ],
    ids=["not read", "both first", "both next", "in a circle"],
)
def test_where_they_are_in_no_row_nothing_is_said(text):
    assert order(text) is None


def test_a_large_history_is_scheduled_in_that_order_and_its_certificate_replays():
    columns = rw_register(3_000, blind=False)
    found = registers(columns)
    sequence = update_order(found)
    assert sorted(sequence.tolist()) == list(range(len(found.writer)))
    assert (np.diff(found.version_key[sequence]) >= 0).all()
    classification = check_columns(columns)
    assert classification.status("strict-serializable") is Status.HOLDS
    assert audit(columns, classification) == []


def test_what_it_shows_is_so_by_definition():
    shown = 0
    for seed in range(400):
        random = random_history(Random(seed), Data.RW_REGISTER)
        if any(operation.ok for operation in random):
            updated = Judge(accesses=registers(TransactionColumns.of(random)), budget=Budget()).updated
            found = check_transactions(random).status("strict-serializable")
            shown += updated is not None and found is Status.HOLDS
            assert (found is Status.HOLDS) == ("strict-serializable" in satisfied(random))
    assert shown > 20
