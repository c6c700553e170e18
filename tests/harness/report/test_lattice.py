from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from checkers.models import MODELS, strongest, weakest
from checkers.verdict import Classification, Finding, Status
from harness.report import Lattice, lattice_of_models
from harness.report.lattice_figure import lattice_figure
from tests.harness.report.samples import parsed


def judged(status, models):
    return Classification(models={model: Finding(status=status, because="so") for model in models})


@given(st.sets(st.sampled_from(sorted(MODELS))))
def test_the_border_is_the_one_that_the_catalogue_draws(models):
    lattice = lattice_of_models()
    assert set(lattice.strongest_holding(judged(Status.HOLDS, models))) == set(strongest(models))
    assert set(lattice.weakest_violated(judged(Status.VIOLATED, models))) == set(weakest(models))


def test_a_model_that_the_lattice_does_not_know_stands_by_itself():
    lattice = Lattice(models=("a", "b"), implications=(("a", "b"),))
    assert lattice.strongest_holding(judged(Status.HOLDS, ["b", "mine", "a"])) == ["a", "mine"]
    assert lattice.weakest_violated(judged(Status.VIOLATED, ["b", "mine", "a"])) == ["b", "mine"]


def test_every_name_of_a_model_or_an_anomaly_has_a_meaning():
    meanings = lattice_of_models().meanings
    assert meanings["strict-serializable"].startswith("Serializable")
    assert meanings["dirty-read"] == meanings["G1a"]


def test_the_chart_colours_each_model_by_what_was_found_and_marks_the_claim():
    found = {
        "serializable": Finding(status=Status.VIOLATED, because="a cycle"),
        "snapshot-isolation": Finding(status=Status.HOLDS, because="an order"),
        "read-committed": Finding(status=Status.UNKNOWN, because="no time"),
    }
    root = parsed(lattice_figure(lattice_of_models(), found, "serializable"))
    drawn = {group.find("title").text.split(":")[0]: group.get("class").split() for group in root.iter("g")}
    assert set(drawn) == set(MODELS)
    assert drawn["serializable"] == ["model", "violated", "claimed"]
    assert drawn["snapshot-isolation"] == ["model", "holds"]
    assert drawn["read-committed"] == ["model", "unknown"]
    assert drawn["linearizable"] == ["model", "not-testable"]


def test_no_lattice_is_no_chart():
    assert lattice_figure(Lattice(), {}, "linearizable") == ""
