from __future__ import annotations

import math

import pytest
import trio

from systems.simulation import Node
from tests.simulated import run


class Alarm(Node):
    """Rings by its own clock when a client says so, and notes when, truly and by its own clock."""

    rung = None  # a list, for each run

    def on_message(self, source, message):
        _, what, delay = message.body
        if what == "set":
            self.timer = self.door.after(delay, self.ring)
        elif what == "cancel":
            self.timer.cancel()
        self.door.reply(source, message, self.door.clock())

    def ring(self):
        self.rung.append((trio.current_time(), self.door.clock()))


def rings(main):
    """When the alarm of n1 rang, when `main(clocks, ask)` could set it."""

    class Mine(Alarm):
        rung = []  # noqa: RUF012

    async def with_client(cluster):
        client = await cluster.connect("n1", 0)
        await main(cluster.clocks, lambda what, delay=None: client.invoke("alarm", what, delay))
        await trio.sleep_until(100)

    run(with_client, Mine)
    return [(round(true, 1), round(own, 1)) for true, own in Mine.rung]


def test_a_clock_is_true_until_it_is_skewed_and_after_it_is_reset():
    async def main(cluster):
        clocks = cluster.clocks
        await trio.sleep(1.5)
        assert clocks.offset("n1") == 0
        assert clocks.broken() == []
        clocks.skew("n1", jump=-3.0)
        assert clocks.offset("n1") == -3
        clocks.skew("n1", rate=1.5)
        await trio.sleep(4)
        assert clocks.offset("n1") == pytest.approx(-1)
        clocks.skew("n2", rate=0.0)
        await trio.sleep(1)
        assert clocks.offset("n2") == pytest.approx(-1)
        assert len(clocks.broken()) == 2
        assert "the clock of n1 is -0.5" in clocks.broken()[0]
        assert "runs at the rate 0" in clocks.broken()[1]
        for node in cluster.nodes:
            clocks.reset(node)
        await trio.sleep(1)
        assert [clocks.offset(node) for node in cluster.nodes] == [0, 0, 0]
        assert clocks.broken() == []

    run(main)


@pytest.mark.parametrize("wrong", [{"rate": -0.5}, {"rate": math.inf}, {"rate": math.nan}, {"jump": math.inf}])
def test_a_skew_that_cannot_be_is_refused(wrong):
    async def main(cluster):
        with pytest.raises(ValueError, match="a clock cannot"):
            cluster.clocks.skew("n1", **wrong)

    run(main)


def test_a_jump_moves_the_wall_clock_and_no_timer():
    async def main(clocks, ask):
        await ask("set", 10)
        clocks.skew("n1", jump=50)
        assert await ask("read") == pytest.approx(50, abs=0.1)

    assert rings(main) == [(10, 60)]


def test_a_timer_set_on_a_fast_clock_is_early():
    async def main(clocks, ask):
        clocks.skew("n1", rate=2)
        await ask("set", 10)

    assert rings(main) == [(5, 10)]


def test_the_rest_of_a_timer_passes_at_the_new_rate():
    async def main(clocks, ask):
        await ask("set", 10)
        await trio.sleep_until(4)
        clocks.skew("n1", rate=0.5)
        await trio.sleep_until(8)
        clocks.skew("n1", rate=4)

    assert rings(main) == [(9, 10)]  # 4 at rate 1, 2 at rate 0.5, 4 at rate 4


def test_a_timer_waits_while_its_clock_stands_still():
    async def main(clocks, ask):
        await ask("set", 10)
        await trio.sleep_until(4)
        clocks.skew("n1", rate=0)
        await ask("set", 1)
        await trio.sleep_until(50)
        clocks.skew("n1", jump=7, rate=0)
        clocks.reset("n1")

    assert rings(main) == [(51, 51), (56, 56)]


def test_a_cancelled_timer_does_not_ring_whatever_its_clock_did():
    async def main(clocks, ask):
        await ask("set", 10)
        clocks.skew("n1", rate=2)
        await ask("cancel")
        await ask("cancel")

    assert rings(main) == []
