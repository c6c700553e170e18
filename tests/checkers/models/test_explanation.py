from __future__ import annotations

import pytest

from checkers.models import ANOMALIES, EXAMPLES, MODELS, explain, explainable
from histories.names import UnknownNameError


@pytest.mark.parametrize("name", explainable())
def test_every_name_is_explained_with_a_history_and_a_source(name):
    text = explain(name)
    assert "Sources:" in text
    assert any(example.text.splitlines()[0] in text for example in EXAMPLES.values())
    assert max(len(line) for line in text.splitlines()) <= 100


def test_a_model_is_explained_by_its_neighbours_and_what_it_forbids_and_allows():
    text = explain("SI")
    assert text.startswith("snapshot-isolation (PL-SI, SI, GSI)")
    assert "Implies directly: forward-consistent-view, parallel-snapshot-isolation, prefix" in text
    assert "It forbids, for example lost-update:\n    T1: r(x,nil) w(x,1)\n    T2: r(x,nil) w(x,2)" in text
    assert "It allows, for example write-skew:" in text


def test_an_anomaly_is_explained_by_what_it_refutes():
    text = explain("p4")
    assert text.startswith("lost-update (P4)")
    assert "The weakest models that it refutes: linearizable, cursor-stability" in text
    assert "Berenson" in text


def test_an_example_is_explained_by_itself():
    assert EXAMPLES["crossed-sessions"].text.splitlines()[0] in explain("crossed-sessions")


def test_implications_for_some_data_are_told_as_such():
    assert "For list-append, rw-register it also implies serializable." in explain("repeatable-read")


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(UnknownNameError, match=r"did you mean .*snapshot-isolation"):
        explain("snapshot-isolaton")


def test_all_rows_can_be_explained():
    assert set(explainable()) >= {*MODELS, *ANOMALIES, *EXAMPLES}
