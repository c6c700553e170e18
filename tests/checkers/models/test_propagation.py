from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkers.models import (
    MODELS,
    Data,
    LatticeContradiction,
    classification,
    implies,
    propagate,
    strongest_holding,
    weakest_violated,
)
from checkers.verdict import Anomaly, Finding, Status

HOLDS, VIOLATED = Status.HOLDS, Status.VIOLATED


def finding(status, because="told"):
    return Finding(status=status, because=because)


def statuses(found):
    return {name: each.status for name, each in found.items()}


def test_what_holds_above_holds_below_with_the_same_certificate():
    given_ = {"serializable": Finding(status=HOLDS, because="an order", certificate=(1, 2))}
    found = propagate(given_, data=Data.LIST_APPEND)
    assert found["serializable"] is given_["serializable"]
    assert found["cursor-stability"].status is HOLDS
    assert found["cursor-stability"].certificate == (1, 2)
    assert found["prefix"].because == "serializable holds and implies it"


def test_what_is_violated_below_is_violated_above():
    found = propagate({"prefix": finding(VIOLATED)}, data=Data.LIST_APPEND)
    assert found["snapshot-isolation"].status is VIOLATED
    assert found["strict-serializable"].because == "it implies prefix, which is violated"
    assert found["read-atomic"].status is Status.UNKNOWN


def test_every_model_gets_a_finding_strongest_first():
    found = propagate({}, data=Data.RW_REGISTER)
    assert set(found) == set(MODELS)
    assert next(iter(found)) == "strict-serializable"
    assert found["serializable"].status is Status.UNKNOWN
    assert found["linearizable"].status is Status.NOT_TESTABLE
    assert found["linearizable"].because == "histories of rw-register cannot show it"


def test_an_unknown_stands_where_nothing_follows():
    found = propagate({"serializable": finding(Status.UNKNOWN, "the budget ran out")}, data=Data.RW_REGISTER)
    assert found["serializable"].because == "the budget ran out"
    found = propagate(
        {"serializable": finding(Status.UNKNOWN), "strict-serializable": finding(HOLDS)}, data=Data.RW_REGISTER
    )
    assert found["serializable"].status is HOLDS


def test_a_contradiction_raises_and_says_between_what():
    with pytest.raises(LatticeContradiction, match=r"serializable is said to hold \(told\), it implies prefix"):
        propagate({"serializable": finding(HOLDS), "prefix": finding(VIOLATED)}, data=Data.LIST_APPEND)


def test_an_anomaly_refutes_by_the_tables():
    anomaly = Anomaly(type="G-single", operations=(1, 2), explanation="T1 < T2, and T2 < T1")
    found = propagate({}, data=Data.LIST_APPEND, anomalies=[anomaly])
    assert found["consistent-view"] == finding(VIOLATED, "G-single was found")
    assert found["snapshot-isolation"].because == "it implies consistent-view, and G-single was found"
    with pytest.raises(LatticeContradiction, match="snapshot-isolation"):
        propagate({"snapshot-isolation": finding(HOLDS)}, data=Data.LIST_APPEND, anomalies=[anomaly])


def test_a_found_violation_keeps_its_own_reason_beside_an_anomaly():
    anomaly = Anomaly(type="G1a", operations=(1, 2), explanation="a dirty read")
    found = propagate({"prefix": finding(VIOLATED, "mine")}, data=Data.LIST_APPEND, anomalies=[anomaly])
    assert found["prefix"].because == "mine"


def test_aliases_are_understood():
    assert propagate({"PL-3": finding(HOLDS)}, data=Data.LIST_APPEND)["serializable"].status is HOLDS


def test_implications_for_some_data_hold_for_these_only():
    given_ = {"repeatable-read": finding(HOLDS)}
    assert propagate(given_, data=Data.LIST_APPEND)["serializable"].status is HOLDS
    assert propagate(given_, data=Data.PREDICATE)["serializable"].status is Status.UNKNOWN


def test_summaries_name_the_boundary():
    anomaly = Anomaly(type="long-fork", operations=(1, 2, 3, 4), explanation="a fork")
    found = classification(
        {"parallel-snapshot-isolation": finding(HOLDS)},
        data=Data.RW_REGISTER,
        anomalies=[anomaly],
        statistics={"transactions": 4},
    )
    assert strongest_holding(found.models) == ("parallel-snapshot-isolation",)
    assert weakest_violated(found.models) == ("prefix", "repeatable-read")
    assert found.anomalies == (anomaly,)
    assert found.statistics == {"transactions": 4}
    assert found.status("snapshot-isolation") is VIOLATED


@given(
    st.dictionaries(st.sampled_from(sorted(MODELS)), st.sampled_from([HOLDS, VIOLATED]), max_size=4),
    st.sampled_from(list(Data)),
)
def test_the_outcome_is_closed_under_implication_or_there_is_a_contradiction(given_, data):
    told = {name: finding(status) for name, status in given_.items()}
    clash = any(
        given_[a] is HOLDS and given_[b] is VIOLATED and implies(a, b, data=data) for a in given_ for b in given_
    )
    if clash:
        with pytest.raises(LatticeContradiction):
            propagate(told, data=data)
        return
    found = statuses(propagate(told, data=data))
    assert found.items() >= given_.items()
    for a in MODELS:
        for b in MODELS:
            if implies(a, b, data=data):
                assert not (found[a] is HOLDS and found[b] is not HOLDS)
                assert not (found[b] is VIOLATED and found[a] is not VIOLATED)
