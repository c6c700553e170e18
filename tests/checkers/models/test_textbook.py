from __future__ import annotations

import pytest

from checkers.models import ANOMALIES, EXAMPLES, MODELS, Data, implied, refuted_by
from tests.micro import history
from tests.oracles import memory
from tests.oracles.isolation import satisfied
from tests.textbook import CASES, SHOWN

OPERATIONS = {model.name: model for model in MODELS.values() if model.name in memory.MODELS}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_history_satisfies_what_the_literature_says(case):
    found = satisfied(case.history)
    assert {name: name in found for name, _ in case.expected()} == dict(case.expected())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_anomaly_refutes_only_what_the_history_violates(case):
    found = satisfied(case.history)
    refuted = {name for anomaly in case.anomalies for name in refuted_by(anomaly, data=case.data)}
    assert refuted.isdisjoint(found)


def test_every_example_of_transactions_is_a_case():
    transactional = {name for name, example in EXAMPLES.items() if "write(" not in example.text}
    assert {case.name for case in SHOWN} == transactional


def test_every_anomaly_of_transactions_is_in_a_case():
    shown = {anomaly for case in CASES for anomaly in case.anomalies}
    assert shown == {kind.name for kind in ANOMALIES.values() if kind.data != {Data.OPERATIONS}}


def test_every_transactional_model_is_refused_to_some_case_and_granted_to_another():
    verdicts = {verdict for case in CASES for verdict in case.expected()}
    names = {model.name for model in MODELS.values() if model.data & set(Data) - {Data.OPERATIONS}}
    assert verdicts == {(name, good) for name in names for good in (True, False)}


def boundary(model, found):
    """What `allows` must show: that the model holds, and some stronger one does not."""
    return model in found and any(model in implied(name) for name in MODELS if name not in found)


@pytest.mark.parametrize(
    "kind", [kind for kind in ANOMALIES.values() if kind.data == {Data.OPERATIONS}], ids=lambda kind: kind.name
)
def test_an_anomaly_of_single_operations_refutes_only_what_its_example_violates(kind):
    refuted = refuted_by(kind.name, data=Data.OPERATIONS)
    assert refuted & memory.MODELS.keys()
    assert refuted.isdisjoint(memory.satisfied(history(EXAMPLES[kind.example].text)))


@pytest.mark.parametrize("model", OPERATIONS.values(), ids=lambda model: model.name)
def test_the_examples_of_a_model_of_memory_show_what_it_forbids_and_allows(model):
    assert model.name not in memory.satisfied(history(EXAMPLES[model.forbids].text))
    allowed = memory.satisfied(history(EXAMPLES[model.allows].text))
    assert model.name in allowed
    assert model.name == "linearizable" or boundary(model.name, allowed)


@pytest.mark.parametrize(
    "model", [model for model in MODELS.values() if Data.OPERATIONS not in model.data], ids=lambda model: model.name
)
def test_the_examples_of_a_transactional_model_show_what_it_forbids_and_allows(model):
    assert model.name not in satisfied(history(EXAMPLES[model.forbids].text))
    allowed = satisfied(history(EXAMPLES[model.allows].text))
    assert model.name in allowed
    assert model.name == "strict-serializable" or boundary(model.name, allowed)
