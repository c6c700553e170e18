from __future__ import annotations

import pytest

from checkers.budget import Budget
from checkers.linearizability import (
    CasRegister,
    Counter,
    KeyValue,
    Log,
    Register,
    Set,
    UniqueIds,
    check_linearizable,
)
from checkers.verdict import Status
from histories import Event, EventType, History, HistoryError, Operation, Outcome

MODEL = "linearizable"
CAS_REGISTER = CasRegister()


def op(index, end, process, f, value, *, key=None, outcome=Outcome.OK):
    """An operation from `index` to `end`; for a read, `value` is what it read."""
    ok = outcome is Outcome.OK
    asked = None if f == "read" else value
    return Operation(
        index=index, end=end, process=process, f=f, key=key, value=asked, result=value if ok else None, outcome=outcome
    )


def judge(*operations, specification=CAS_REGISTER, **options):
    return check_linearizable(History(operations=operations), specification, **options)


def the_anomaly(*operations):
    verdict = judge(*operations)
    assert verdict.status(MODEL) is Status.VIOLATED
    (anomaly,) = verdict.anomalies
    return anomaly


def test_a_read_of_the_last_completed_write_is_linearizable():
    verdict = judge(op(0, 1, 0, "write", 1), op(2, 3, 1, "read", 1))
    assert verdict.status(MODEL) is Status.HOLDS
    assert verdict.models[MODEL].certificate == {None: (0, 2)}


def test_nothing_to_judge_is_unknown():
    assert judge().status(MODEL) is Status.UNKNOWN
    nemesis_only = History.of([Event(index=0, time=0, type=EventType.INFO, process="nemesis", f="partition")])
    assert check_linearizable(nemesis_only, Register()).status(MODEL) is Status.UNKNOWN


def test_without_real_time_nothing_is_known():
    history = History(operations=(op(0, 1, 0, "write", 1), op(2, 3, 1, "read", None)), real_time=False)
    assert check_linearizable(history, Register()).status(MODEL) is Status.UNKNOWN


def test_a_set_in_which_something_is_twice_is_none():
    added = op(0, 1, 0, "add", 1)
    assert judge(added, op(2, 3, 1, "read", [1]), specification=Set()).status(MODEL) is Status.HOLDS
    assert judge(added, op(2, 3, 1, "read", [1, 1]), specification=Set()).status(MODEL) is Status.VIOLATED


def test_a_stale_read_is_explained_to_a_newcomer():
    anomaly = the_anomaly(
        op(0, 1, 0, "write", 4, key=7),
        op(2, 3, 1, "write", 5, key=7),
        op(4, 5, 2, "read", 5, key=7),
        op(6, 7, 3, "read", 4, key=7),
    )
    assert anomaly.type == "stale-read"
    assert anomaly.key == 7
    assert anomaly.operations == (0, 2, 6)
    assert anomaly.explanation == (
        "Process 3 read 4 from key 7 (#6) after process 1's write of 5 (#2) had completed. "
        "Process 0's write of 4 (#0) had completed before that write began, "
        "so 4 had been replaced by 5, and nobody wrote 4 again."
    )


def test_a_write_that_nobody_ever_saw_is_lost():
    anomaly = the_anomaly(op(0, 1, 0, "write", 4), op(2, 3, 1, "write", 5), op(4, 5, 3, "read", 4))
    assert anomaly.type == "lost-write"
    assert anomaly.explanation.endswith(
        "nobody wrote 4 again. By then every acknowledged write had completed, and nobody ever read 5: it is lost."
    )


def test_a_write_that_may_have_been_replaced_since_is_not_called_lost():
    anomaly = the_anomaly(
        op(0, 1, 0, "write", 4), op(2, 3, 1, "write", 5), op(4, 5, 3, "read", 4), op(6, 7, 1, "write", 6)
    )
    assert anomaly.type == "stale-read"


def test_reading_the_initial_value_after_a_write_is_stale():
    anomaly = the_anomaly(op(0, 1, 0, "write", 4), op(2, 3, 1, "read", 4), op(4, 5, 3, "read", None))
    assert anomaly.type == "stale-read"
    assert "The register held nil only at the beginning, so nil had been replaced by 4, and nobody wrote nil." in (
        anomaly.explanation
    )


def test_a_value_that_nobody_wrote_is_garbage():
    anomaly = the_anomaly(op(0, 1, 0, "write", 4), op(2, 3, 3, "read", 9))
    assert (anomaly.type, anomaly.operations) == ("garbage-read", (2,))
    assert anomaly.explanation == "Process 3 read 9 from the register (#2), but nobody ever wrote 9."


def test_the_value_of_a_failed_write_may_not_be_read():
    anomaly = the_anomaly(op(0, 1, 0, "write", 4, outcome=Outcome.FAIL), op(2, 3, 3, "read", 4))
    assert (anomaly.type, anomaly.operations) == ("aborted-read", (0, 2))


def test_a_read_before_the_write_began_is_from_the_future():
    assert the_anomaly(op(0, 1, 3, "read", 4), op(2, 3, 0, "write", 4)).type == "future-read"


def test_two_compare_and_sets_of_one_write_lose_an_update():
    anomaly = the_anomaly(
        op(0, 1, 0, "write", 4), op(2, 4, 1, "cas", [4, 5]), op(3, 5, 2, "cas", [4, 6]), op(6, 7, 1, "read", 6)
    )
    assert (anomaly.type, anomaly.operations) == ("lost-update", (0, 2, 3))


def test_compare_and_sets_that_feed_each_other_are_a_cycle():
    anomaly = the_anomaly(op(0, 2, 1, "cas", [4, 5]), op(1, 3, 2, "cas", [5, 4]))
    assert anomaly.type == "cyclic-versions"
    assert set(anomaly.operations) == {0, 1}


def test_a_value_between_the_links_of_a_compare_and_set_chain_is_explained():
    anomaly = the_anomaly(
        op(0, 1, 0, "write", 4), op(2, 3, 1, "write", 5), op(4, 5, 2, "cas", [4, 6]), op(6, 7, 3, "read", 6)
    )
    assert anomaly.type == "lost-update"
    anomaly = the_anomaly(
        op(0, 2, 0, "write", 4), op(1, 9, 2, "cas", [4, 6]), op(3, 4, 1, "write", 5), op(5, 6, 3, "read", 6)
    )
    assert anomaly.type == "stale-read"
    assert "6 came from 4 by compare-and-set alone, which leaves no room for 5 between the two." in anomaly.explanation


def test_a_timed_out_write_may_take_effect_much_later_or_never():
    late = op(0, None, 0, "write", 4, outcome=Outcome.INFO)
    rest = op(1, 2, 1, "write", 5), op(3, 4, 2, "read", 5)
    assert judge(late, *rest, op(5, 6, 2, "read", 4)).status(MODEL) is Status.HOLDS
    assert judge(late, *rest, op(5, 6, 2, "read", 5)).status(MODEL) is Status.HOLDS
    assert judge(late, *rest, op(5, 6, 2, "read", 4), op(7, 8, 2, "read", 5)).status(MODEL) is Status.VIOLATED


def test_a_read_that_failed_or_timed_out_says_nothing():
    for outcome in (Outcome.FAIL, Outcome.INFO):
        silent = Operation(index=2, end=3, process=1, f="read", outcome=outcome)
        assert judge(op(0, 1, 0, "write", 4), silent).status(MODEL) is Status.HOLDS


def test_one_illegal_key_does_not_hide_that_others_are_unknown():
    hard = [op(2 * n, 2 * n + 1000 + n, n, "write", n % 3, key="hard") for n in range(60)]
    hard += [op(3000 + 2 * n, 3001 + 2 * n, 60, "read", n % 2, key="hard") for n in range(2)]
    stale = [op(5000, 5001, 0, "write", 1, key="bad"), op(5002, 5003, 0, "read", 2, key="bad")]
    verdict = judge(*hard, *stale, budget=Budget(configurations=5))
    assert verdict.status(MODEL) is Status.VIOLATED
    assert [anomaly.key for anomaly in verdict.anomalies] == ["bad"]
    assert "unknown besides: 5 configurations were not enough for the one object (key 'hard'" in (
        verdict.models[MODEL].because
    )


def test_a_search_that_found_nothing_names_the_operation_that_could_not_be_placed():
    anomaly = the_anomaly(
        op(0, None, 0, "write", 1, outcome=Outcome.INFO),
        op(1, 2, 1, "write", 1),
        op(3, 13, 1, "write", 2),
        op(4, 5, 2, "read", 1),
        op(6, 7, 2, "read", 2),
        op(8, 9, 2, "read", 1),
        op(10, 11, 2, "read", 2),
        op(14, 15, 2, "read", 2),
    )
    assert anomaly.type == "nonlinearizable"
    assert anomaly.operations == (6, 8, 10)
    assert anomaly.evidence.culprit == 10
    assert anomaly.evidence.order == (1, 4, 3, 6, 0, 8)


def test_operations_of_another_type_are_refused_by_name():
    with pytest.raises(
        HistoryError, match=r"expected an operation of a register .read, write., found #0 process 0: cas"
    ):
        judge(op(0, 1, 0, "cas", [1, 2]), specification=Register())
    with pytest.raises(HistoryError, match=r"expected the value of a cas to be \[old, new\], found 3 in #0"):
        judge(op(0, 1, 0, "cas", 3))


@pytest.mark.parametrize(
    "operation",
    [
        Operation(index=0, end=1, process=0, f="read", value=-1, outcome=Outcome.OK),
        Operation(index=0, end=1, process=0, f="read", value="a", outcome=Outcome.OK),
        Operation(index=0, end=1, process=0, f="append", value=3, result="b", outcome=Outcome.OK),
    ],
)
def test_an_offset_that_is_none_is_refused(operation):
    with pytest.raises(HistoryError, match="expected an offset from 0"):
        judge(operation, specification=Log())


@pytest.mark.parametrize(
    ("specification", "f", "value", "result", "expected"),
    [
        (Set(), "read", None, None, "a list of elements"),
        (Set(), "read", None, "ab", "a list of elements"),
        (Set(), "contains", 1, None, "True or False"),
        (Log(), "read", None, None, "a list of entries"),
        (UniqueIds(), "generate", None, None, "an id"),
        (KeyValue(), "append", [1], None, "a value like ''"),
        (KeyValue(()), "append", "a", None, r"a value like \(\)"),
        (Counter(), "add", 0.1, None, "a whole number"),
        (Counter(), "read", None, True, "a whole number"),
    ],
)
def test_values_that_the_type_does_not_have_are_refused(specification, f, value, result, expected):
    with pytest.raises(HistoryError, match=f"expected {expected}"):
        judge(
            Operation(index=0, end=1, process=0, f=f, value=value, result=result, outcome=Outcome.OK),
            specification=specification,
        )


def test_lists_are_appended_to_lists():
    appended = op(0, 1, 0, "append", [1]), op(2, 3, 0, "append", [2])
    assert judge(*appended, op(4, 5, 0, "get", [1, 2]), specification=KeyValue(())).status(MODEL) is Status.HOLDS
    assert judge(*appended, op(4, 5, 0, "get", [2, 1]), specification=KeyValue(())).status(MODEL) is Status.VIOLATED
