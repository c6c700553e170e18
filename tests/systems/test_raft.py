from __future__ import annotations

import itertools

import pytest
import trio

from checkers.linearizability import CasRegister, Register, check_linearizable
from checkers.verdict import Status
from histories import Outcome
from systems.consensus.messages import Propose, ReadIndex, RequestVote
from systems.consensus.mistakes import MISTAKES, ConflictKept, SmallQuorum
from systems.consensus.replica import Replica
from systems.consensus.storage import Storage
from systems.consensus.timing import PATIENCE_TICKS, TICK_S
from systems.raft import Raft
from systems.simulation.link import Link
from systems.simulation.port import Request
from systems.simulation.process import NodeError
from systems.system import DefiniteError, IndefiniteError
from tests.oracles.raft_invariants import Invariants, watched
from tests.raft_cluster import on_raft
from tests.register_runs import run_registers

ALL_FAULTS = ("partition", "clock", "crash", "pause")


# ── Without faults ──


@pytest.mark.parametrize("nodes", [1, 2, 3, 5, 7])
def test_every_node_serves_the_same_registers(nodes):
    async def scenario(lab):
        for value, node in enumerate(lab.nodes):
            await lab.write(node, value)
            assert await lab.read_everywhere() == [value] * nodes

    _, statistics = on_raft(scenario, nodes=nodes)
    assert statistics["leader-changes"] == 1


def test_compare_and_set_takes_place_exactly_where_it_finds_what_it_expects():
    async def scenario(lab):
        await lab.write("n1", 1)
        await lab.ask("n2", "cas", 0, [1, 2])
        with pytest.raises(DefiniteError, match="expected 1, found 2"):
            await lab.ask("n3", "cas", 0, [1, 3])
        assert await lab.read_everywhere() == [2] * 5

    on_raft(scenario)


def test_what_is_no_operation_of_a_register_is_refused():
    async def scenario(lab):
        with pytest.raises(DefiniteError, match="no append"):
            await lab.ask("n1", "append", 0, 1)

    on_raft(scenario)


def test_a_busy_cluster_needs_fewer_messages_for_an_operation():
    async def busy(lab, clients):
        async def client(number):
            for value in range(20):
                await lab.write(lab.nodes[number % 5], value)

        async with trio.open_nursery() as nursery:
            for number in range(clients):
                nursery.start_soon(client, number)

    def messages(clients):
        _, statistics = on_raft(lambda lab: busy(lab, clients))
        return statistics["messages sent"] / (20 * clients)

    assert messages(50) < messages(1) / 3


def test_copies_of_messages_beget_no_messages_without_end():
    async def busy(lab, harm):
        for source, target in itertools.permutations(lab.nodes, 2):
            lab.network.harm(source, target, harm)

        async def client(number):
            for value in range(30):
                await lab.write(lab.nodes[number % 5], value)
                await lab.read(lab.nodes[number % 5])

        async with trio.open_nursery() as nursery:
            for number in range(10):
                nursery.start_soon(client, number)

    def messages(harm):
        _, statistics = on_raft(lambda lab: busy(lab, harm))
        return statistics["messages sent"]

    assert messages(Link(duplication=0.9)) < 2 * messages(Link())


# ── Crashes ──


def test_what_was_acknowledged_survives_the_leader():
    async def scenario(lab):
        for value in range(3):
            leader = await lab.leader()
            await lab.write(leader, value)
            lab.hosts.crash(leader)
            assert await lab.read(await lab.leader(among=lab.others(leader))) == value
            lab.hosts.restart(leader)

    _, statistics = on_raft(scenario)
    assert statistics["leader-changes"] == 4


def test_what_was_acknowledged_survives_the_crash_of_all():
    async def scenario(lab):
        for value in range(10):
            await lab.write("n1", value, key=value)
        for node in lab.nodes:
            lab.hosts.crash(node)
        for node in lab.nodes:
            lab.hosts.restart(node)
        assert [await lab.read("n2", key=value) for value in range(10)] == list(range(10))

    on_raft(scenario)


def test_a_node_that_slept_through_much_catches_up():
    async def scenario(lab):
        sleeper = lab.others(await lab.leader())[0]
        lab.hosts.crash(sleeper)
        for value in range(20):
            await lab.write(await lab.leader(), value)
        lab.hosts.restart(sleeper)
        assert await lab.read(sleeper) == 19

    on_raft(scenario)


def test_a_term_and_a_vote_survive_a_crash():
    async def scenario(lab):
        await lab.leader()
        await trio.sleep(0.1)
        before = {node: (lab.replica(node).storage.term, lab.replica(node).storage.vote) for node in lab.nodes}
        for node in lab.nodes:
            lab.hosts.crash(node)
        for node in lab.nodes:
            lab.hosts.restart(node)
        await trio.sleep(0.001)
        return before, {node: (lab.replica(node).storage.term, lab.replica(node).storage.vote) for node in lab.nodes}

    (before, after), _ = on_raft(scenario)
    assert before == after


# ── Partitions ──


def test_a_minority_does_nothing_and_says_what_is_known_of_it():
    async def scenario(lab):
        leader = await lab.leader()
        await lab.write(leader, 1)
        lab.isolate(leader)
        with pytest.raises(trio.TooSlowError), trio.fail_after(1.0):
            await lab.write(leader, 2)  # it is in the leader's log, and may yet be done
        with pytest.raises(DefiniteError, match="no leader is known"):
            await lab.write(leader, 3)
        with pytest.raises(DefiniteError, match="stale"):
            await lab.read(leader)
        lab.rejoin(leader)
        await trio.sleep(0.5)
        assert await lab.read(leader) == 2

    on_raft(scenario)


def test_what_no_leader_answered_for_long_is_in_doubt():
    async def scenario(lab):
        leader = await lab.leader()
        lab.isolate(leader)
        with pytest.raises(IndefiniteError, match="no leader answered"):
            await lab.write(leader, 1)

    on_raft(scenario)


def test_a_leader_that_was_cut_off_takes_over_the_log_of_its_successor():
    async def scenario(lab):
        old = await lab.leader()
        await lab.write(old, 1)
        lab.isolate(old)
        with trio.move_on_after(0.1):
            await lab.write(old, 2, key=7)
        assert lab.replica(old).storage.entries[-1].command == ("write", 7, 2)
        lab.hosts.crash(old)
        lab.hosts.restart(old)  # so that it does not ask again for what its client asked
        new = await lab.leader(among=lab.others(old))
        await lab.write(new, 3)
        lab.rejoin(old)
        assert await lab.read(old) == 3
        await trio.sleep(0.2)
        logs = [lab.replica(node).storage.entries for node in lab.nodes]
        assert logs == [logs[0]] * 5
        return await lab.read_everywhere(key=7)

    assert on_raft(scenario)[0] == [None] * 5


def test_a_request_waits_for_an_election():
    async def scenario(lab):
        leader = await lab.leader()
        lab.hosts.crash(leader)
        await lab.write(lab.others(leader)[0], 1)
        assert await lab.read(lab.others(leader)[1]) == 1

    on_raft(scenario)


def test_who_comes_back_does_not_unseat_the_leader():
    async def scenario(lab):
        leader = await lab.leader()
        outsider = lab.others(leader)[0]
        lab.isolate(outsider)
        await trio.sleep(3.0)
        lab.rejoin(outsider)
        await trio.sleep(1.0)
        assert await lab.leader() == leader
        assert lab.replica(outsider).storage.term == lab.replica(leader).storage.term

    _, statistics = on_raft(scenario)
    assert statistics["elections"] == 1


def test_who_hears_nobody_does_not_unseat_the_leader():
    async def scenario(lab):
        leader = await lab.leader()
        deaf = lab.others(leader)[0]
        lab.cut(lab.others(deaf), [deaf])
        await trio.sleep(3.0)
        assert await lab.leader() == leader

    _, statistics = on_raft(scenario)
    assert statistics["elections"] == 1


def test_a_leader_that_hears_nobody_makes_way():
    async def scenario(lab):
        deaf = await lab.leader()
        lab.cut(lab.others(deaf), [deaf])
        assert await lab.leader(among=lab.others(deaf)) != deaf
        await trio.sleep(PATIENCE_TICKS * TICK_S)
        assert lab.replica(deaf).leading is None

    on_raft(scenario)


# ── Messages that come twice, or late ──


def test_a_request_that_comes_twice_is_done_once():
    async def scenario(lab):
        leader = await lab.leader()
        node = lab.others(leader)[0]
        await lab.write(node, 1)  # by client-0, its request 1
        await lab.write(node, 2)
        cluster_node = lab._cluster._hosts[node].node
        cluster_node.on_message("client-0", Request(1, ("write", 0, 1)))
        lab.replica(leader).receive(node, Propose("client-0", 1, ("write", 0, 1)))
        await trio.sleep(0.1)
        assert await lab.read_everywhere() == [2] * 5
        assert lab.replica(leader).storage.entries[-1].session == "client-0", "it is in the log twice"

    on_raft(scenario)


def test_a_vote_is_not_given_twice():
    async def scenario(lab):
        leader = await lab.leader()
        await trio.sleep(0.1)
        voter = lab.replica(lab.others(leader)[0])
        term, voted = voter.storage.term, voter.storage.vote
        rival = lab.others(leader, voter.door.name)[0]
        voter.receive(rival, RequestVote(term, 1000, term, trial=False))
        assert (voter.storage.term, voter.storage.vote) == (term, voted)

    on_raft(scenario)


def test_answers_to_an_earlier_life_of_a_node_are_not_for_its_reads():
    async def scenario(lab):
        leader = await lab.leader()
        node = lab.others(leader)[0]
        await lab.write(node, 1)
        lab.isolate(node)
        lab.hosts.crash(node)
        lab.hosts.restart(node)
        with trio.move_on_after(0.01):
            await lab.read(node)
        gateway = lab.replica(node)._gateway
        gateway.on_read_index(leader, ReadIndex(gateway._boot + 1, 9, 0))
        assert len(gateway._reads) == 1

    on_raft(scenario)


# ── Mistakes: each shows where the protocol holds ──


async def read_of_a_deposed_leader(lab):
    old = await lab.leader()
    await lab.write(old, 1)
    lab.clocks.skew(old, jump=-5.0)
    lab.isolate(old)
    await lab.write(await lab.leader(among=lab.others(old)), 2)
    try:
        return await lab.read(old)
    except DefiniteError:
        return "refused"


async def write_to_a_minority(lab):
    leader = await lab.leader()
    minority = (leader, lab.others(leader)[0])
    lab.isolate(*minority)
    with trio.move_on_after(0.1):
        await lab.write(leader, 1)
        return "acknowledged"
    return "nothing"


async def leaders_on_both_sides(lab):
    leader = await lab.leader()
    minority = lab.others(leader)[:2]
    lab.isolate(*minority)
    with trio.move_on_after(2.0):
        await lab.leader(among=minority)
    lab.rejoin(*minority)
    await trio.sleep(1.0)


async def write_to_a_leader_alone(lab):
    leader = await lab.leader()
    lab.isolate(leader)
    with trio.move_on_after(0.1):
        await lab.write(leader, 1)
        return "acknowledged"
    return "nothing"


async def log_after_a_conflict(lab):
    old = await lab.leader()
    lab.isolate(old)
    with trio.move_on_after(0.1):
        await lab.write(old, 1)
    lab.hosts.crash(old)
    new = await lab.leader(among=lab.others(old))
    await lab.write(new, 2, key=7)
    lab.hosts.restart(old)
    lab.rejoin(old)
    await trio.sleep(0.5)
    return await lab.read(old)


async def all_crash(lab):
    for value in range(20):
        await lab.write("n1", value)
    for node in lab.nodes:
        lab.hosts.crash(node)
    for node in lab.nodes:
        lab.hosts.restart(node)
    return await lab.read("n1")


async def all_crash_but_the_leader_stays_down(lab):
    leader = await lab.leader()
    for node in lab.nodes:
        lab.hosts.crash(node)
    for node in lab.others(leader):
        lab.hosts.restart(node)
    await lab.leader()


async def retry_of_what_was_done(lab):
    leader = await lab.leader()
    deaf = lab.others(leader)[0]
    lab.cut(lab.others(deaf), [deaf])
    with trio.move_on_after(0.05):
        await lab.write(deaf, 1)
    await lab.write(leader, 2)
    await trio.sleep(0.4)
    return await lab.read(leader)


async def vote_for_who_knows_less(lab):
    leader = await lab.leader()
    await lab.write(leader, 1)
    voter, candidate = lab.replica(leader), lab.others(leader)[0]
    voter.receive(candidate, RequestVote(voter.storage.term + 1, 0, 0, trial=False))
    return voter.storage.vote == candidate


SCENARIOS = [
    ("stale-leader-read", read_of_a_deposed_leader, "refused", 1),
    ("lease-read", read_of_a_deposed_leader, "refused", 1),
    ("early-commit", write_to_a_leader_alone, "nothing", "acknowledged"),
    ("small-quorum", write_to_a_minority, "nothing", "acknowledged"),
    ("conflict-kept", log_after_a_conflict, None, 1),
    ("nothing-synced", all_crash, 19, None),
    ("applied-twice", retry_of_what_was_done, 2, 1),
    ("vote-unchecked", vote_for_who_knows_less, False, True),
]


@pytest.mark.parametrize(("bug", "scenario", "right", "wrong"), SCENARIOS, ids=[row[0] for row in SCENARIOS])
def test_a_mistake_shows_where_the_protocol_holds(bug, scenario, right, wrong):
    assert on_raft(scenario)[0] == right
    assert on_raft(scenario, bug=bug)[0] == wrong


class ForgetfulStorage(Storage):
    def adopt(self, term, vote):
        self.term, self.vote = term, vote


class TermForgotten(Replica):
    storage_type = ForgetfulStorage


@pytest.mark.parametrize(
    ("replica_type", "scenario", "complaint"),
    [
        (TermForgotten, all_crash_but_the_leader_stays_down, "election safety"),
        (ConflictKept, log_after_a_conflict, "log matching"),
        (SmallQuorum, leaders_on_both_sides, "leader completeness"),
    ],
)
def test_the_watch_over_the_replicas_sees_what_is_unsafe(replica_type, scenario, complaint):
    on_raft(scenario, system=watched(Invariants()))
    with pytest.raises(NodeError, match=complaint):
        on_raft(scenario, system=watched(Invariants(), replica_type))


def test_the_bugs_on_offer_are_the_mistakes():
    assert list(Raft.bugs) == list(MISTAKES)


# ── Under all faults ──


def check_a_run(folder, seed, nodes):
    invariants = Invariants()
    workload, specification = [("register", Register()), ("cas-register", CasRegister())][seed % 2]
    history, statistics = run_registers(
        watched(invariants),
        folder,
        seed=seed,
        nodes=nodes,
        workload=workload,
        nemesis=ALL_FAULTS,
        nemesis_interval=1.5,
        time_limit=10.0,
        rate=300.0,
    )
    assert check_linearizable(history, specification).status("linearizable") is Status.HOLDS
    assert history.count(Outcome.OK) > 500
    assert statistics["leader-changes"] > 1
    assert len(invariants.committed) > 200


@pytest.mark.parametrize("seed", range(4))
def test_histories_are_linearizable_and_replicas_safe_whatever_happens(seed, tmp_path):
    check_a_run(tmp_path, seed, nodes=5)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4, 7))
@pytest.mark.parametrize("nodes", [3, 4, 7])
def test_so_they_are_in_clusters_of_other_sizes(seed, nodes, tmp_path):
    check_a_run(tmp_path, seed, nodes)
