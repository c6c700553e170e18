"""The checker and the definition agree on random small histories, with uncertain and failed operations among them."""

from __future__ import annotations

import random

import pytest

from checkers.linearizability import check_linearizable
from checkers.linearizability.audit import audit_linearizable
from histories import History
from tests.oracles.agreement import KINDS, disagreement

FEW = range(400)
MANY = range(20_000)


@pytest.mark.parametrize("search_only", [False, True], ids=["with monitors", "by search"])
@pytest.mark.parametrize("name", KINDS)
def test_verdicts_agree_with_the_definition(name, search_only):
    assert disagreement(KINDS[name], FEW, search_only=search_only) is None


@pytest.mark.slow
@pytest.mark.parametrize("search_only", [False, True], ids=["with monitors", "by search"])
@pytest.mark.parametrize("name", KINDS)
def test_twenty_thousand_verdicts_agree_with_the_definition(name, search_only):
    assert disagreement(KINDS[name], MANY, search_only=search_only) is None


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
