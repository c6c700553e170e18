from __future__ import annotations

import pytest

from checkers.models import (
    MODELS,
    Data,
    by_strength,
    canonical_anomaly,
    canonical_model,
    equivalent,
    implied,
    implied_anomalies,
    implies,
    proscribed,
    refuted_by,
    strongest,
    weakest,
)
from histories.names import UnknownNameError


def test_a_model_is_found_by_its_aliases_in_any_case():
    assert canonical_model("PL-3") == canonical_model("ser") == "serializable"
    assert canonical_model("causal (transactional)") == "transactional-causal"
    assert canonical_anomaly("p4") == "lost-update"


def test_a_wrong_name_is_answered_with_the_nearest_right_ones():
    with pytest.raises(UnknownNameError, match=r"serialisable.*did you mean serializable"):
        canonical_model("serialisable")
    with pytest.raises(UnknownNameError, match="no name is near it"):
        canonical_anomaly("zzzzzz")


def test_strict_serializability_is_above_everything_but_eventual_consistency():
    rest = set(MODELS) - implied("strict-serializable")
    assert rest == {"strict-serializable", "strong-eventual", "eventual"}


def test_serializability_is_above_snapshot_isolation_and_not_above_sessions():
    assert implies("serializable", "snapshot-isolation")
    assert implies("serializable", "read-uncommitted")
    assert not implies("serializable", "strong-session-snapshot-isolation")
    assert not implies("snapshot-isolation", "repeatable-read")


def test_repeatable_read_is_serializable_where_there_are_no_predicates():
    assert not implies("repeatable-read", "serializable")
    assert implies("repeatable-read", "serializable", data=Data.LIST_APPEND)
    assert not implies("repeatable-read", "serializable", data=Data.PREDICATE)
    assert "repeatable-read" in equivalent("serializable", data=Data.RW_REGISTER)


def test_for_single_operations_sequential_consistency_is_strong_session_serializability():
    assert implies("strong-session-serializable", "sequential", data=Data.OPERATIONS)
    assert not implies("strong-session-serializable", "sequential", data=Data.LIST_APPEND)


def test_the_three_causals():
    assert implied("sequential") > {"causal", "causal-convergence", "weak-causal", "PRAM"}
    assert not implies("causal", "causal-convergence")
    assert not implies("causal-convergence", "causal")
    assert "PRAM" in implied("causal")
    assert "PRAM" not in implied("causal-convergence")


def test_models_that_histories_cannot_tell_apart():
    assert equivalent("consistent-view") == {"forward-consistent-view", "parallel-snapshot-isolation"}
    assert equivalent("serializable") == {"view-serializable"}
    assert equivalent("snapshot-isolation") == set()


@pytest.mark.parametrize(
    ("anomaly", "models"),
    [
        ("G0", ["read-uncommitted"]),
        ("G1a", ["linearizable", "read-committed"]),
        ("incompatible-order", ["read-committed"]),
        ("lost-update", ["linearizable", "cursor-stability"]),
        ("observed-transaction-vanishes", ["monotonic-atomic-view"]),
        ("fractured-reads", ["consistent-view", "read-atomic"]),
        ("internal", ["axiomatic-repeatable-read", "consistent-view", "repeatable-read", "read-atomic"]),
        ("G-single", ["consistent-view"]),
        ("G-nonadjacent", ["snapshot-isolation"]),
        ("long-fork", ["prefix"]),
        ("G2-item", ["repeatable-read"]),
        ("G2", ["serializable"]),
        ("G-single-realtime", ["strong-snapshot-isolation"]),
        ("G2-process", ["strong-session-serializable"]),
        ("G2-realtime", ["strict-serializable"]),
        ("nonlinearizable", ["linearizable"]),
    ],
)
def test_the_weakest_models_that_an_anomaly_refutes(anomaly, models):
    assert set(weakest(refuted_by(anomaly))) == set(models)


def test_an_anomaly_of_single_operations_refutes_only_what_they_can_test():
    assert refuted_by("future-read", data=Data.OPERATIONS) == {"linearizable", "strict-serializable"}
    assert "read-committed" in refuted_by("future-read", data=Data.RW_REGISTER)


def test_a_model_forbids_what_refutes_it():
    assert proscribed("read-uncommitted") >= {"G0", "duplicate-elements", "cyclic-versions", "garbage-read"}
    assert "G1a" not in proscribed("read-uncommitted")
    assert proscribed("read-committed") > proscribed("read-uncommitted") | {"G1b", "dirty-update"}
    assert {"lost-update", "G-single", "long-fork"} <= proscribed("snapshot-isolation")
    assert "G2-item" not in proscribed("snapshot-isolation")


def test_an_anomaly_is_also_those_that_it_implies():
    assert implied_anomalies("lost-update") > {"G-cursor", "G-single-item", "G2-item", "G2-realtime"}
    assert implied_anomalies("G1c") == {"G1c", "G1", "G1c-process", "G1c-realtime"}


def test_no_model_comes_before_one_that_implies_it():
    order = by_strength(MODELS)
    assert len(order) == len(MODELS)
    for place, name in enumerate(order):
        assert not any(implies(later, name) for later in order[place + 1 :] if later not in equivalent(name))


def test_the_strongest_and_the_weakest_of_several_models():
    some = ["read-committed", "snapshot-isolation", "repeatable-read", "prefix", "view-serializable"]
    assert strongest(some) == ["snapshot-isolation", "repeatable-read"]
    assert weakest(some) == ["read-committed"]
