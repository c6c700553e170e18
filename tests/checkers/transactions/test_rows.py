"""Rows that come and go, and predicate reads."""

from __future__ import annotations

import pytest

from checkers.budget import Budget
from checkers.models import Data
from checkers.transactions import check_transactions, rows
from checkers.transactions.audit import audit
from checkers.verdict import Status
from histories import History, HistoryError, Operation, Outcome
from tests.micro import history


def judged(text):
    past = history(text)
    found = check_transactions(past)
    assert audit(past, found) == []
    return found


def anomalies(text):
    return {anomaly.type for anomaly in judged(text).anomalies}


def status(text, model="serializable"):
    return judged(text).status(model)


def transaction(*micros):
    asked = [[f, key, None if f in ("r", "rp") else value] for f, key, value in micros]
    return Operation(index=0, process=0, f="txn", outcome=Outcome.OK, end=1, value=asked, result=list(micros))


def test_rows_that_are_inserted_changed_and_deleted_are_read_as_they_are():
    past = "T1: i(1,5)\n---\nT2: rp(all,[1=5]) w(1,6)\n---\nT3: rp(=6,[1=6]) d(1)\n---\nT4: rp(all,[]) r(1,nil)"
    found = judged(past)
    assert found.status("strict-serializable") is Status.HOLDS
    assert found.anomalies == ()


def test_a_row_may_be_born_again():
    assert status("i(1,5)\n---\nd(1)\n---\ni(1,6)\n---\nrp(all,[1=6])", "strict-serializable") is Status.HOLDS
    assert status("i(1,5)\n---\nd(1)\n---\ni(1,6)\n---\nrp(all,[1=5])", "strict-serializable") is Status.VIOLATED


def test_two_scans_that_miss_each_others_rows_are_a_phantom_which_repeatable_read_allows():
    found = judged("T1: rp(0..9,[]) i(1,1)\nT2: rp(0..9,[]) i(2,2)")
    assert "G2" in {anomaly.type for anomaly in found.anomalies}
    assert found.status("serializable") is Status.VIOLATED
    assert found.status("repeatable-read") is Status.HOLDS
    assert found.status("snapshot-isolation") is Status.HOLDS


def test_write_skew_on_rows_breaks_repeatable_read():
    found = judged("T0: i(1,1) i(2,2)\n---\nT1: r(1,1) w(2,3)\nT2: r(2,2) w(1,4)")
    assert "G2-item" in {anomaly.type for anomaly in found.anomalies}
    assert found.status("repeatable-read") is Status.VIOLATED


def test_a_row_outside_the_range_conflicts_with_nothing():
    assert anomalies("T1: rp(0..2,[]) i(2,1)\nT2: rp(0..2,[]) i(3,2)") == set()


def test_rows_that_enter_and_leave_a_predicate_on_values():
    assert "G2-realtime" in anomalies("T0: i(1,2) i(2,4)\n---\nT1: rp(%2=1,[]) w(1,3)\nT2: rp(%2=1,[]) w(2,5)")
    assert anomalies("T0: i(1,2) i(2,4)\n---\nT1: rp(%2=1,[]) w(1,6)\nT2: rp(%2=1,[]) w(2,8)") == set()


def test_a_scan_that_misses_a_row_saw_it_before_its_birth_or_after_its_death():
    before = "T1: i(1,5) i(2,5)\nT2: d(1)\nT3: rp(all,[])"
    after = "T1: i(1,5) i(2,5)\nT2: d(1)\nT3: rp(all,[2=5])"
    assert status(before) is status(after) is Status.HOLDS
    assert status("T1: i(1,5) i(2,5)\nT2: d(1) d(2)\nT3: rp(all,[2=5])") is Status.VIOLATED


def test_an_indeterminate_deletion_may_have_happened_without_a_trace():
    assert status("T1: i(1,5)\n---\nT2: d(1) info\n---\nT3: rp(all,[])", "strict-serializable") is Status.HOLDS
    assert status("T1: i(1,5)\n---\nT2: d(1) fail\n---\nT3: rp(all,[])", "strict-serializable") is Status.VIOLATED
    alternating = "T1: i(1,5)\n---\nT2: d(1) info\n---\nT3: rp(all,[])\n---\nT4: rp(all,[1=5])"
    assert status(alternating, "strict-serializable") is Status.VIOLATED


def test_an_indeterminate_update_may_have_taken_a_row_out_of_the_matches():
    assert status("T1: i(1,5)\n---\nT2: w(1,6) info\n---\nT3: rp(=5,[])", "strict-serializable") is Status.HOLDS


def test_what_a_transaction_does_itself_its_scans_show():
    assert anomalies("i(1,5) rp(all,[1=5]) d(1) rp(all,[])") == set()
    assert anomalies("i(1,5) rp(all,[])") == {"internal", "predicate-read-miss"}
    assert anomalies("i(1,5) d(1) rp(all,[1=5])") == {"internal"}


def test_a_row_that_appears_between_two_scans_is_internal_only_to_models_with_predicates():
    found = judged("T1: i(1,5)\nT2: rp(all,[]) rp(all,[1=5])")
    assert "internal-predicate" in {anomaly.type for anomaly in found.anomalies}
    assert found.status("repeatable-read") is Status.HOLDS
    assert found.status("read-atomic") is Status.VIOLATED


@pytest.mark.parametrize(
    "text", ["i(1,5)\nrp(5..7,[1=5])", "i(1,5)\nrp(all,[1=5 1=5])", "i(1,5)\nrp(all,[1=6])", "i(1,5)\nrp(=6,[1=5])"]
)
def test_a_row_that_nobody_wrote_or_that_was_not_asked_for_is_garbage(text):
    assert anomalies(text) == {"garbage-read"}


def test_scans_see_what_is_committed_and_final():
    assert anomalies("i(1,5) fail\nrp(all,[1=5])") == {"G1a"}
    assert anomalies("i(1,5) w(1,6)\nrp(all,[1=5])") == {"G1b"}
    assert anomalies("rp(all,[1=5]) i(1,5)") == {"future-read"}


def test_one_scan_is_one_moment_whatever_the_rows_are_called():
    for shown, hidden in ((1, 2), (2, 1)):
        found = judged(f"T1: i({shown},5) i({hidden},6)\nT2: rp(all,[{shown}=5])")
        assert found.status("monotonic-snapshot-read") is Status.VIOLATED


@pytest.mark.parametrize(
    ("micro", "problem"),
    [
        (["rp", ["like", "a%"], []], "expected a predicate"),
        (["rp", ["all"], None], "expected a list of rows"),
        (["rp", ["all"], [5]], "expected a list of rows"),
        (["insert", 1, None], "expected no null to be written"),
    ],
)
def test_what_cannot_be_understood_is_refused(micro, problem):
    with pytest.raises(HistoryError, match=problem):
        check_transactions(History(operations=(transaction(micro, ["delete", 2, None]),)))


def test_a_value_that_was_written_to_a_row_twice_is_refused():
    with pytest.raises(HistoryError, match="written to a key once"):
        check_transactions(history("i(1,5)\nd(1)\ni(1,5)"))


@pytest.mark.parametrize("text", ["i(1,5) info", "d(1) info", "d(1) fail"])
def test_where_nothing_is_known_to_have_committed_nothing_is_judged(text):
    assert status(text) is Status.UNKNOWN


def test_lists_among_rows_leave_everything_unknown():
    found = check_transactions(history("a(x,1)\nrp(all,[])"))
    assert found.status("read-uncommitted") is Status.UNKNOWN


def test_more_rows_than_are_looked_at_leave_everything_unknown(monkeypatch):
    monkeypatch.setattr(rows, "SIGHTS_MAX", 1)
    found = check_transactions(history("i(1,5)\ni(2,5)\nrp(all,[])"))
    assert found.status("serializable") is Status.UNKNOWN
    assert "rows" in found.models["serializable"].because


def test_a_budget_that_ends_is_unknown_and_never_valid():
    past = "\n".join(f"i({row},5) d({9 - row})\nrp(all,[{row}=5])" for row in range(8))
    found = check_transactions(history(past), Data.PREDICATE, Budget(configurations=1))
    assert found.status("transactional-causal") is not Status.HOLDS


def test_the_prose_names_the_predicate_and_the_row():
    told = {anomaly.type: anomaly.explanation for anomaly in judged("rp(0..9,[]) i(1,1)\nrp(0..9,[]) i(2,2)").anomalies}
    assert "T1 asked for rows from 0 up to 9 and did not see row 2, before T2 inserted it as 2" in told["G2"]
    (internal,) = {anomaly.explanation for anomaly in judged("i(1,5) rp(all,[])").anomalies}
    assert internal.endswith(
        "inserted 5 at key 1, and then asked for all rows and saw nothing of it, which contradicts that."
    )


def test_of_many_rows_those_that_matter_and_their_neighbours_are_told():
    rows = " ".join(f"{row}=7{row}" for row in range(10, 60, 2))
    inserts = " ".join(f"i({row},7{row})" for row in range(10, 60, 2))
    found = judged(f"T0: {inserts}\n---\nT1: rp(all,[{rows}]) i(1,1)\nT2: rp(all,[{rows}]) i(33,2)")
    told = next(anomaly.explanation for anomaly in found.anomalies if anomaly.type == "G2")
    assert "rp(all rows, [10=710 ... 32=732 34=734 ...], 25 rows) insert(1, 1)" in told
