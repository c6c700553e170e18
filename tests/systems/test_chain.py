import itertools

import pytest
import trio

from checkers.linearizability import CasRegister, Register, check_linearizable
from checkers.verdict import Status
from harness.campaign.trial import Ruling, rule
from harness.execution import choose, execute, prepare
from harness.store import Store
from harness.workloads import workload
from histories import Outcome
from systems.chain import Chain, ChainAnywhere
from systems.chain_replication.messages import Forward
from systems.consensus.messages import Entry
from systems.simulation.link import Link
from systems.system import DefiniteError
from tests.raft_cluster import on_raft
from tests.register_runs import run_registers

ALL_FAULTS = ("partition", "clock", "crash", "pause")
LONG_ENOUGH_S = 1.5  # for a silent node to be removed, or for one that is out to be let in


def on_chain(scenario, bug=None, system=None):
    return on_raft(scenario, nodes=3, bug=bug, system=system or Chain())


def node(lab, name):
    return lab._cluster._hosts[name].node


def chain(lab, name="n2"):
    return node(lab, name).configuration.chain


async def settle(lab):
    await lab.leader()
    await trio.sleep(0.2)


# ── Its shape ──


def test_every_node_serves_the_same_registers():
    async def scenario(lab):
        await settle(lab)
        for value, name in enumerate(lab.nodes):
            await lab.write(name, value)
            assert await lab.read_everywhere() == [value] * 3
        with pytest.raises(DefiniteError, match="no append"):
            await lab.ask("n1", "append", 0, 1)

    _, statistics = on_chain(scenario)
    assert statistics["epochs"] == 1


def test_what_is_acknowledged_is_on_every_disk():
    async def scenario(lab):
        await settle(lab)
        await lab.write("n2", 7)
        return [node(lab, name).storage.entries[-1].command for name in lab.nodes]

    assert on_chain(scenario)[0] == [("write", 0, 7)] * 3


def test_copies_of_messages_change_nothing_and_beget_no_messages_without_end():
    async def busy(lab, harm):
        for source, target in itertools.permutations(lab.nodes, 2):
            lab.network.harm(source, target, harm)
        await settle(lab)
        for value in range(100):
            await lab.write(lab.nodes[value % 3], value)
            assert await lab.read(lab.nodes[(value + 1) % 3]) == value
        return [node(lab, name).registers.values for name in lab.nodes]

    values, plain = on_chain(lambda lab: busy(lab, Link()))
    copied, statistics = on_chain(lambda lab: busy(lab, Link(duplication=0.9)))
    assert values == copied == [{0: 99}] * 3
    assert statistics["messages sent"] < 3 * plain["messages sent"]


# ── Who is removed, and let in again ──


@pytest.mark.parametrize("gone", ["n1", "n2", "n3"])
def test_the_others_go_on_without_a_node_and_it_comes_back_last(gone):
    async def scenario(lab):
        await settle(lab)
        await lab.write("n1", 1)
        lab.hosts.crash(gone)
        await trio.sleep(LONG_ENOUGH_S)
        others = lab.others(gone)
        assert chain(lab, others[0]) == others
        await lab.write(others[0], 2)
        assert await lab.read(others[1]) == 2
        lab.hosts.restart(gone)
        await trio.sleep(2 * LONG_ENOUGH_S)
        assert chain(lab, gone) == (*others, gone)
        assert await lab.read_everywhere() == [2] * 3
        assert node(lab, gone).configuration.whole == (*others, gone)

    on_chain(scenario)


def test_what_was_acknowledged_survives_the_crash_of_all():
    async def scenario(lab):
        await settle(lab)
        for value in range(10):
            await lab.write("n1", value, key=value)
        for name in lab.nodes:
            lab.hosts.crash(name)
        for name in lab.nodes:
            lab.hosts.restart(name)
        await settle(lab)
        return [await lab.read("n2", key=value) for value in range(10)]

    assert on_chain(scenario)[0] == list(range(10))


def test_the_last_of_the_chain_is_never_removed():
    async def scenario(lab):
        await settle(lab)
        for name in ("n1", "n2"):
            lab.isolate(name)
            await trio.sleep(LONG_ENOUGH_S)
            lab.hosts.pause(name)
            lab.rejoin(name)
        lab.hosts.resume("n1")
        await trio.sleep(LONG_ENOUGH_S)
        return chain(lab, "n3")

    assert on_chain(scenario)[0][0] == "n3"


def test_what_a_head_had_alone_is_dropped_when_it_comes_back():
    async def scenario(lab):
        await settle(lab)
        lab.isolate("n1")
        with trio.move_on_after(0.1):
            await lab.write("n1", "alone", key=7)
        assert node(lab, "n1").registers.values == {7: "alone"}
        await trio.sleep(LONG_ENOUGH_S)
        await lab.write("n2", 1)
        lab.rejoin("n1")
        await trio.sleep(LONG_ENOUGH_S)
        assert chain(lab) == ("n2", "n3", "n1")
        assert await lab.read_everywhere(key=7) == [None] * 3
        return [node(lab, name).registers.values for name in lab.nodes]

    assert on_chain(scenario)[0] == [{0: 1}] * 3


# ── Mistakes: each shows where the protocol holds ──


async def read_at_a_removed_tail(lab):
    await settle(lab)
    await lab.write("n1", 1)
    lab.isolate("n3")
    await trio.sleep(LONG_ENOUGH_S)
    await lab.write("n1", 2)
    try:
        return await lab.read("n3")
    except DefiniteError:
        return "refused"


async def write_to_a_head_alone(lab):
    await settle(lab)
    lab.isolate("n1")
    with trio.move_on_after(0.1):
        await lab.write("n1", 1)
        return "acknowledged"
    return "nothing"


async def read_where_a_node_is_let_in(lab):
    await settle(lab)
    await lab.write("n1", 1)
    lab.isolate("n3")
    await trio.sleep(LONG_ENOUGH_S)
    await lab.write("n1", 2)
    lab.rejoin("n3")
    while True:
        await trio.sleep(0.001)
        if node(lab, "n3").epoch > 2:  # the first is over, and in the second it was out
            break
    try:
        return await lab.read("n3")
    except DefiniteError:
        return "refused"


async def a_message_of_an_epoch_that_is_over(lab):
    await settle(lab)
    await lab.write("n1", 1)
    middle = node(lab, "n2")
    last = middle.storage.last
    entry = Entry(0, "client-0", 99, ("write", 0, "late"))
    before = middle.storage.entries[last].term
    middle.on_message("n1", Forward(0, last, before, (entry,), 0, 99))
    await trio.sleep(0.1)
    return middle.storage.last - last


SCENARIOS = [
    ("removed-tail", read_at_a_removed_tail, "refused", 1),
    ("early-answer", write_to_a_head_alone, "nothing", "acknowledged"),
    ("hasty-member", read_where_a_node_is_let_in, "refused", None),
    ("unfenced-epoch", a_message_of_an_epoch_that_is_over, 0, 1),
]


@pytest.mark.parametrize(("bug", "scenario", "right", "wrong"), SCENARIOS, ids=[row[0] for row in SCENARIOS])
def test_a_mistake_shows_where_the_protocol_holds(bug, scenario, right, wrong):
    assert on_chain(scenario)[0] == right
    assert on_chain(scenario, bug=bug)[0] == wrong


def test_the_bugs_on_offer_are_the_mistakes():
    assert set(Chain.bugs) == set(Chain.mistakes) == {row[0] for row in SCENARIOS}


# ── Under all faults ──


def check_a_run(folder, seed, nodes):
    work, specification = [("register", Register()), ("cas-register", CasRegister())][seed % 2]
    history, statistics = run_registers(
        Chain(),
        folder,
        seed=seed,
        nodes=nodes,
        workload=work,
        nemesis=ALL_FAULTS,
        nemesis_interval=2.0,
        time_limit=10.0,
    )
    assert check_linearizable(history, specification).status("linearizable") is Status.HOLDS
    assert history.count(Outcome.OK) > 200
    assert statistics["epochs"] > 1


@pytest.mark.parametrize("seed", range(4))
def test_histories_are_linearizable_whatever_happens(seed, tmp_path):
    check_a_run(tmp_path, seed, nodes=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 8))
@pytest.mark.parametrize("nodes", [3, 4])
def test_so_they_are_on_chains_of_other_lengths(seed, nodes, tmp_path):
    check_a_run(tmp_path, seed, nodes)


def test_a_chain_that_is_read_anywhere_is_not_linearizable_and_converges(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    history, _ = run_registers(
        ChainAnywhere(), tmp_path / "a", workload="register", nemesis=ALL_FAULTS, time_limit=10.0
    )
    verdict = check_linearizable(history, Register())
    assert verdict.status("linearizable") is Status.VIOLATED
    assert verdict.anomalies[0].type == "stale-read"
    history, _ = run_registers(
        ChainAnywhere(), tmp_path / "b", workload="convergence", nemesis=ALL_FAULTS, time_limit=10.0
    )
    assert workload("convergence").check(history, None).status("eventual") is Status.HOLDS


@pytest.mark.parametrize("bug", ["early-answer", "removed-tail", "hasty-member"])
def test_a_seeded_bug_is_found_soon(bug, tmp_path):
    for seed in range(5):
        prepared = prepare(choose({"system": "chain", "bug": bug, "seed": seed, "time_limit": 12.0, "quiet": 1.0}))
        outcome = execute(prepared, Store(tmp_path).create(prepared.test))
        if rule(prepared, outcome.classification) is Ruling.BUG_FOUND:
            return
    pytest.fail("it was not seen in five runs")
