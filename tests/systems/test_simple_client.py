from __future__ import annotations

import pytest

from systems.simple_client import SimpleClient
from systems.system import DefiniteError, IndefiniteError


class FakePort:
    """Answers everything with one reply, and keeps what it was asked."""

    def __init__(self, reply):
        self.reply = reply
        self.asked = []

    async def call(self, target, body):
        self.asked.append((target, body))
        return self.reply


def client(reply):
    return SimpleClient(FakePort(reply), "n2", 7)


async def test_a_request_is_a_value():
    asking = client(("ok", None))
    await asking.invoke("cas", [1], [2, 3])
    assert asking.port.asked == [("n2", ("cas", (1,), (2, 3)))]


async def test_a_read_returns_what_it_read_and_the_rest_what_it_was_asked():
    assert await client(("ok", 4)).invoke("read", 0, None) == 4
    assert await client(("ok", 4)).invoke("cas", 0, [3, 4]) == [3, 4]


async def test_refusals_are_definite_and_doubts_are_not():
    with pytest.raises(DefiniteError, match="no leader"):
        await client(("fail", "no leader")).invoke("write", 0, 1)
    with pytest.raises(IndefiniteError, match="no answer"):
        await client(("info", "no answer")).invoke("write", 0, 1)


@pytest.mark.parametrize("reply", [None, "ok", ("maybe", 1), ("ok", 1, 2)])
async def test_what_is_no_answer_is_neither(reply):
    with pytest.raises((TypeError, ValueError, KeyError)):
        await client(reply).invoke("read", 0, None)
