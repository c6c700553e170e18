"""Cases that checkers have got wrong."""

from __future__ import annotations

import msgspec
import pytest

from checkers.transactions import check_transactions
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


def test_two_reads_of_one_key_in_one_transaction_must_agree():
    assert "internal" in anomalies("r(x,nil) r(x,1)\nw(x,1)")


def test_writing_a_key_twice_is_no_lost_update_and_reading_the_first_is_an_intermediate_read():
    assert anomalies("w(x,1) w(x,2)\nr(x,2)") == set()
    assert anomalies("w(x,1) w(x,2)\nr(x,1)") == {"G1b"}


def test_ww_then_rw_back_is_a_cycle():
    found = judged("T1: a(x,1) a(y,1)\nT2: a(x,2) r(y,nil)\nT3: r(x,[1 2])")
    assert "G-single" in {anomaly.type for anomaly in found.anomalies}
    assert found.status("snapshot-isolation") is Status.VIOLATED


def test_adjacent_anti_dependencies_do_not_break_snapshot_isolation():
    found = judged("T1: r(x,nil) w(y,1)\nT2: r(y,nil) w(x,1)")
    assert found.status("snapshot-isolation") is Status.HOLDS
    assert found.status("serializable") is Status.VIOLATED


def test_a_long_fork_breaks_snapshot_isolation_and_not_its_parallel_kind():
    found = judged("w(x,1)\nw(y,1)\nr(x,1) r(y,nil)\nr(x,nil) r(y,1)")
    assert found.status("snapshot-isolation") is Status.VIOLATED
    assert found.status("parallel-snapshot-isolation") is Status.HOLDS


def test_session_order_alone_can_close_a_cycle():
    found = judged("T1: w(x,1) ; T2: r(x,nil)")
    assert found.status("serializable") is Status.HOLDS
    assert found.status("strong-session-serializable") is Status.VIOLATED
    assert "G-single-process" in {anomaly.type for anomaly in found.anomalies}


def test_versions_may_be_in_an_order_against_time_where_that_does_not_count():
    found = judged("w(x,1)\n---\nw(x,2)\n---\nr(x,2) w(y,1)\n---\nr(y,1) r(x,1)\n---\nr(x,1) w(x,3)\nr(x,3) r(y,1)")
    assert found.status("serializable") is Status.HOLDS
    assert found.status("strict-serializable") is Status.VIOLATED
    found = judged("r(x,nil) w(y,1)\nr(y,nil) w(x,1)\n---\nw(x,2)\n---\nr(x,2) w(z,1)\n---\nr(z,1) r(x,1)")
    assert found.status("serializable") is Status.VIOLATED
    assert found.status("snapshot-isolation") is Status.HOLDS


@pytest.mark.parametrize("begin", [2**20, 2**47, 2**53, 2**61])
@pytest.mark.parametrize(
    ("text", "model"),
    [
        ("w(x,1)\n---\nr(x,nil)", "strict-serializable"),
        ("w(x,1) r(y,nil)\n---\nr(x,nil) w(y,1)", "serializable"),
    ],
)
def test_positions_may_be_far_apart(text, model, begin):
    first, then = history(text).operations
    past = History(operations=(first, msgspec.structs.replace(then, index=begin, end=begin + 1)))
    found = check_transactions(past)
    assert found.status(model) is Status.VIOLATED
    assert audit(past, found) == []


def test_positions_beyond_all_bounds_are_told():
    with pytest.raises(HistoryError, match="64 bits"):
        check_transactions(
            History(operations=(msgspec.structs.replace(history("r(x,nil)").operations[0], index=2**63),))
        )


def test_real_time_alone_can_close_a_cycle():
    found = judged("w(x,1)\n---\nr(x,nil)")
    assert found.status("strong-session-serializable") is Status.HOLDS
    assert found.status("strict-serializable") is Status.VIOLATED
    assert "G-single-realtime" in {anomaly.type for anomaly in found.anomalies}


def test_repeatable_read_forbids_read_skew_too():
    assert judged("w(x,1) w(y,1)\nr(x,1) r(y,nil)").status("repeatable-read") is Status.VIOLATED


def test_appends_that_nobody_read_come_last_and_only_of_committed_writers():
    skew = "T1: r(x,nil) a(y,1)\nT2: r(y,nil) a(x,1)"
    assert anomalies(skew) >= {"G2-item"}
    assert anomalies(skew + " info") == set()


def test_garbage_is_said_to_be_what_it_is():
    value, whole = (check_transactions(history(text)).anomalies[0].explanation for text in ("r(x,1)", "r(x,[1])"))
    assert value.endswith("nobody ever wrote that.")
    assert whole.endswith("nobody ever wrote all of that.")


@pytest.mark.parametrize("text", ["w(x,1)\nr(x,2)", "a(x,1)\nr(x,[1 2])"])
def test_what_nobody_wrote_is_garbage_and_no_model_holds(text):
    found = judged(text)
    assert {anomaly.type for anomaly in found.anomalies} == {"garbage-read"}
    assert found.status("read-uncommitted") is Status.VIOLATED


@pytest.mark.parametrize("text", ["w(x,1)\nw(x,1)", "a(x,1)\na(x,1)", "w(x,nil)"])
def test_values_that_are_not_unique_are_refused(text):
    with pytest.raises(HistoryError, match="expected"):
        check_transactions(history(text))


def test_an_aborted_element_under_a_committed_one_is_bridged_and_reported():
    found = anomalies("T1: a(x,1)\nT2: a(x,2) fail\nT3: a(x,3)\nT4: r(x,[1 2 3])")
    assert found == {"G1a", "dirty-update"}


def test_nil_and_values_of_several_types_may_stand_side_by_side():
    assert judged("w(x,1)\nw(x,one)\nr(x,one) r(y,nil)").status("strict-serializable") is Status.HOLDS


def test_an_empty_history_is_unknown():
    found = check_transactions(History())
    assert found.status("serializable") is Status.UNKNOWN


def test_a_transaction_sees_its_own_appends():
    assert anomalies("r(x,nil) a(x,1) a(x,2) r(x,[1 2])") == set()


def test_who_was_seen_has_committed_whole():
    assert anomalies("T1: w(x,1) w(y,1) info\nT2: r(x,1) r(y,nil)") >= {"G-single"}
    assert judged("T1: w(x,1) info\nT2: r(x,nil)").status("strict-serializable") is Status.HOLDS


def test_lost_updates_are_found_in_lists_and_registers():
    assert "lost-update" in anomalies("r(x,nil) w(x,1)\nr(x,nil) w(x,2)")
    assert "lost-update" in anomalies("r(x,nil) a(x,1)\nr(x,nil) a(x,2)\nr(x,[1 2])")


def test_elements_out_of_order_or_twice():
    assert "incompatible-order" in anomalies("a(x,1)\na(x,2)\nr(x,[1 2])\nr(x,[2 1])")
    assert "duplicate-elements" in anomalies("a(x,1)\nr(x,[1 1])")


def test_nothing_but_a_read_of_what_nobody_wrote():
    assert anomalies("r(x,1)") == {"garbage-read"}
    assert anomalies("r(x,[1])") == {"garbage-read"}


@pytest.mark.parametrize(
    "text",
    [
        "a(x,1) r(x,[1 1])",
        "a(x,1) a(x,2)\nr(x,[1 2 1])",
        "a(x,2)\nr(x,[1]) a(x,1) r(x,[1 2 1])",
    ],
)
def test_where_a_list_shows_an_element_twice_nobody_asks_which_of_the_two_was_meant(text):
    assert anomalies(text) == {"duplicate-elements"}


def test_and_an_aborted_element_between_the_two_is_an_aborted_read_and_no_update():
    assert anomalies("a(x,1)\na(x,2) fail\nr(x,[1 2 1])") == {"duplicate-elements", "G1a"}


def test_a_read_that_ends_in_an_aborted_append_is_no_read_of_what_stands_before():
    assert anomalies("a(x,1) a(x,3)\na(x,2) fail\nr(x,[1 2])") == {"G1a"}
    assert anomalies("a(x,1) a(x,3)\nr(x,[1])") == {"G1b"}


def test_a_transaction_has_written_a_list_when_it_has_appended_for_the_last_time():
    half = "T1: a(x,1) a(y,1)\nT2: a(x,2) r(y,nil) a(x,3) r(x,[1 2])"
    whole = "T1: a(x,1) a(y,1)\nT2: a(x,2) r(y,nil) a(x,3) r(x,[1 2 3])"
    assert [judged(text).status("monotonic-view") for text in (half, whole)] == [Status.HOLDS, Status.HOLDS]


def test_a_cycle_of_versions_of_one_register_leaves_no_order_at_all():
    assert "cyclic-versions" in anomalies("r(x,2) w(x,1)\nr(x,1) w(x,2)")


def test_a_list_that_is_also_a_register_is_refused():
    with pytest.raises(HistoryError, match="both"):
        check_transactions(history("w(x,1)\na(x,2)"))


def test_micro_operations_that_are_not_judged_leave_everything_unknown():
    value = [["increment", 1, 5], ["rp", ["all"], [[1, 5]]]]
    operation = Operation(index=0, process=0, f="txn", outcome=Outcome.OK, end=1, value=value, result=value)
    found = check_transactions(History(operations=(operation,)))
    assert found.status("read-uncommitted") is Status.UNKNOWN
    assert "increment" in found.models["serializable"].because


def test_the_explanation_names_each_step_and_ends_in_the_contradiction():
    (anomaly, *_) = judged("w(x,1)\n---\nr(x,nil)").anomalies
    assert "T1 < T2, because" in anomaly.explanation
    assert anomaly.explanation.endswith("a contradiction.")
