"""The session guarantees, one history each, and what comes of them together."""

from __future__ import annotations

import pytest

from checkers.audit import audit
from checkers.verdict import Status
from checkers.weaker import check_weaker
from checkers.weaker.check import MODELS
from tests.micro import history
from tests.oracles.fates import satisfied

GUARANTEES = {
    "RYW": "read-your-writes",
    "MR": "monotonic-reads",
    "MW": "monotonic-writes",
    "WFR": "writes-follow-reads",
}

BROKEN = {
    # Read your writes
    "write(x,1) ; read(x,1)": "",
    "write(x,1) ; read(x,nil)": "RYW",
    "write(x,1) ; write(x,2) ; read(x,1)": "RYW",
    "write(x,1) ; read(x,2)\nwrite(x,2)": "",  # who wins, is newer
    "write(x,1) ; read(x,2)\nwrite(x,2) ; read(x,1)": "",  # for each the other's is newer
    "write(x,1) ; write(y,1) ; read(x,1) ; read(y,nil)": "RYW",
    "write(x,1) fail ; read(x,nil)": "",
    "write(x,1) info ; read(x,nil)": "",
    "write(x,1) info ; read(x,nil)\nread(x,1)": "",  # nobody promised the one who goes on anything
    "cas(x,nil,1) ; read(x,nil)": "RYW",
    "read(x,nil) ; read(x,nil)": "",
    # Monotonic reads
    "write(x,1)\nread(x,1) ; read(x,nil)": "MR",
    "write(x,1)\nread(x,nil) ; read(x,1)": "",
    "write(x,1)\nwrite(x,2)\nread(x,2) ; read(x,1)": "",  # 2 may be the older
    "write(x,1)\nwrite(x,2)\nread(x,2) ; read(x,1) ; read(x,2)": "MR",
    "write(x,1)\nwrite(x,2)\nread(x,1) ; read(x,2)\nread(x,2) ; read(x,1)": "",  # each session has its order
    "write(x,1) ; write(x,2)\nread(x,2) ; read(x,1)": "MR",
    "write(x,1) ; write(x,2) info\nread(x,2) ; read(x,1)": "MR",
    "write(x,1)\nwrite(y,1)\nread(x,1) ; read(y,nil) ; read(y,1)": "",
    # Monotonic writes
    "write(x,1) ; write(y,1)\nread(x,1) ; read(y,nil)": "",
    "write(x,1) ; write(y,1)\nread(y,1) ; read(x,nil)": "MW",
    "write(x,1) ; write(y,1)\nread(y,1) ; read(x,nil) ; read(x,1)": "MW",
    "write(x,1) ; write(y,1) ; write(z,1)\nread(z,1) ; read(x,nil)": "MW",
    "write(x,1) ; write(x,2)\nread(x,2) ; read(x,nil)": "MR MW",
    "write(x,1) ; write(y,1) ; read(y,1) ; read(x,nil)": "RYW MW",
    # Writes follow reads
    "write(x,1)\nread(x,1) ; write(y,1)\nread(x,1) ; read(y,nil)": "",
    "write(x,1)\nread(x,1) ; write(y,1)\nread(y,1) ; read(x,nil)": "WFR",
    "write(x,1)\nread(x,1) ; write(y,1) ; read(y,1) ; read(x,nil)": "MR WFR",
    "write(x,1)\nread(x,nil) ; write(y,1) ; read(x,1)\nread(y,1) ; read(x,nil)": "",
    # Nothing of all this
    "write(x,1) ; read(y,nil)\nwrite(y,1) ; read(x,nil)": "",
    "write(x,1)\n---\nread(x,nil)": "",
    "write(x,1)\nread(x,2)": "RYW MR MW WFR",  # nobody wrote that
}

TOGETHER = {
    # all that two guarantees ask for cannot be had, each alone can: PRAM
    "write(x,1) ; read(x,2) ; read(x,1)\nwrite(x,2)": "causal causal-convergence sequential PRAM",
    # an answer to an answer: causality is transitive, the guarantees are not
    "write(x,1)\nread(x,1) ; write(y,1)\nread(y,1) ; write(z,1)\nread(z,1) ; read(x,nil)": (
        "causal weak-causal causal-convergence sequential"
    ),
    "write(x,1) ; write(y,1)\nread(y,1) ; write(z,1)\nread(z,1) ; read(x,nil)": (
        "causal weak-causal causal-convergence sequential"
    ),
    # an answer, and then what it answered
    "write(x,1)\nread(x,1) ; write(x,2)\nread(x,2) ; read(x,1)": "causal weak-causal causal-convergence sequential",
    # two winners
    "write(x,1) ; read(x,2)\nwrite(x,2) ; read(x,1)": "causal-convergence sequential",
}


def violated(text):
    past = history(text)
    found = check_weaker(past)
    verified = audit(past, found)
    assert not verified.wrong
    assert not verified.unverified
    broken = {model for model in MODELS if found.status(model) is Status.VIOLATED}
    assert {model for model in MODELS if found.status(model) is Status.HOLDS} == set(MODELS) - broken
    assert set(MODELS) & satisfied(past.operations) == set(MODELS) - broken
    return broken


@pytest.mark.parametrize(("text", "broken"), BROKEN.items(), ids=BROKEN)
def test_the_guarantees_that_a_history_breaks(text, broken):
    assert violated(text) & set(GUARANTEES.values()) == {GUARANTEES[name] for name in broken.split()}


@pytest.mark.parametrize(("text", "broken"), TOGETHER.items(), ids=TOGETHER)
def test_histories_that_keep_each_guarantee_and_break_what_is_made_of_them(text, broken):
    assert violated(text) == set(broken.split())
