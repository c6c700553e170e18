from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import trio

from systems.simulation.simulation import Simulation


class NodeError(Exception):
    """A node raised; the cause is what it raised."""

    def __init__(self, node: str, error: Exception) -> None:
        super().__init__(f"node {node} raised {type(error).__name__}: {error}")
        self.node = node
        self.__cause__ = error


class Process:
    """One life of a node, from a boot to a crash: runs its code, holds it back, stops it for good.

    It is stopped before its tasks are cancelled, so that what their `finally` blocks do has no effect outside.
    """

    def __init__(self, simulation: Simulation, name: str, nursery: trio.Nursery) -> None:
        self.simulation = simulation
        self.name = name
        self.is_alive = True
        self.backlog: list[tuple[int, Callable[..., object], tuple[Any, ...]]] | None = None
        self._nursery = nursery
        self._scopes: dict[trio.CancelScope, None] = {}

    def run(self, fn: Callable[..., object], *args: Any) -> None:
        """Call into the node, or do so when it is resumed, or never."""
        if not self.is_alive:
            return
        if self.backlog is not None:
            self.backlog.append((self.simulation.cause, fn, args))
            return
        try:
            fn(*args)
        except Exception as error:
            raise NodeError(self.name, error) from error

    @trio.lowlevel.enable_ki_protection  # Trio keeps its books here, and Ctrl-C may come in the middle
    def spawn(self, async_fn: Callable[..., Awaitable[object]], *args: Any) -> None:
        """Run a task of the node until it ends or this process stops."""
        if self.is_alive:
            self._nursery.start_soon(self._task, async_fn, args)

    async def _task(self, async_fn: Callable[..., Awaitable[object]], args: tuple[Any, ...]) -> None:
        with trio.CancelScope() as scope:
            if not self.is_alive:
                return
            self._scopes[scope] = None
            try:
                await async_fn(*args)
            except Exception as error:  # noqa: BLE001  whatever it is, it ends the run
                self.simulation.fail(NodeError(self.name, error))
            finally:
                del self._scopes[scope]

    def pause(self) -> None:
        """Hold everything back, as SIGSTOP does."""
        if self.backlog is None:
            self.backlog = []

    def resume(self) -> None:
        """Go on, with all that was held back, in order."""
        backlog, self.backlog = self.backlog or [], None
        for key, fn, args in backlog:
            self.simulation.call(key, self.run, fn, *args)

    def stop(self) -> None:
        """Stop for good."""
        self.is_alive = False
        self.backlog = None
        for scope in list(self._scopes):
            scope.cancel()
