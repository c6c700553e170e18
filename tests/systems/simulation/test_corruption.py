from __future__ import annotations

import attrs
import pytest

from systems.simulation import Luck, Request
from systems.simulation.corruption import corrupted


@attrs.frozen
class Put:
    key: str
    value: int


@pytest.mark.parametrize(
    "message",
    [5, -1, True, "key", ("put", 1), ("put", ("nested", (7,))), Put("k", 3), Request(4, ("read", 1))],
    ids=str,
)
def test_one_leaf_changes_and_the_kind_of_message_stays(message):
    seen = {corrupted(message, Luck.of(i)) for i in range(50)}
    assert message not in seen
    assert {type(each) for each in seen} == {type(message)}


@pytest.mark.parametrize("message", [None, (), "", 1.5])
def test_what_has_no_leaf_that_can_change_stays(message):
    assert corrupted(message, Luck.of(0)) == message
