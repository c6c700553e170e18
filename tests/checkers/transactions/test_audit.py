from __future__ import annotations

import attrs

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


def test_cases_that_leave_an_order_open_are_refused():
    past = history("w(x,1) w(y,1)\nw(x,2) w(y,2)\nr(x,1) r(y,2)")
    found = check_transactions(past)
    refutations = [anomaly for anomaly in found.anomalies if isinstance(anomaly.evidence, Refutation)]
    assert refutations
    for anomaly in refutations:
        less = attrs.evolve(anomaly.evidence, cases=anomaly.evidence.cases[:1])
        assert audit(past, attrs.evolve(found, anomalies=(attrs.evolve(anomaly, evidence=less),)))
