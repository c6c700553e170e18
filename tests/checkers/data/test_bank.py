"""Bank: every read comes to the same total."""

from __future__ import annotations

import random

import pytest

from checkers.audit import audit
from checkers.data import check_bank
from checkers.data.bank import MISSING, NEGATIVE, UNEXPECTED, WRONG_TOTAL
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome


def bank(*reads):
    """A history of reads one after another; None stands for a read that failed."""
    return History(
        operations=tuple(
            Operation(
                index=2 * number,
                end=2 * number + 1,
                process=number,
                f="read",
                result=read,
                outcome=Outcome.FAIL if read is None else Outcome.OK,
            )
            for number, read in enumerate(reads)
        )
    )


def types(classification):
    return {anomaly.type for anomaly in classification.anomalies}


@pytest.mark.parametrize(
    ("reads", "options", "expected"),
    [
        ([{0: 10, 1: 10}, {0: 5, 1: 15}], {}, set()),
        ([{0: 10, 1: 10}, None, {"0": 5, "1": 15}], {}, set()),
        ([{0: 10, 1: 10}, {0: 5, 1: 10}], {}, {WRONG_TOTAL}),
        ([{0: 10, 1: 10}], {"total": 20}, set()),
        ([{0: 10, 1: 10}], {"total": 100}, {WRONG_TOTAL}),
        ([{0: -10, 1: 30}], {}, {NEGATIVE}),
        ([{0: -10, 1: 30}], {"negative_balances": True}, set()),
        ([{0: 10, 1: 10}, {0: 20}], {}, {MISSING}),
        ([{0: 10, 1: 10}, {0: 20, 1: None}], {}, {MISSING}),
        ([{0: 10}, {0: 5, 1: 5}], {}, {UNEXPECTED}),
        ([{0: 10}], {"accounts": [0, 1]}, {MISSING}),
        ([{0: 10, 1: 10}, {0: -1, 1: 5}], {}, {NEGATIVE, WRONG_TOTAL}),
    ],
)
def test_textbook_banks(reads, options, expected):
    judged = check_bank(bank(*reads), **options)
    assert not audit(bank(*reads), judged).wrong
    assert types(judged) == expected
    assert judged.status("bank") is (Status.VIOLATED if expected else Status.HOLDS)


def test_nothing_is_known_of_a_bank_that_nobody_read():
    assert check_bank(bank(None)).status("bank") is Status.UNKNOWN


def test_a_wrong_total_is_named_with_the_read_it_disagrees_with():
    (wrong,) = check_bank(bank({0: 10, 1: 10}, {0: 5, 1: 10})).anomalies
    assert wrong.operations == (0, 2)
    assert wrong.explanation == (
        "The read #2 (process 1) comes to 15, 5 less than 20, which the first read, #0 (process 0), came to"
    )
    (wrong,) = check_bank(bank({0: 5, 1: 20}), total=20).anomalies
    assert wrong.explanation == "The read #0 (process 0) comes to 25, 5 more than 20, which it must be"


@pytest.mark.parametrize("result", [3, [1], {"a": "b"}, {"a": True}, {"a": 0.1}, {"a": [1]}])
def test_what_is_no_map_of_balances_is_refused(result):
    with pytest.raises(HistoryError, match="expected a map of account to balance"):
        check_bank(bank(result))


def test_what_is_no_bank_is_refused():
    with pytest.raises(HistoryError, match="expected one of read, transfer"):
        check_bank(History(operations=(Operation(index=0, process=0, f="add", outcome=Outcome.INFO),)))


def test_planted_anomalies_in_a_large_history_are_found_and_nothing_else():
    luck, balances, reads = random.Random(7), dict.fromkeys(range(8), 50), []
    for _ in range(5_000):
        giver, taker = luck.sample(range(8), 2)
        amount = luck.randint(0, balances[giver])
        balances[giver] -= amount
        balances[taker] += amount
        reads.append(dict(balances))
    assert check_bank(bank(*reads)).status("bank") is Status.HOLDS
    reads[3_000][4] += 1
    reads[4_000] = dict.fromkeys(range(8), 50) | {2: -1, 3: 101}
    judged = check_bank(bank(*reads))
    assert [(a.type, a.operations[-1]) for a in judged.anomalies] == [(WRONG_TOTAL, 6_000), (NEGATIVE, 8_000)]


def test_of_many_anomalies_of_a_type_some_are_kept_and_all_are_counted():
    judged = check_bank(bank({0: 1}, *({0: n} for n in range(2, 500))))
    assert len(judged.anomalies) == 100
    assert judged.status("bank") is Status.VIOLATED
