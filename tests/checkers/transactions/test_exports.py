"""Anomalies as documents and as graphs."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from checkers.transactions import check_transactions
from checkers.transactions.exports import document, dot
from checkers.verdict import Anomaly
from histories import History
from tests.micro import history

SKEW = "T1: r(x,nil) w(y,1)\nT2: r(y,nil) w(x,1)"
NO_ORDER = "w(x,1) w(y,1)\nw(x,2) w(y,2)\nr(x,1) r(y,2)"


def first(past, kind):
    return next(anomaly for anomaly in check_transactions(past).anomalies if anomaly.type == kind)


def test_a_document_has_every_step_with_its_reason_and_is_json():
    past = history(SKEW)
    found = document(past, first(past, "G2-item"))
    assert [(one["name"], one["operation"], one["process"]) for one in found["transactions"]] == [
        ("T1", 0, 0),
        ("T2", 1, 1),
    ]
    (case,) = found["cases"]
    assert case["suppose"] == []
    assert [(edge["from"], edge["to"], edge["kind"], edge["key"]) for edge in case["edges"]] == [
        ("T1", "T2", "rw", "x"),
        ("T2", "T1", "rw", "y"),
    ]
    assert case["edges"][0]["because"] == "T1 read nil from key x, before T2 wrote 1 over it"
    assert all(edge["because"] in found["explanation"] for edge in case["edges"])
    assert json.loads(json.dumps(found)) == found


def test_the_graph_has_the_transactions_and_the_edges_of_the_cycle():
    past = history(SKEW)
    lines = dot(past, first(past, "G2-item")).splitlines()
    assert lines[0] == 'digraph "G2-item" {'
    assert '  "T1.1" [label="T1 (#0)\\nr(x, nil)\\nw(y, 1)"];' in lines
    assert [re.findall(r'"(T\d).1" -> "(T\d).1" \[label="(\w+)"', line) for line in lines if "->" in line] == [
        [("T1", "T2", "rw")],
        [("T2", "T1", "rw")],
    ]
    assert lines[-1] == "}"


def test_a_proof_by_cases_is_a_graph_for_each_case():
    past = history(NO_ORDER)
    anomaly = first(past, "causal-cycle")
    found = document(past, anomaly)
    assert len(found["cases"]) == len(anomaly.evidence.cases) > 1
    assert dot(past, anomaly).count("subgraph cluster_") == len(found["cases"])
    assert found["cases"][0]["suppose"][0] == "key x was 1 (T1) before it was 2 (T2)"


def test_what_contradicts_itself_has_no_graph():
    past = history("w(x,1) w(x,2)\nr(x,1)")
    anomaly = first(past, "G1b")
    assert dot(past, anomaly) is None
    assert document(past, anomaly)["cases"] == []


def test_quotes_in_keys_stay_inside_their_labels():
    past = history(SKEW)
    renamed = past.operations[0].value
    assert renamed == [["r", "x", None], ["w", "y", 1]]
    for operation in past.operations:
        for micro in (*operation.value, *operation.result):
            micro[1] += '"\\'
    text = dot(past, first(past, "G2-item"))
    assert all(len(re.findall(r'(?<!\\)(?:\\\\)*"', line)) % 2 == 0 for line in text.splitlines())


def test_anomalies_of_other_checkers_are_refused():
    with pytest.raises(TypeError, match="expected an anomaly of transactions"):
        document(history(SKEW), Anomaly(type="lost-update", operations=(0,), explanation=""))


def test_operations_that_are_only_judged_as_transactions_are_shown_as_they_are():
    past = history(SKEW)
    anomaly = first(past, "G2-item")
    transfers = History(
        operations=tuple(
            msgspec.structs.replace(operation, f="transfer", value={"amount": 5}, result={"amount": 5})
            for operation in past
        )
    )
    found = document(transfers, anomaly)
    assert found["transactions"][0]["f"] == "transfer"
    assert [edge["because"] for edge in found["cases"][0]["edges"]] == [None, None]
    assert "transfer {'amount': 5}" in dot(transfers, anomaly)
