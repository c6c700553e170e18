from __future__ import annotations

import hashlib
import math

import attrs
import pytest

from systems.simulation import Request
from systems.simulation.link import Link, delays, size_of


def test_a_link_by_itself_does_nothing():
    assert set(delays(Link().delay, Link().jitter)) == {0.0}
    assert Link() + Link(loss=0.25) == Link(loss=0.25)


def test_faults_add_up():
    both = Link(delay=1, jitter=2, loss=0.5, duplication=0.5, bandwidth=10) + Link(delay=3, loss=0.5, bandwidth=100)
    assert both == Link(delay=4, jitter=2, loss=0.75, duplication=0.5, bandwidth=10)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"loss": 1.5}, "loss is 1.5, and must be a probability"),
        ({"duplication": -0.1}, "duplication is -0.1"),
        ({"corruption": math.nan}, "corruption is nan"),
        ({"delay": -1}, "delay is -1, and must be a finite number of seconds"),
        ({"jitter": math.inf}, "jitter is inf"),
        ({"bandwidth": 0}, "bandwidth is 0, and must be more than 0"),
    ],
)
def test_a_link_that_cannot_be_is_refused(wrong, why):
    with pytest.raises(ValueError, match=why):
        Link(**wrong)


def test_jitter_is_exponential_on_top_of_the_delay():
    times = delays(1.0, 0.5)
    assert min(times) > 1.0
    assert sum(times) / 1024 == pytest.approx(1.5, rel=0.001)
    assert sum(time > 1 + 0.5 * math.log(2) for time in times) == 512
    assert all((time * 2**30).is_integer() for time in times)


def test_delays_are_the_same_on_every_machine():
    assert hashlib.sha256(repr(delays(0.001, 0.002)).encode()).hexdigest()[:16] == "aa0659184d41eac8"


def test_the_size_of_a_message_grows_with_what_is_in_it():
    @attrs.frozen
    class Put:
        key: str
        value: tuple[int, ...]

    assert size_of(Put("k", (1, 2))) == size_of(("k", (1, 2))) == 20
    assert size_of("x" * 100) == size_of(b"x" * 100) == 101
    assert size_of(Request(1, None)) == 17
