"""The checker and the definition agree on random small histories, with uncertain and failed operations among them."""

from __future__ import annotations

import random

import pytest

from checkers.linearizability import check_linearizable, culprit, search
from checkers.linearizability.audit import audit_linearizable
from checkers.linearizability.monitors import MONITORS
from histories import History
from tests.oracles.agreement import KINDS, TYPES, disagreement

FEW = 400
MANY = 20_000  # histories of each data type, shared among the kinds of histories that there are for it
MANY_SEARCHED = 2_000  # of those, by search alone, where another method comes first


@pytest.mark.parametrize("search_only", [False, True], ids=["with monitors", "by search"])
@pytest.mark.parametrize("name", KINDS)
def test_verdicts_agree_with_the_definition(name, search_only, monkeypatch):
    monkeypatch.setattr(search, "FEW", 0 if search_only else search.FEW)
    assert disagreement(KINDS[name], range(FEW), search_only=search_only) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", TYPES)
def test_twenty_thousand_verdicts_agree_with_the_definition(name, monkeypatch):
    monkeypatch.setattr(culprit, "EFFORT", 0)  # verdicts alone: explanations cost more than they do
    monkeypatch.setattr(culprit, "EFFORT_MIN", 0)
    kinds = [KINDS[kind] for kind in TYPES[name]]
    for first, kind in enumerate(kinds):
        assert disagreement(kind, range(first, MANY, len(kinds)), search_only=False) is None
        monkeypatch.setattr(search, "FEW", 0)
        if type(kind.specification) in MONITORS:
            assert disagreement(kind, range(first, MANY_SEARCHED, len(kinds)), search_only=True) is None


@pytest.mark.parametrize("name", KINDS)
def test_every_verdict_passes_the_audit(name):
    kind = KINDS[name]
    for seed in range(300):
        history = History(operations=kind.make(random.Random(seed)))
        for search_only in (False, True):
            verdict = check_linearizable(history, kind.specification, search_only=search_only)
            audit = audit_linearizable(history, kind.specification, verdict)
            assert not audit.wrong, seed
            assert not audit.unverified, seed
            assert audit.verified, seed
