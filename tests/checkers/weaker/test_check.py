"""The weaker models: against the definitions, with every fate of what is uncertain; and audited."""

from __future__ import annotations

import random

import pytest

from checkers.audit import audit as verify
from checkers.budget import Budget
from checkers.models import EXAMPLES
from checkers.models import MODELS as LATTICE
from checkers.verdict import Status
from checkers.weaker import check_weaker
from checkers.weaker.check import CAUSAL, MODELS
from histories import History, HistoryError, Operation, Outcome
from tests.micro import history as textbook
from tests.oracles.fates import satisfied
from tests.oracles.random_histories import intervals
from tests.timelines import timeline


def judged(history, *, audited=True):
    """The models that hold; the others are violated."""
    found = check_weaker(history)
    assert {finding.status for finding in found.models.values()} <= {Status.HOLDS, Status.VIOLATED}
    if audited:
        audit = verify(history, found)
        assert not audit.wrong, history.operations
        assert not audit.unverified, history.operations
    return {model for model, finding in found.models.items() if finding.status is Status.HOLDS}


# ── Textbook ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("model", MODELS)
def test_the_examples_of_the_lattice_are_judged_as_it_says(model):
    assert model in judged(textbook(EXAMPLES[LATTICE[model].allows].text))
    assert model not in judged(textbook(EXAMPLES[LATTICE[model].forbids].text))


@pytest.mark.parametrize(
    ("drawing", "violated"),
    [
        ("0: [write x 1] [read x -> 1]", set()),
        ("0: [write x 1] [read x]", set(MODELS) - {"monotonic-reads", "monotonic-writes", "writes-follow-reads"}),
        ("0: [read x -> 1]", set(MODELS)),
        ("0: [write x 1!\n1:  [read x -> 1]", set(MODELS)),
        ("0: [write x 1?\n1:  [read x -> 1]", set()),
        ("0: [write x 1? [read x]\n1:              [read x -> 1]", set()),
        ("0: [cas x [null, 1]]\n1: [cas x [null, 2]]", {"sequential"}),
        ("0: [cas x [null, 1]]\n1: [cas x [1, 2]] [read x -> 2]", set()),
        (
            "0: [read x -> 2] [write y 1]\n1: [read y -> 1] [write x 2]",
            set(CAUSAL),
        ),
    ],
)
def test_small_cases(drawing, violated):
    assert judged(timeline(drawing)) == set(MODELS) - violated


@pytest.mark.parametrize(
    "drawing",
    [
        "0: [write x 1] [write x 1] [read x -> 1]",
        "0: [write x 1] [write x null] [read x]",
        "0: [write x 1]\n1: [cas x [1, 2]] [cas x [2, 1]] [read x -> 1]",
        "0: [write x 1? [write x 1] [read x -> 1]",
    ],
)
def test_values_that_are_not_unique_are_not_guessed(drawing):
    found = check_weaker(timeline(drawing))
    assert {finding.status for finding in found.models.values()} == {Status.UNKNOWN}
    assert "cannot be known" in found.models["causal"].because


def test_values_that_nobody_read_need_not_be_unique():
    assert judged(timeline("0: [write x 1] [write x 1] [write x 2] [read x -> 2] [write y null]")) == set(MODELS)


def test_nothing_is_known_of_nothing():
    found = check_weaker(timeline("0: [read x? [write x 1!"))
    assert {finding.status for finding in found.models.values()} == {Status.UNKNOWN}


def test_what_is_no_register_is_refused():
    with pytest.raises(HistoryError, match="expected one of cas, read, write"):
        check_weaker(timeline("0: [push 1]"))


def test_a_search_that_is_too_long_says_how_far_it_got():
    lines = [f"{p}: [write x {p + 1}] [read x -> {p + 1}] [write y {p + 1}] [read y -> {p + 1}]" for p in range(4)]
    found = check_weaker(timeline("\n".join(lines)), Budget(configurations=1))
    assert found.status("sequential") is Status.UNKNOWN
    assert found.models["sequential"].because.startswith("1 configurations were not enough; the longest beginning")
    assert found.status("causal") is Status.HOLDS


# ── Prose ───────────────────────────────────────────────────────────────────────────────────────


UNEXPLAINED = """
0: [write x 1]
1:            [read x -> 1] [write y 2]
2:                                     [read y -> 2] [read x]
"""

TOLD = {
    "weak-causal": (
        UNEXPLAINED,
        "WriteCOInitRead",
        (
            "#8 (process 2 reads None from x), the initial value, but it comes after #0 (process 0 writes 1 "
            "to x): #2 reads what #0 wrote, #2 is before #4 in process 1, #6 reads what #4 wrote, #6 is "
            "before #8 in process 2"
        ),
    ),
    "PRAM": (
        "0: [write x 1] [write x 2]\n1:  [read x -> 2] [read x -> 1]",
        "CyclicHB",
        (
            "process 1 cannot put what it saw in one order: #0 is before #3 in process 0, #3 must come "
            "before #0, since #5 reads what #0 wrote and comes after both"
        ),
    ),
    "read-your-writes": (
        "0: [write x 1] [read x]",
        "not-read-your-writes",
        (
            "read-your-writes is broken for process 0: #2 (process 0 reads None from x), which must be no "
            "older than #0: its own process wrote that before; but #0 is newer than the initial value, as "
            "every other is"
        ),
    ),
    "sequential": (
        "0: [write x 1] [read y]\n1: [write y 1] [read x]",
        "nonsequential",
        (
            "no order of all operations explains their results. The longest beginning of one has 0 of 4 "
            "reads and writes, and nothing can come next: #0 (process 0 writes 1 to x) must wait for #5; #1 "
            "(process 1 writes 1 to y) must wait for #4"
        ),
    ),
    "causal-convergence": (
        "0: [write x 1] [read x -> 2]\n1: [write x 2] [read x -> 1]",
        "CyclicCF",
        (
            "the writes cannot be put in one order for all: #0 must come before #1, since #4 reads what #1 "
            "wrote and comes after both, #1 must come before #0, since #5 reads what #0 wrote and comes "
            "after both"
        ),
    ),
}


@pytest.mark.parametrize("model", TOLD)
def test_violations_are_told_in_prose(model):
    drawing, kind, told = TOLD[model]
    found = check_weaker(timeline(drawing))
    assert found.models[model].because == told
    assert kind in {anomaly.type for anomaly in found.anomalies if anomaly.explanation == told}


# ── Against the definitions ─────────────────────────────────────────────────────────────────────


def random_history(luck, count_max, *, cas):
    """Reads, writes and cas of a few objects, with unique values; nearly all that is read was written by somebody."""
    spans = intervals(luck, luck.randint(2, count_max), luck.randint(1, 4))
    keys = "xyz"[: luck.choice([1, 2, 2, 3])]
    share = luck.choice([0.35, 0.5])
    fs = [luck.choice(("write", "cas") if cas else ("write",)) if luck.random() < share else "read" for _ in spans]
    where = [luck.choice(keys) for _ in spans]
    written = {key: [n for n, f in enumerate(fs) if f != "read" and where[n] == key] for key in keys}
    operations, retired = [], {}
    for number, ((process, call, end), f, key) in enumerate(zip(spans, fs, where, strict=True)):
        known = [None, *written[key], *written[key]]
        seen = luck.choice(known) if luck.random() < 0.97 else 99
        outcome = luck.choice([Outcome.OK] * 8 + [Outcome.INFO, Outcome.FAIL])
        value = {"read": None, "write": number, "cas": [seen, number]}[f]
        operations.append(
            Operation(
                index=call,
                end=end,
                process=process + 10 * retired.get(process, 0),
                f=f,
                key=key,
                value=value,
                result=(seen if f == "read" else value) if outcome is Outcome.OK else None,
                outcome=outcome,
            )
        )
        if outcome is Outcome.INFO and luck.random() < 0.8:
            retired[process] = retired.get(process, 0) + 1
    return History(operations=tuple(operations))


@pytest.mark.parametrize("count", [2_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_small_histories_are_judged_as_the_definitions_do(count, monkeypatch):
    luck = random.Random(count)
    seen = set()
    for number in range(count):
        cas = number % 2 == 1
        monkeypatch.setattr("checkers.weaker.check.QUICK", number // 2 % 2 * 2)  # none: all is saturated first
        history = random_history(luck, 6 if cas else 7, cas=cas)
        if any(o.ok for o in history):
            expected = satisfied(history.operations)
            assert judged(history, audited=number % 5 == 0) == expected, history.operations
            seen.add(frozenset(expected))
    assert len(seen) > 9


def test_renaming_processes_keys_and_values_changes_nothing():
    luck = random.Random(12)
    for _ in range(300):
        history = random_history(luck, 7, cas=True)
        if not any(o.ok for o in history):
            continue
        process, key = {o.process: n for n, o in enumerate(luck.sample(history.operations, len(history)))}, {}
        for o in history:
            key.setdefault(o.key, f"k{luck.random()}")

        def value(v):
            return None if v is None else [value(part) for part in v] if isinstance(v, list) else f"v{v}"

        renamed = History(
            operations=tuple(
                Operation(
                    index=3 * o.index + 1,
                    end=3 * o.end + 1,
                    process=process[o.process],
                    f=o.f,
                    key=key[o.key],
                    value=value(o.value),
                    result=value(o.result),
                    outcome=o.outcome,
                )
                for o in history
            )
        )
        assert judged(renamed) == judged(history)
