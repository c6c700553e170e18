import pytest

from harness.test import TestError
from harness.workloads import ELSEWHERE, MODULES, workload
from harness.workloads.inference import RULES, infer
from histories import Event, EventType, History


def history(*operations):
    """A history of operations (f, value asked, result), one after another."""
    events = []
    for f, value, result in operations:
        for kind, shown in ((EventType.INVOKE, value), (EventType.OK, result)):
            events.append(Event(index=len(events), time=0, type=kind, process=0, f=f, value=shown))
    return History.of(events)


@pytest.mark.parametrize(
    ("operations", "name"),
    [
        ([("read", None, 1), ("write", 2, 2)], "cas-register"),
        ([("txn", [["append", 1, 2]], [["append", 1, 2]]), ("txn", [["r", 1, None]], [["r", 1, [2]]])], "list-append"),
        ([("txn", [["r", 1, None]], [["r", 1, 2]])], "rw-register"),
        ([("add", 1, 1), ("read", None, [1])], "set"),
        ([("add", 1, 1), ("read", None, [1]), ("read", None, [1])], "set-full"),
        ([("add", 1, 1), ("read", None, 1)], "counter"),
        ([("read", None, {"a": 1})], "bank-totals"),
        ([("enqueue", 1, 1), ("drain", None, [1])], "total-queue"),
        ([("get", None, "x")], "kv"),
        ([("acquire", None, None)], "mutex"),
    ],
)
def test_a_history_tells_its_workload(operations, name):
    assert infer(history(*operations), "h") == name


def test_what_cannot_be_told_is_asked_for():
    with pytest.raises(TestError, match=r"h: .* found fly; name one with --workload"):
        infer(history(("fly", None, None)), "h")


def test_every_rule_leads_to_a_workload():
    assert {name for _, _, name in RULES} <= {*MODULES, *ELSEWHERE}


@pytest.mark.parametrize("name", [*MODULES, *ELSEWHERE])
def test_a_workload_tests_what_it_claims(name):
    work = workload(name)
    assert work.name == name
    assert work.claim in work.models
