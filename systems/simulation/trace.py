from __future__ import annotations

from typing import Any

import attrs


@attrs.define(kw_only=True)
class Message:
    """One message on its way. Times are seconds; `ended` is when it was delivered or lost, as its `fate` says."""

    number: int
    source: str
    target: str
    content: Any
    sent: float
    ended: float | None = None
    fate: str = "under way"
    is_copy: bool = False
    is_corrupted: bool = False


class Trace:
    """The first messages of a run, up to a limit, and how many there were beyond: `network.record(Trace(10_000))`."""

    def __init__(self, limit: int) -> None:
        if limit < 0:
            raise ValueError(f"a trace of {limit} messages cannot be kept: the limit must be 0 or more")
        self.limit = limit
        self.left_out = 0
        self.messages: list[Message] = []
        self._under_way: dict[int, Message] = {}

    def __call__(self, time: float, what: str, source: str, target: str, number: int, content: Any) -> None:
        """Note what happens to a message."""
        if what in {"sent", "duplicated"}:
            self._begin(
                Message(
                    number=number, source=source, target=target, content=content, sent=time, is_copy=what != "sent"
                ),
            )
        elif (message := self._under_way.get(number)) is None:
            return
        elif what == "corrupted":
            message.is_corrupted = True
        else:
            message.ended, message.fate = time, what
            del self._under_way[number]

    def _begin(self, message: Message) -> None:
        if len(self.messages) == self.limit:
            self.left_out += 1
        else:
            self.messages.append(message)
            self._under_way[message.number] = message
