from __future__ import annotations

import attrs
import msgspec
import pytest

from checkers.transactions import check_transactions
from checkers.transactions.audit import audit
from checkers.transactions.evidence import Refutation
from tests.micro import history

SERIAL = "T1: w(x,1)\n---\nT2: r(x,1) w(x,2)\n---\nT3: r(x,2)"


def with_certificate(classification, model, **changes):
    finding = classification.models[model]
    certificate = attrs.evolve(finding.certificate, **changes)
    return attrs.evolve(classification, models={model: attrs.evolve(finding, certificate=certificate)})


def test_an_order_in_which_reads_would_show_something_else_is_refused():
    past = history(SERIAL)
    found = check_transactions(past)
    assert audit(past, found) == []
    commits = found.models["strict-serializable"].certificate.commits
    assert audit(past, with_certificate(found, "strict-serializable", commits=commits[::-1]))
    assert audit(past, with_certificate(found, "strict-serializable", commits=commits[:-1]))


def test_an_order_against_real_time_is_refused():
    past = history("T1: w(x,1)\n---\nT2: w(y,1)")
    found = check_transactions(past)
    commits = found.models["strict-serializable"].certificate.commits
    assert audit(past, with_certificate(found, "strict-serializable", commits=commits[::-1]))


def test_a_cycle_that_the_history_does_not_show_is_refused():
    past = history("T1: w(x,1)\n---\nT2: r(x,nil)")
    (anomaly, *_) = check_transactions(past).anomalies
    other = history("T1: w(x,1)\n---\nT2: r(x,1)")
    found = attrs.evolve(check_transactions(other), anomalies=(anomaly,))
    assert audit(other, found)


def test_a_cycle_under_the_name_of_a_simpler_one_is_refused():
    past = history("T1: r(x,nil) w(y,1)\nT2: r(y,nil) w(x,1)")
    found = check_transactions(past)
    (skew,) = [anomaly for anomaly in found.anomalies if anomaly.type == "G2-item"]
    assert audit(past, attrs.evolve(found, anomalies=(attrs.evolve(skew, type="G-single"),)))


@pytest.mark.parametrize(
    "text", ["T1: r(x,nil) a(y,1)\nT2: r(y,nil) a(x,1)", "T1: r(x,nil) w(x,1)\nT2: r(x,nil) w(x,2)"]
)
def test_reads_of_which_nobody_learnt_show_nothing(text):
    past = history(text)
    found = check_transactions(past)
    assert found.anomalies
    first, second = past.operations
    silent = attrs.evolve(past, operations=(msgspec.structs.replace(first, result=None), second))
    for anomaly in found.anomalies:
        assert audit(silent, attrs.evolve(check_transactions(silent), anomalies=(anomaly,)))


def test_cases_that_leave_an_order_open_are_refused():
    past = history("w(x,1) w(y,1)\nw(x,2) w(y,2)\nr(x,1) r(y,2)")
    found = check_transactions(past)
    refutations = [anomaly for anomaly in found.anomalies if isinstance(anomaly.evidence, Refutation)]
    assert refutations
    for anomaly in refutations:
        less = attrs.evolve(anomaly.evidence, cases=anomaly.evidence.cases[:1])
        assert audit(past, attrs.evolve(found, anomalies=(attrs.evolve(anomaly, evidence=less),)))


PHANTOM = "T1: rp(all,[]) i(1,1)\nT2: rp(all,[]) i(2,2)"


def test_a_phantom_is_refused_where_the_row_was_shown_or_not_asked_for():
    (phantom, *_) = check_transactions(history(PHANTOM)).anomalies
    for text in ("T1: rp(all,[]) i(1,1)\nT2: rp(all,[1=1]) i(2,2)", "T1: rp(all,[]) i(1,1)\nT2: rp(2..9,[]) i(2,2)"):
        other = history(text)
        found = attrs.evolve(check_transactions(other), anomalies=(phantom,))
        assert audit(other, found)


def test_a_phantom_is_refused_under_the_name_of_an_anomaly_of_items():
    past = history(PHANTOM)
    found = check_transactions(past)
    (phantom, *_) = found.anomalies
    assert phantom.type == "G2"
    assert audit(past, attrs.evolve(found, anomalies=(attrs.evolve(phantom, type="G2-item"),)))


def test_a_phantom_is_refused_where_the_row_may_have_been_deleted_before():
    (phantom, *_) = check_transactions(history(PHANTOM)).anomalies
    other = history(PHANTOM + "\nT3: d(1)")
    assert audit(other, attrs.evolve(check_transactions(other), anomalies=(phantom,)))


LONG_FORK = "i(7,1)\ni(8,1)\nr(7,1) r(8,nil)\nr(7,nil) r(8,1)"


def test_what_a_scan_is_said_to_have_found_is_looked_up():
    past = history("T1: i(1,5) i(2,6)\nT2: d(1)\nT3: r(2,6) rp(=5,[])\n" + LONG_FORK)
    found = check_transactions(past)
    assert audit(past, found) == []
    certificate = found.models["transactional-causal"].certificate
    ((place, key), operation), *_ = certificate.found.items()
    assert operation == past.operations[1].index
    for wrong in ({}, {(place, key): past.operations[0].index}, {(place, key): 99}):
        assert audit(past, with_certificate(found, "transactional-causal", found=wrong))


def test_what_a_scan_found_of_two_rows_is_kept_apart_though_python_finds_their_keys_equal():
    def renamed(micros):
        return [[f, True if key == "true" else key, value] for f, key, value in micros or []]

    past = history("T1: i(1,5) i(true,5)\nT2: d(1)\nT3: d(true)\nT4: rp(=5,[])\n" + LONG_FORK)
    operations = [
        msgspec.structs.replace(each, value=renamed(each.value), result=renamed(each.result))
        for each in past.operations
    ]
    past = attrs.evolve(past, operations=tuple(operations))
    found = check_transactions(past)
    assert sorted(found.models["transactional-causal"].certificate.found.values()) == [1, 2]
    assert audit(past, found) == []


def test_cases_that_leave_open_what_a_scan_found_are_refused():
    past = history("T1: i(1,5) i(2,5)\nT2: d(1) d(2)\nT3: rp(all,[2=5])")
    found = check_transactions(past)
    refutations = [anomaly for anomaly in found.anomalies if isinstance(anomaly.evidence, Refutation)]
    assert refutations
    for anomaly in refutations:
        for left_out in anomaly.evidence.cases:
            cases = tuple(case for case in anomaly.evidence.cases if case is not left_out)
            less = attrs.evolve(anomaly.evidence, cases=cases)
            assert audit(past, attrs.evolve(found, anomalies=(attrs.evolve(anomaly, evidence=less),)))


@pytest.mark.parametrize(
    "text",
    [
        "T1: a(x,1) r(x,[1]) a(x,2) ; T2: r(x,nil) a(x,3) a(x,4)",  # the first of two appends was seen
        "T1: r(x,nil) a(x,1)\nT2: a(x,2) r(x,[2]) a(x,3)",  # both saw nothing, one of them under an append of its own
        "T1: r(x,[3 2])\nT2: a(x,2) a(x,3)",  # out of order, and so not seen in part
    ],
)
def test_reads_before_the_first_append_are_borne_out(text):
    past = history(text)
    found = check_transactions(past)
    assert found.anomalies
    assert audit(past, found) == []
