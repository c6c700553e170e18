from __future__ import annotations

import attrs
import pytest

from checkers.models import ANOMALIES, EXAMPLES, IMPLICATIONS, MODELS, Data, Implication, canonical_anomaly
from checkers.models.lattice import downward_implications

ROWS = (*MODELS.values(), *ANOMALIES.values())


def test_no_two_rows_share_a_name_or_alias():
    for table in (MODELS, ANOMALIES):
        names = [name.casefold() for row in table.values() for name in (row.name, *row.aliases)]
        assert len(names) == len(set(names))


def test_a_name_that_is_both_a_model_and_an_anomaly_would_be_explained_as_the_wrong_one():
    models = {name.casefold() for row in MODELS.values() for name in (row.name, *row.aliases)}
    anomalies = {name.casefold() for row in ANOMALIES.values() for name in (row.name, *row.aliases)}
    assert models.isdisjoint(anomalies)


def test_tables_speak_only_of_rows_that_exist():
    for model in MODELS.values():
        assert {canonical_anomaly(name) for name in model.proscribes} == set(model.proscribes)
        assert {model.forbids, model.allows} <= set(EXAMPLES)
        assert model.same_as is None or model.same_as in MODELS
    for kind in ANOMALIES.values():
        assert {canonical_anomaly(name) for name in kind.implies} == set(kind.implies)
        assert kind.example in EXAMPLES
    assert {name for row in IMPLICATIONS for name in (row.stronger, row.weaker)} <= set(MODELS)


def test_every_example_is_shown_for_something():
    shown = {name for model in MODELS.values() for name in (model.forbids, model.allows)}
    shown |= {kind.example for kind in ANOMALIES.values()}
    assert set(EXAMPLES) == shown


def test_no_implication_stands_twice():
    pairs = [(row.stronger, row.weaker) for row in IMPLICATIONS]
    assert len(pairs) == len(set(pairs))


def test_the_implications_that_lead_down_have_no_circle():
    left = set(downward_implications())
    while left:
        bottoms = {weaker for _, weaker in left} - {stronger for stronger, _ in left}
        assert bottoms
        left = {(stronger, weaker) for stronger, weaker in left if weaker not in bottoms}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_is_a_sentence_with_sources(row):
    assert row.meaning.endswith(".")
    assert row.sources


def test_an_example_has_at_most_four_lines():
    for example in EXAMPLES.values():
        assert len([line for line in example.text.splitlines() if line != "---"]) <= 4


def test_a_source_that_is_not_in_the_list_is_refused():
    with pytest.raises(ValueError, match="expected sources to be among Adya 1999"):
        Implication(stronger="serializable", weaker="read-committed", sources=("hearsay",))
    with pytest.raises(ValueError, match="found none"):
        attrs.evolve(MODELS["serializable"], sources=())


def test_a_model_tests_with_some_data():
    with pytest.raises(ValueError, match="data"):
        attrs.evolve(MODELS["serializable"], data=frozenset())
    assert all(model.data <= set(Data) for model in MODELS.values())
