"""The transactions that run at a node: each step is taken once and in order, whatever the network does to its message.

A client has one transaction at a time, so what it sends of a later one ends the earlier one. A step that was taken
already, or is of an earlier transaction, is a copy that the network made: dropped. To a step of a transaction that the
node does not know, because it was started anew or because the client was silent for too long, the answer is that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Generic, TypeVar

from systems.transactions.steps import Step

SWEEP_S: Final = 0.25
IDLE_SWEEPS: Final = 5  # a transaction whose client is silent through so many is aborted
FORGET_SWEEPS: Final = 240  # so long the last transaction of a client is remembered, to tell copies


class Session:
    """A client's last transaction at this node."""

    __slots__ = ("client", "heard", "is_open", "number", "steps")

    def __init__(self, client: str, step: Step) -> None:
        self.client = client
        self.number = step.transaction
        self.steps = 0  # that were taken
        self.heard = 0  # the sweep at which the last one was
        self.is_open = True


S = TypeVar("S", bound=Session)


class Sessions(Generic[S]):
    """The last transaction of each client of a node; `end` is called for one that its client left open.

    Whoever has them calls `sweep` every `SWEEP_S`. A client that waits for an answer (`waits`) is not silent.
    """

    def __init__(
        self,
        begin: Callable[[str, Step], S],
        end: Callable[[S], object],
        waits: Callable[[S], bool] = lambda _: False,
    ) -> None:
        self._begin = begin
        self._end = end
        self._waits = waits
        self._of: dict[str, S] = {}
        self._sweeps = 0

    def __len__(self) -> int:
        return sum(session.is_open for session in self._of.values())

    def take(self, client: str, step: Step) -> tuple[S | None, bool]:
        """The session that this step is to be taken in; or None, and whether the step needs an answer all the same."""
        session = self._of.get(client)
        if session is None or step.transaction > session.number:
            if session is not None and session.is_open:
                self._close(session)
            if step.number:
                return None, True
            session = self._of[client] = self._begin(client, step)
        elif step.transaction < session.number or step.number != session.steps:
            return None, False
        elif not session.is_open:
            return None, True
        session.steps += 1
        session.heard = self._sweeps
        return session, False

    def answered(self, session: S) -> None:
        """From now on it is the client's turn."""
        session.heard = self._sweeps

    def _close(self, session: S) -> None:
        session.is_open = False
        self._end(session)

    def sweep(self) -> None:
        """Abort the transactions of clients that were silent for long, and forget those that are long over."""
        self._sweeps += 1
        for session in list(self._of.values()):
            silence = self._sweeps - session.heard
            if session.is_open and silence > IDLE_SWEEPS:
                if not self._waits(session):
                    self._close(session)
            elif silence > FORGET_SWEEPS:
                del self._of[session.client]
