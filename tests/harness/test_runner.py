"""The runner against a cluster that is no simulation: plain objects, on Trio's mock clock."""

import pytest
import trio
from trio.testing import MockClock

from harness.generators import Each, Invocation, Limit, Nothing, on_each_thread
from harness.recorder import Recorder, RunLog
from harness.runner import NotHealedError, Runner
from harness.test import Test
from harness.workloads.workload import Workload, no_final
from histories import Journal, Outcome, read_journal
from nemesis.process import Crash
from systems.system import Client, DefiniteError, IndefiniteError


class Surface:
    """Every surface of a cluster at once; remembers what was done to it."""

    def __init__(self):
        self.done = []
        self.left = []

    def crash(self, node):
        self.done.append(("crash", node))

    def restart(self, node):
        self.done.append(("restart", node))

    def resume(self, node):
        self.done.append(("resume", node))

    def reset(self, node):
        self.done.append(("reset", node))

    def offset(self, node):
        return 0.0

    def broken(self):
        return self.left


class FakeCluster:
    nodes = ("n1", "n2")

    def __init__(self, invoke):
        self.network = self.clocks = self.hosts = self.surface = Surface()
        self.invoke = invoke
        self.connected = []
        self.closed = []
        self.begun = []

    def leaders(self):
        return ("n2",)

    def begin(self, *ids):
        self.begun.append(ids)

    async def connect(self, node, process):
        self.connected.append((node, process))
        return FakeClient(self, process)

    async def probe(self):
        return []

    def statistics(self):
        return {"messages": 3}


class FakeClient(Client):
    def __init__(self, cluster, process):
        self.cluster, self.process = cluster, process

    async def invoke(self, f, key, value):
        return await self.cluster.invoke(f, key, value)

    async def close(self):
        self.cluster.closed.append(self.process)


def run(tmp_path, cluster, generator, *, faults=(), final=no_final, **settings):
    test = Test(nodes=2, rate=1000.0, quiet=1.0, **{"concurrency": "1", "time_limit": 10.0, **settings})
    work = Workload(
        name="w",
        summary="",
        data="register",
        claim="linearizable",
        models=("linearizable",),
        generator=lambda _: generator,
        check=None,
        final=final,
    )
    log = RunLog(tmp_path / "log.jsonl")
    try:
        with Journal(tmp_path / "history.jsonl") as journal:
            runner = Runner(test=test, workload=work, schedule=faults, recorder=Recorder(journal), log=log)
            statistics = trio.run(runner, cluster, clock=MockClock(autojump_threshold=0))
    finally:
        log.close()
    return read_journal(tmp_path / "history.jsonl"), statistics


def writes(count):
    return Limit(Each(lambda number, _: Invocation(f="write", key=0, value=number)), count)


async def echo(_f, _key, value):
    await trio.sleep(0.25)
    return value


def test_what_clients_learn_is_written_down_with_its_time(tmp_path):
    history, statistics = run(tmp_path, FakeCluster(echo), writes(1))
    (operation,) = history
    assert (operation.f, operation.key, operation.value, operation.result) == ("write", 0, 0, 0)
    assert (operation.index, operation.end, operation.node) == (0, 1, "n1")
    assert operation.end_ns - operation.invoke_ns == 250_000_000
    assert statistics == {"messages": 3}


async def hang(_f, _key, _value):
    await trio.sleep_forever()


async def refuse(_f, _key, _value):
    raise DefiniteError("no leader")


async def lose(_f, _key, _value):
    raise IndefiniteError("connection lost")


async def stumble(_f, _key, _value):
    raise KeyError("no such field in the reply")


@pytest.mark.parametrize(
    ("invoke", "outcome", "error"),
    [
        (hang, Outcome.INFO, "no answer within 1 s"),
        (refuse, Outcome.FAIL, "no leader"),
        (lose, Outcome.INFO, "connection lost"),
        (stumble, Outcome.INFO, "the client failed: KeyError('no such field in the reply')"),
    ],
)
def test_every_end_of_an_operation_has_its_outcome(tmp_path, invoke, outcome, error):
    history, _ = run(tmp_path, FakeCluster(invoke), writes(1))
    assert (history.operations[0].outcome, history.operations[0].error) == (outcome, error)


def test_a_process_is_retired_after_an_indeterminate_operation_and_its_client_closed(tmp_path):
    cluster = FakeCluster(lose)
    history, _ = run(tmp_path, cluster, writes(3))
    assert [operation.process for operation in history] == [0, 1, 2]
    assert [process for _, process in cluster.connected] == [0, 1, 2, 3]
    assert cluster.closed == [0, 1, 2, 3]


def test_an_operation_s_luck_hangs_on_its_thread_and_its_number_there(tmp_path):
    cluster = FakeCluster(lose)
    run(tmp_path, cluster, writes(2))
    assert cluster.begun == [("operation", 0, 1), ("operation", 0, 2)]


def test_a_process_goes_on_after_a_failure(tmp_path):
    history, _ = run(tmp_path, FakeCluster(refuse), writes(3))
    assert {operation.process for operation in history} == {0}


def test_a_client_that_stumbles_is_told_in_the_log(tmp_path):
    run(tmp_path, FakeCluster(stumble), writes(1))
    assert "no such field" in (tmp_path / "log.jsonl").read_text()


def test_the_nemesis_strikes_and_heals_and_all_is_recorded(tmp_path):
    cluster = FakeCluster(echo)
    crash = Crash(id="crash-0", start=1.0, duration=2.0, nodes=("n2",))
    history, _ = run(tmp_path, cluster, writes(40), faults=[crash])
    assert cluster.surface.done[:2] == [("crash", "n2"), ("restart", "n2")]
    start, stop, healed = history.faults
    assert (start.f, start.time, start.value["id"]) == ("start", 1_000_000_000, "crash-0")
    assert (stop.f, stop.time) == ("stop", 3_000_000_000)
    assert (healed.f, healed.value) == ("healed", {"broken": []})


def test_a_fault_that_is_aimed_at_the_leader_strikes_whoever_leads_then(tmp_path):
    cluster = FakeCluster(echo)
    crash = Crash(id="crash-0", start=1.0, duration=2.0, nodes=("n1",), leader="n1")
    history, _ = run(tmp_path, cluster, writes(40), faults=[crash])
    assert cluster.surface.done[:2] == [("crash", "n2"), ("restart", "n2")]
    assert history.faults[0].value["targets"] == ["n2"]


def test_a_fault_that_would_outlive_the_run_is_healed_at_its_end(tmp_path):
    cluster = FakeCluster(echo)
    crash = Crash(id="crash-0", start=1.0, duration=99.0, nodes=("n1",))
    history, _ = run(tmp_path, cluster, writes(4), faults=[crash], time_limit=5.0)
    assert [event.time for event in history.faults] == [1_000_000_000, 5_000_000_000, 5_000_000_000]


def test_what_does_not_heal_ends_the_run(tmp_path):
    cluster = FakeCluster(echo)
    cluster.surface.left = ["n1 is down"]
    with pytest.raises(NotHealedError, match="n1 is down"):
        run(tmp_path, cluster, writes(1))
    assert len(read_journal(tmp_path / "history.jsonl")) == 1


def test_final_reads_come_after_the_quiet_time_over_the_keys_that_were_used(tmp_path):
    def final(test, keys):
        return on_each_thread(lambda _: [Invocation(f="read", key=key) for key in keys], test.clients)

    history, _ = run(tmp_path, FakeCluster(echo), writes(2), final=final)
    last = history.operations[-1]
    assert (last.f, last.key) == ("read", 0)
    assert last.invoke_ns >= 10_000_000_000 + 1_000_000_000


def test_nothing_to_do_is_done(tmp_path):
    history, _ = run(tmp_path, FakeCluster(echo), Nothing())
    assert len(history) == 0
