"""What each concurrency control forbids never happens, and what it allows does: by random schedules and an oracle."""

import attrs
import pytest

from systems.locking import RecklessUpgrades
from systems.mvcc import FirstCommitterWins, LastCommitterWins, TornDatabase
from systems.serializable import DangerousStructures, ForgetfulDatabase, HastyDatabase
from tests.oracles.isolation import satisfied
from tests.schedules import Locks, Snapshots, histories, list_transactions, row_transactions

SCHEDULES = 300


def snapshots(database_type):
    return lambda random: Snapshots(database_type(), random)


def locks(level, **options):
    return lambda _: Locks(level, **options)


@attrs.frozen
class Row:
    """A concurrency control: the model that always holds, and those that do not, on lists and on rows."""

    make: object
    holds: str
    violated_on_lists: frozenset
    violated_on_rows: frozenset


CONTROLS = {
    "first committer wins": Row(
        snapshots(FirstCommitterWins),
        "snapshot-isolation",
        frozenset({"repeatable-read", "serializable", "strong-snapshot-isolation"}),
        frozenset({"serializable"}),
    ),
    "dangerous structures": Row(
        snapshots(DangerousStructures),
        "serializable",
        frozenset({"strict-serializable"}),
        frozenset({"strict-serializable"}),
    ),
    "locks, read uncommitted": Row(
        locks("read-uncommitted"), "read-uncommitted", frozenset({"read-committed"}), frozenset({"read-committed"})
    ),
    "locks, read committed": Row(
        locks("read-committed"),
        "read-committed",
        frozenset({"cursor-stability", "repeatable-read", "snapshot-isolation"}),
        frozenset({"serializable", "snapshot-isolation"}),
    ),
    "locks, repeatable read": Row(
        locks("repeatable-read"), "repeatable-read", frozenset(), frozenset({"serializable", "snapshot-isolation"})
    ),
    "locks, serializable": Row(locks("serializable"), "strict-serializable", frozenset(), frozenset()),
}


@pytest.mark.parametrize("name", CONTROLS)
@pytest.mark.parametrize("transactions", [list_transactions, row_transactions], ids=["lists", "rows"])
@pytest.mark.parametrize("count", [SCHEDULES, pytest.param(4 * SCHEDULES, marks=pytest.mark.slow)])
def test_a_control_is_as_strong_as_it_claims_and_no_stronger(name, transactions, count):
    row = CONTROLS[name]
    always = frozenset.intersection(*(satisfied(history) for _, history in histories(row.make, transactions, count)))
    assert row.holds in always
    shown = row.violated_on_lists if transactions is list_transactions else row.violated_on_rows
    assert not shown & always, "some of these should have been violated, and never were"


MISTAKES = {
    "commits overwrite what is newer": (snapshots(LastCommitterWins), "snapshot-isolation", list_transactions),
    "commits are torn": (snapshots(TornDatabase), "snapshot-isolation", row_transactions),
    "reads are forgotten": (snapshots(ForgetfulDatabase), "serializable", list_transactions),
    "every snapshot is safe": (snapshots(HastyDatabase), "serializable", list_transactions),
    "shared locks are upgraded": (
        locks("repeatable-read", table_type=RecklessUpgrades),
        "repeatable-read",
        list_transactions,
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_breaks_the_claim(name):
    make, claim, transactions = MISTAKES[name]
    assert any(claim not in satisfied(history) for _, history in histories(make, transactions, SCHEDULES))
