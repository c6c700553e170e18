from __future__ import annotations

import json

import attrs
import numpy as np
import pytest

from checkers.verdict import Anomaly, Classification, Finding, Status
from harness.report import lattice_of_models, verdict_document, verdict_json
from tests.harness.report.samples import lww_material, write_skew_material

FIELDS = [
    "format", "valid", "claim", "models", "strongest_holding", "weakest_violated", "anomalies",
    "operations", "ok", "fail", "info", "seconds", "statistics",
]  # fmt: skip


def document(material, **changes):
    info = attrs.evolve(material.info, **changes)
    return verdict_document(info, material.history, material.classification, lattice=material.lattice, seconds=0.41)


def test_the_document_has_exactly_the_promised_fields():
    found = json.loads(verdict_json(document(lww_material(200))))
    assert list(found) == FIELDS
    assert found["format"] == 1
    assert found["claim"] == "linearizable"
    assert found["seconds"] == 0.41
    assert found["operations"] == 200 == found["ok"] + found["fail"] + found["info"]
    assert found["models"]["sequential"]["status"] == "unknown"
    assert set(found["models"]["sequential"]) == {"status", "because"}
    assert {frozenset(anomaly) for anomaly in found["anomalies"]} == {frozenset({"type", "operations", "explanation"})}


@pytest.mark.parametrize(
    ("status", "valid"),
    [(Status.HOLDS, True), (Status.VIOLATED, False), (Status.UNKNOWN, "unknown"), (Status.NOT_TESTABLE, "unknown")],
)
def test_valid_is_true_only_where_the_claim_holds(status, valid):
    assert document(lww_material(200), validity=status)["valid"] is valid or valid == "unknown"
    assert document(lww_material(200), validity=status)["valid"] == valid


def test_the_border_of_the_lattice_is_named():
    found = document(write_skew_material())
    assert found["strongest_holding"] == ["snapshot-isolation"]
    assert found["weakest_violated"] == ["serializable"]


def test_numbers_of_numpy_and_text_that_is_no_unicode_do_not_stop_it():
    material = write_skew_material()
    classification = Classification(
        models={"serializable": Finding(status=Status.VIOLATED, because="half a \ud83d")},
        anomalies=(Anomaly(type="G0", operations=(np.int64(2),), explanation="half a \ud83d"),),
        statistics={"nodes": np.int64(7), "share": float("nan")},
    )
    written = verdict_json(
        verdict_document(material.info, material.history, classification, lattice=lattice_of_models())
    )
    found = json.loads(written)
    assert found["anomalies"][0]["operations"] == [2]
    assert found["statistics"] == {"nodes": 7, "share": None}
    assert found["seconds"] is None
    assert "\\\\ud83d" in written
