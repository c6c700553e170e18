from __future__ import annotations

from itertools import pairwise

import pytest
import trio

from systems.simulation import Link, Node, Request
from tests.simulated import run


class Postman(Node):
    """n1 sends what a client asks it to send to n2; every node counts what arrives."""

    arrived = None  # a list, for each run

    def on_message(self, source, message):
        if isinstance(message, Request):
            _, target, contents = message.body
            for content in contents:
                self.door.send(target, content)
            self.door.reply(source, message, None)
        else:
            self.arrived.append((self.door.name, message))


def arrivals(main, node=Postman, **options):
    """What arrived, when `main(cluster, send)` could let n1 send messages to n2."""
    arrived = []

    class Mine(node):
        pass

    Mine.arrived = arrived

    async def with_client(cluster):
        client = await cluster.connect("n1", 0)

        async def send(*contents, target="n2"):
            await client.invoke("send", target, contents)

        await main(cluster, send)
        await trio.sleep(10)
        statistics.append(cluster.statistics())

    statistics = []
    run(with_client, Mine, **options)
    return [message for _, message in arrived], statistics[0]


def test_messages_arrive_and_overtake_each_other():
    async def main(_, send):
        await send(*range(1000))

    arrived, statistics = arrivals(main)
    assert sorted(arrived) == list(range(1000)) != arrived
    assert statistics["messages sent"] == statistics["messages delivered"] == 1002


def test_without_jitter_messages_keep_their_order():
    async def main(_, send):
        await send(*range(100))

    arrived, _ = arrivals(main, link=Link(delay=0.001))
    assert arrived == list(range(100))


@pytest.mark.parametrize("link", [Link(loss=0.25), Link(duplication=0.25), Link(corruption=0.25)], ids=str)
def test_losing_and_duplicating_happen_as_often_as_they_should(link):
    async def main(cluster, send):
        cluster.network.harm("n1", "n2", link)
        await send(*range(4000))

    arrived, statistics = arrivals(main)
    extra = {1: 1000, 0: 0}[round(4 * link.duplication)] - (0 if link.duplication else 1000)
    assert abs(len(arrived) - 4000 - extra) < 120
    assert statistics["messages delivered"] == 4002 + len(arrived) - 4000
    assert statistics["messages lost"] == 4000 - len(set(arrived))
    assert statistics["messages duplicated"] == len(arrived) - len(set(arrived))
    assert statistics["messages corrupted"] == (statistics["messages lost"] if link.corruption else 0)


def test_copies_have_delays_of_their_own():
    seen = []

    async def main(cluster, send):
        cluster.network.record(lambda time, what, *message: seen.append((time, what, message[-1])))
        cluster.network.harm("n1", "n2", Link(duplication=1.0))
        await send("twice")

    assert arrivals(main)[0] == ["twice", "twice"]
    first, second = [time for time, what, content in seen if (what, content) == ("delivered", "twice")]
    assert first != second


def test_a_corrupted_message_is_believed_where_there_are_no_checksums():
    class Credulous(Postman):
        checksums = False

    async def main(cluster, send):
        cluster.network.harm("n1", "n2", Link(corruption=0.5))
        await send(*(("put", i, 1000) for i in range(200)))

    arrived, statistics = arrivals(main, Credulous)
    assert len(arrived) == 200
    assert 60 < len(set(arrived) - {("put", i, 1000) for i in range(200)}) <= statistics["messages corrupted"] < 140


def test_bandwidth_makes_messages_wait_for_each_other():
    times = []

    async def main(cluster, send):
        cluster.network.record(lambda time, what, *message: times.append((time, what, message[-1])))
        cluster.network.harm("n1", "n2", Link(bandwidth=1000.0))
        await send(*(str(i) * 99 for i in range(5)))

    arrivals(main, link=Link(delay=0.5))
    arrived = [time for time, what, content in times if what == "delivered" and isinstance(content, str)]
    assert [b - a for a, b in pairwise(arrived)] == [pytest.approx(0.1)] * 4
    sent = next(time for time, what, content in times if what == "sent" and isinstance(content, str))
    assert arrived[0] - sent == pytest.approx(0.1 + 0.5)


def test_a_cut_loses_what_is_sent_and_what_is_under_way_in_its_direction_only():
    async def main(cluster, send):
        slow = Link(delay=0.1)
        cluster.network.harm("n1", "n2", slow)
        await send("under way")
        cluster.network.cut("n1", "n2")
        cluster.network.mend("n1", "n2")
        cluster.network.relieve("n1", "n2", slow)
        await send("after")
        await trio.sleep(1)
        cluster.network.cut("n1", "n2")
        await send("cut off")
        await send("elsewhere", target="n3")
        cluster.network.cut("n2", "n1")
        cluster.network.mend("n1", "n2")
        await send("against the cut")

    arrived, statistics = arrivals(main)
    assert arrived == ["after", "elsewhere", "against the cut"]
    assert statistics["messages lost"] == 2


def test_cuts_of_two_faults_are_mended_one_by_one():
    async def main(cluster, send):
        cluster.network.cut("n1", "n2")
        cluster.network.cut("n1", "n2")
        cluster.network.mend("n1", "n2")
        await send("still cut")
        assert cluster.network.broken() == ["the link from n1 to n2 is cut"]
        cluster.network.mend("n1", "n2")
        assert cluster.network.broken() == []
        await send("whole again")

    assert arrivals(main)[0] == ["whole again"]


def test_harms_add_up_and_are_relieved_one_by_one():
    slow, lossy = Link(delay=0.5), Link(loss=1.0)

    async def main(cluster, send):
        network = cluster.network
        network.harm("n1", "n2", slow)
        network.harm("n1", "n2", lossy)
        await send("lost")
        network.relieve("n1", "n2", lossy)
        assert [sentence.partition(" Link")[0] for sentence in network.broken()] == ["the link from n1 to n2 suffers"]
        await send("late")
        await trio.sleep(0.4)
        network.relieve("n1", "n2", slow)
        await send("at once")
        assert network.broken() == []

    assert arrivals(main)[0] == ["at once", "late"]


def test_what_was_not_broken_cannot_be_mended():
    async def main(cluster):
        with pytest.raises(ValueError, match="from n1 to n2 is not cut"):
            cluster.network.mend("n1", "n2")
        with pytest.raises(ValueError, match="does not suffer"):
            cluster.network.relieve("n1", "n2", Link(loss=0.5))
        with pytest.raises(LookupError, match="there is no n9"):
            cluster.network.cut("n9", "n1")
        with pytest.raises(LookupError, match="there is no n9"):
            cluster.network.cut("n1", "n9")

    run(main)


def test_clients_reach_nodes_that_cannot_reach_each_other():
    async def main(cluster, send):
        for a in cluster.nodes:
            for b in cluster.nodes:
                if a != b:
                    cluster.network.cut(a, b)
        await send("nothing")

    arrived, statistics = arrivals(main)
    assert arrived == []
    assert statistics["messages delivered"] == 2


def test_what_happens_to_each_message_is_told_once():
    told = []

    async def main(cluster, send):
        cluster.network.record(lambda _time, what, *message: told.append((what, message[2])))
        cluster.network.harm("n1", "n2", Link(loss=0.2, duplication=0.2, corruption=0.2))
        await send(*range(500))
        await trio.sleep(5)
        cluster.network.record(None)
        await send("not told")

    arrivals(main)
    fates = {}
    for what, number in told:
        fates.setdefault(number, []).append(what)
    assert {tuple(fate) for fate in fates.values()} == {
        ("sent", "delivered"),
        ("sent", "lost"),
        ("sent", "corrupted", "lost"),
        ("duplicated", "delivered"),
        ("duplicated", "corrupted", "lost"),
    }
