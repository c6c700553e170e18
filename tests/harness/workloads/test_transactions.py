"""What the workloads of transactions ask for, and how a bank is judged."""

from collections import Counter

import attrs
import pytest

from checkers.budget import Budget
from checkers.verdict import Classification, Finding, Status
from harness.generators import simulate
from harness.test import Test
from harness.workloads import workload
from harness.workloads.bank import as_transactions
from harness.workloads.micro_operations import Keys
from harness.workloads.workload import AuditError
from histories import Event, EventType, History, Outcome

TRANSACTIONAL = ("list-append", "rw-register", "write-skew", "long-fork", "phantom")


def asked(name, *, most=2000, seed=0, **options):
    """The first transactions of a workload."""
    test = Test(workload=name, **options)
    plans = simulate(workload(name).generator(test), threads=10, seed=seed, most=most)
    return [plan.invocation.value for plan in plans]


@pytest.mark.parametrize("name", TRANSACTIONAL)
def test_no_value_is_written_twice_to_a_key(name):
    writes = [(key, value) for micros in asked(name) for f, key, value in micros if f in ("w", "append", "insert")]
    assert len(writes) == len(set(writes)) > 300


@pytest.mark.parametrize("name", TRANSACTIONAL)
def test_equal_seeds_ask_for_the_same_and_others_for_something_else(name):
    assert asked(name, most=50) == asked(name, most=50)
    assert name == "write-skew" or asked(name, most=50) != asked(name, most=50, seed=1)


def test_keys_are_asked_for_by_rank_and_live_for_a_long_or_a_short_time():
    micros = [micro for value in asked("list-append", most=8000, keys=4) for micro in value]
    by_place = Counter(key % 4 for _, key, _ in micros)
    assert by_place[0] > by_place[1] > by_place[2] > by_place[3]
    lives = Counter(key for _, key, _ in micros)
    long, short = (sorted(n for key, n in lives.items() if key % 4 == place)[1:-1] for place in (0, 1))
    assert 4 * max(short) < min(long)


def test_every_share_leads_to_a_key_that_is_in_use():
    keys = Keys(5, 200)
    assert {keys.at(0, share / 1000) for share in range(1001)} == set(range(5))


def test_registers_are_read_before_they_are_written():
    for micros in asked("rw-register", most=500):
        for place, (f, key, _) in enumerate(micros):
            assert f == "r" or micros[place - 1][:2] == ("r", key)


def test_rows_are_inserted_once_and_deleted_at_most_once_and_later():
    at = {"insert": {}, "delete": {}}
    for number, micros in enumerate(asked("phantom")):
        for f, key, _ in micros:
            if f in at:
                assert key not in at[f]
                at[f][key] = number
    assert len(at["insert"]) > 300
    assert len(at["delete"]) > 30
    assert all(at["insert"].get(key, 0) < number for key, number in at["delete"].items())


@pytest.mark.parametrize("name", TRANSACTIONAL)
def test_at_the_end_every_client_reads_what_was_in_use_last(name):
    test = Test(workload=name, keys=2)
    final = workload(name).final(test, list(range(100)))
    plans = simulate(final, threads=test.clients, most=10_000)
    assert {plan.thread for plan in plans} == set(range(test.clients))
    assert {f for plan in plans for f, _, _ in plan.invocation.value} <= {"r", "rp"}


def bank(*operations):
    """A history of a bank in which one operation comes after the other: (process, f, value, outcome, result)."""
    events = []
    for process, f, value, outcome, result in operations:
        for kind, said in ((EventType.INVOKE, value), (EventType(outcome), result)):
            index = len(events)
            events.append(Event(index=index, time=index, type=kind, process=process, f=f, value=said))
    return History.of(events)


def moved(source, target, amount, before, after, name):
    """A transfer that took place."""
    (a, b), (c, d) = before, after
    return (
        {"from": source, "to": target, "amount": amount},
        "ok",
        [["r", source, a], ["r", target, b], ["w", source, [c, name]], ["w", target, [d, name]]],
    )


TWO = [0, 1]
FIRST = (0, "transfer", *moved(0, 1, 10, (None, None), (90, 110), "client-0/0"))


def test_a_bank_that_keeps_its_money_is_fine():
    look = (1, "read", TWO, "ok", [["r", 0, [90, "client-0/0"]], ["r", 1, [110, "client-0/0"]]])
    verdict = workload("bank").check(bank(FIRST, look), Budget())
    assert verdict.status("bank") is verdict.status("strict-serializable") is Status.HOLDS


def test_a_bank_that_loses_an_update_has_the_wrong_total_and_it_is_known_why():
    second = (1, "transfer", *moved(0, 1, 5, (None, [110, "client-0/0"]), (95, 115), "client-1/0"))
    look = (2, "read", TWO, "ok", [["r", 0, [95, "client-1/0"]], ["r", 1, [115, "client-1/0"]]])
    verdict = workload("bank").check(bank(FIRST, second, look), Budget())
    assert {"wrong-total", "lost-update"} <= {anomaly.type for anomaly in verdict.anomalies}
    assert verdict.status("bank") is verdict.status("snapshot-isolation") is Status.VIOLATED
    wrong = next(anomaly for anomaly in verdict.anomalies if anomaly.type == "wrong-total")
    assert wrong.operations == (4, 0, 2)
    assert "comes to 210, 10 more than 200" in wrong.explanation
    assert "The transfer #0 moved 10 from account 0 to 1, but the transfer #2 also found account 0 at 100" in (
        wrong.explanation
    )
    assert "10 was made out of nothing" in wrong.explanation


def test_a_look_at_half_a_transfer_is_told_as_such():
    look = (1, "read", TWO, "ok", [["r", 0, [90, "client-0/0"]], ["r", 1, None]])
    verdict = workload("bank").check(bank(FIRST, look), Budget())
    wrong = next(anomaly for anomaly in verdict.anomalies if anomaly.type == "wrong-total")
    assert wrong.operations == (2, 0)
    assert "#2 saw account 0 after it and account 1 before it, so it saw the transfer half done" in wrong.explanation


def test_a_total_that_the_known_transfers_do_not_account_for_is_only_stated():
    look = (1, "read", TWO, "ok", [["r", 0, [50, "client-7/7"]], ["r", 1, None]])
    verdict = workload("bank").check(bank(FIRST, look), Budget())
    wrong = next(anomaly for anomaly in verdict.anomalies if anomaly.type == "wrong-total")
    assert wrong.operations == (2,)
    assert "half" not in wrong.explanation


def test_an_audit_verifies_both_halves_of_a_banks_verdict():
    second = (1, "transfer", *moved(0, 1, 5, (None, [110, "client-0/0"]), (95, 115), "client-1/0"))
    look = (2, "read", TWO, "ok", [["r", 0, [95, "client-1/0"]], ["r", 1, [115, "client-1/0"]]])
    history = bank(FIRST, second, look)
    verdict = workload("bank").check(history, Budget())
    assert workload("bank").audit(history, verdict).wrong == ()
    assert workload("bank").audit(history, verdict).verified > 2
    right = (2, "read", TWO, "ok", [["r", 0, [85, "client-1/0"]], ["r", 1, [115, "client-1/0"]]])
    assert workload("bank").audit(bank(FIRST, second, right), verdict).wrong


def test_a_verdict_that_its_evidence_does_not_bear_out_is_none():
    def all_is_well(_history, _budget):
        return Classification(models={"serializable": Finding(status=Status.HOLDS, because="so they say")})

    with pytest.raises(AuditError, match="a checker is wrong"):
        attrs.evolve(workload("list-append"), check=all_is_well).judge(bank(FIRST), Budget())


def test_a_transfer_in_doubt_whose_name_is_on_an_account_took_place():
    doubt = (0, "transfer", {"from": 0, "to": 1, "amount": 10}, "info", None)
    look = (1, "read", TWO, "ok", [["r", 0, [90, "client-0/0"]], ["r", 1, [110, "client-0/0"]]])
    first, _ = as_transactions(bank(doubt, look))
    assert first.outcome is Outcome.INFO
    assert first.value == [("w", 0, "90 by client-0/0"), ("w", 1, "110 by client-0/0")]
    assert workload("bank").check(bank(doubt, look), Budget()).status("serializable") is Status.HOLDS


def test_money_of_a_transfer_that_was_refused_is_a_dirty_read():
    refused = (0, "transfer", {"from": 0, "to": 1, "amount": 10}, "fail", None)
    look = (1, "read", TWO, "ok", [["r", 0, [90, "client-0/0"]], ["r", 1, None]])
    verdict = workload("bank").check(bank(refused, look), Budget())
    assert "G1a" in {anomaly.type for anomaly in verdict.anomalies}
