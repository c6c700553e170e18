"""What a client wants of a transaction, step by step, with no node around it."""

import pytest

from systems.system import DefiniteError, IndefiniteError
from systems.transactions.procedures import PROCEDURES
from systems.transactions.steps import Step
from systems.transactions.transaction import Transaction


def played(f, value, *answers):
    """The steps that an operation takes, as (verb, key, value), and its result, when it is answered so."""
    transaction = Transaction(PROCEDURES[f], value, "c", 7)
    steps, left = [], list(answers)
    step = transaction.next(None)
    while step is not None:
        steps.append((step.verb, step.key, step.value))
        step = transaction.next(("ok", left.pop(0)))
    assert not left
    return steps, transaction.result


def test_micro_operations_are_steps_and_what_was_read_is_filled_in():
    steps, result = played("txn", [["r", 1, None], ["append", 1, 5], ["w", 2, 6]], (4,), None, None)
    assert steps == [("read", 1, None), ("append", 1, 5), ("write", 2, 6)]
    assert result == [("r", 1, (4,)), ("append", 1, 5), ("w", 2, 6)]


def test_rows_are_inserted_deleted_and_scanned():
    asked = [["insert", 1, 5], ["delete", 2, None], ["rp", ["range", 0, 9], None]]
    steps, result = played("txn", asked, None, None, ((1, 5),))
    assert steps == [("write", 1, 5), ("write", 2, None), ("scan", (0, 9), None)]
    assert result == [("insert", 1, 5), ("delete", 2, None), ("rp", ["range", 0, 9], ((1, 5),))]


def test_a_transfer_reads_both_accounts_and_writes_both():
    steps, result = played("transfer", {"from": 1, "to": 2, "amount": 30}, None, (50, "c/3"), None, None)
    assert steps == [("read", 1, None), ("read", 2, None), ("write", 1, (70, "c/7")), ("write", 2, (80, "c/7"))]
    assert result == [("r", 1, None), ("r", 2, (50, "c/3")), ("w", 1, (70, "c/7")), ("w", 2, (80, "c/7"))]


def test_nothing_is_transferred_that_is_not_there():
    with pytest.raises(DefiniteError, match="account 1 holds 20, less than the 30"):
        played("transfer", {"from": 1, "to": 2, "amount": 30}, (20, "c/3"), None)


def test_all_accounts_are_read():
    assert played("read", [1, 2], None, (7, "c/1"))[1] == [("r", 1, None), ("r", 2, (7, "c/1"))]


def test_steps_are_numbered_and_say_whether_the_transaction_only_reads():
    transaction = Transaction(PROCEDURES["txn"], [["r", 1, None], ["rp", ["range", 0, 1], None]], "c", 7)
    assert transaction.next(None) == Step(7, 0, "read", 1, None, reads_only=True)
    assert transaction.next(("ok", None)).number == 1
    assert transaction.step("commit") == Step(7, 2, "commit", None, None, reads_only=True)
    assert not Transaction(PROCEDURES["txn"], [["r", 1, None], ["w", 1, 2]], "c", 7).next(None).reads_only


def test_a_refusal_is_definite_and_doubt_is_not():
    for answer, error in ((("fail", "no"), DefiniteError), (("info", "who knows"), IndefiniteError)):
        transaction = Transaction(PROCEDURES["txn"], [["r", 1, None], ["r", 2, None]], "c", 7)
        transaction.next(None)
        assert transaction.is_open
        with pytest.raises(error, match=answer[1]):
            transaction.next(answer)
        assert not transaction.is_open


@pytest.mark.parametrize("asked", [[["cas", 1, 2]], [["rp", ["prime"], None]]], ids=["operation", "predicate"])
def test_what_is_not_known_is_refused(asked):
    with pytest.raises(DefiniteError, match="no"):
        played("txn", asked)
