from __future__ import annotations

from typing import Any

from systems.system import DefiniteError, IndefiniteError
from systems.transactions.procedures import MicroOperation, Procedure
from systems.transactions.steps import Step


class Transaction:
    """A procedure in progress: turns what it wants into the steps of a transaction, and the answers into what it gets.

    `DefiniteError` is what the node's refusal, or the procedure's own, comes to.
    """

    def __init__(self, procedure: Procedure, value: Any, client: str, number: int) -> None:
        self.result: list[MicroOperation] = []
        self.is_open = False  # the node knows of it, and a commit was not asked for
        self._run = procedure.run(value, f"{client}/{number}")
        self._number = number
        self._reads_only = procedure.reads_only(value)
        self._steps = 0

    def next(self, answer: tuple[str, Any] | None) -> Step | None:
        """The next step, given the answer to the one before; None at the end of the procedure."""
        try:
            return self.step(*self._run.send(None if answer is None else self.believe(answer)))
        except StopIteration as end:
            self.result = end.value
            return None

    def step(self, verb: str, key: Any = None, value: Any = None) -> Step:
        """One more step."""
        self.is_open = verb not in {"commit", "abort"}
        step = Step(self._number, self._steps, verb, key, value, self._reads_only)
        self._steps += 1
        return step

    def believe(self, answer: tuple[str, Any]) -> Any:
        """What an answer says, if it is "ok"; else `DefiniteError` or `IndefiniteError`."""
        status, result = answer
        if status == "ok":
            return result
        self.is_open = False
        raise (DefiniteError if status == "fail" else IndefiniteError)(result)
