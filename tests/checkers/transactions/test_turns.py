"""When the writers of registers took turns: found exactly where there are such moments."""

from random import Random

import attrs
import numpy as np
import pytest

from checkers.budget import Budget
from checkers.models import Data
from checkers.synthetic import Shape, synthesize
from checkers.transactions import check_columns, check_transactions
from checkers.transactions.audit import audit
from checkers.transactions.conditions import Order
from checkers.transactions.layouts import Layout
from checkers.transactions.lists import Lists
from checkers.transactions.registers import Registers
from checkers.transactions.turns import turns
from checkers.transactions.versions import accesses
from checkers.verdict import Status
from histories.transactions import READ, TransactionColumns
from tests.benchmarks.large import rw_register
from tests.micro import history
from tests.oracles.isolation import satisfied
from tests.oracles.random_transactions import random_history

MODEL = "strict-serializable"
ABOUT_READS = {"G1a", "G1b", "garbage-read", "internal", "future-read"}


def moments_of(columns, layout, order):
    is_list = np.zeros(len(columns.keys), dtype=bool)
    found = accesses(columns, Lists.of(columns, is_list), Registers.of(columns, is_list))
    return turns(found, layout, order, Budget())


def turns_of(columns):
    found = moments_of(columns, Layout.SERIAL, Order.REALTIME)
    return None if found is None else found.commits.tolist()


def order(text):
    return turns_of(TransactionColumns.of(history(text)))


def test_a_read_tells_which_of_two_concurrent_writes_came_last():
    assert order("T1: w(x,1)\nT2: w(x,2)\n---\nT3: r(x,1)") == [1, 0, 2]
    assert order("T1: w(x,1)\nT2: w(x,2)\n---\nT3: r(x,2)") == [0, 1, 2]


def test_versions_follow_those_that_their_writers_read():
    assert order("T1: r(x,nil) w(x,1)\nT2: r(x,3) w(x,2)\nT3: r(x,1) w(x,3)") == [0, 2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "T1: w(x,1)\n---\nT2: w(x,2)\n---\nT3: r(x,1)",
        "T1: w(x,1) w(y,1)\nT2: w(x,2) w(y,2)\n---\nT3: r(x,1) r(y,2)",
        "T1: r(x,nil) w(x,1)\nT2: r(x,nil) w(x,2)",
        "T1: r(x,2) w(x,1)\nT2: r(x,1) w(x,2)",
        "T1: r(x,nil) w(y,1)\nT2: r(y,nil) w(x,1)",
        "T1: w(x,1)\nT2: w(x,2) r(x,1)",
    ],
    ids=["stale read", "two orders at once", "lost update", "in a circle", "write skew", "not its own"],
)
def test_where_nobody_can_have_taken_turns_none_are_found(text):
    assert order(text) is None


def agreeing(seeds):
    """How many of random histories have turns; they have them exactly if they are strict serializable by definition."""
    found = 0
    for seed in seeds:
        random = random_history(Random(seed), Data.RW_REGISTER)
        if not any(operation.ok for operation in random):
            continue
        if ABOUT_READS & {anomaly.type for anomaly in check_transactions(random).anomalies}:
            continue
        taken = turns_of(TransactionColumns.of(random)) is not None
        assert taken == (MODEL in satisfied(random)), seed
        found += taken
    return found


def test_turns_are_found_exactly_where_the_definition_is_met():
    assert agreeing(range(400)) > 20


@pytest.mark.slow
def test_turns_are_found_exactly_where_the_definition_is_met_many_times():
    assert agreeing(range(1000, 2000)) > 50


@pytest.mark.parametrize("clients", [3, 20, 60])
@pytest.mark.parametrize("blind", [True, False])
def test_the_certificate_of_a_larger_history_replays(clients, blind):
    columns = rw_register(3_000, seed=clients, clients=clients, blind=blind)
    assert turns_of(columns) is not None
    classification = check_columns(columns)
    assert classification.status(MODEL) is Status.HOLDS
    assert audit(columns, classification) == []


@pytest.mark.parametrize("level", ["strict-serializable", "serializable", "strong-session-serializable", "prefix"])
def test_a_legal_history_with_blind_writes_has_a_certificate(level):
    past = synthesize(Shape(level=level, data=Data.RW_REGISTER, transactions=600, processes=12, seed=3))
    found = check_transactions(past)
    assert found.status(level) is Status.HOLDS
    assert audit(past, found) == []


@pytest.mark.parametrize("level", ["strong-snapshot-isolation", "snapshot-isolation"])
def test_snapshots_start_in_turns_as_well(level):
    past = synthesize(Shape(level=level, data=Data.RW_REGISTER, transactions=600, processes=12, seed=3))
    found = check_transactions(past)
    assert found.status(level) is Status.HOLDS
    assert found.models[level].certificate.starts is not None
    assert audit(past, found) == []


def replayed(past, found):
    """Whether each transaction reads what the commits before its start have left."""
    commits = [past.operations[row] for row in found.commits.tolist()]
    for transaction, start in zip(commits, found.starts.tolist(), strict=True):
        store = {key: value for other in commits[:start] for f, key, value in other.value if f == "w"}
        for f, key, value in transaction.result or []:
            if f == "r" and store.get(key) != value:
                return False
            store[key] = value
    return True


@pytest.mark.parametrize(
    ("level", "layout", "order"),
    [
        ("prefix", Layout.PREFIX, Order.NONE),
        ("strong-session-prefix", Layout.PREFIX, Order.SESSION),
        ("snapshot-isolation", Layout.SNAPSHOT, Order.NONE),
    ],
)
def test_each_transaction_reads_what_so_many_commits_have_left(level, layout, order):
    past = synthesize(Shape(level=level, data=Data.RW_REGISTER, transactions=600, keys=20, seed=7))
    found = moments_of(TransactionColumns.of(past), layout, order)
    assert replayed(past, found)
    assert not replayed(past, attrs.evolve(found, starts=np.arange(len(found.commits))))


def test_in_a_prefix_updates_may_be_lost_but_what_it_shows_is_in_one_order():
    lost = TransactionColumns.of(history("T1: r(x,nil) w(x,1)\nT2: r(x,nil) w(x,2)"))
    assert moments_of(lost, Layout.PREFIX, Order.REALTIME).starts.tolist() == [0, 0]
    assert moments_of(lost, Layout.SNAPSHOT, Order.REALTIME) is None
    fork = "T1: w(x,1)\nT2: w(y,1)\nT3: r(x,1) r(y,nil)\nT4: r(x,nil) r(y,1)"
    assert moments_of(TransactionColumns.of(history(fork)), Layout.PREFIX, Order.REALTIME) is None


def test_a_stale_read_is_found_among_blind_writes():
    columns = rw_register(400, seed=1, clients=4, keys=4)
    value = columns.value.copy()
    reads = [at for at in range(len(value)) if columns.kind[at] == READ and value[at] > 20]
    value[Random(0).choice(reads)] = 3
    broken = check_columns(attrs.evolve(columns, value=value))
    assert broken.status(MODEL) is Status.VIOLATED
