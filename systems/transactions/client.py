from __future__ import annotations

from typing import Any, Final

import trio

from systems.simulation.port import Port
from systems.system import Client, DefiniteError
from systems.transactions.procedures import PROCEDURES
from systems.transactions.transaction import Transaction

PATIENCE_S: Final = 0.5
"""A client gives up a transaction that is not ready to commit by then. It must be less than the harness's time-out
to make a difference: no commit was asked for, so the outcome is certain."""


class TransactionalClient(Client):
    """Runs each operation as a transaction, by its procedure, at one node."""

    def __init__(self, port: Port, node: str, process: int) -> None:
        self.port = port
        self.node = node
        self.process = process
        self._count = 0
        self._transaction: Transaction | None = None

    async def invoke(self, f: str, key: Any, value: Any) -> Any:  # noqa: ARG002  a transaction names its own keys
        """Perform one operation; see `procedures` for the values and results."""
        procedure = PROCEDURES.get(f)
        if procedure is None:
            raise DefiniteError(f"no transaction is called {f}: there are {', '.join(PROCEDURES)}")
        self._transaction = transaction = Transaction(procedure, value, self.port.name, self._count)
        self._count += 1
        first = transaction.next(None)
        if first is None:
            return transaction.result
        with trio.move_on_after(PATIENCE_S) as patience:
            try:
                await self.port.converse(self.node, first, transaction.next)
            except DefiniteError:
                await self._abort()
                raise
        if patience.cancelled_caught:
            await self._abort()
            raise DefiniteError(f"given up after {PATIENCE_S:g} s, before the commit was asked for")
        transaction.believe(await self.port.call(self.node, transaction.step("commit")))
        return transaction.result

    async def _abort(self) -> None:
        """Tell the node, if it does not know, and do not wait for an answer: what is not committed never happens."""
        transaction = self._transaction
        if transaction is not None and transaction.is_open:
            with trio.CancelScope() as scope:
                scope.cancel()
                await self.port.call(self.node, transaction.step("abort"))

    async def close(self) -> None:
        """Abort what a time-out of the harness left open."""
        await self._abort()
