"""What a system under test is: how it starts, how a client performs one operation, what it claims.

The harness knows a system only through these classes. Nothing here says whether the nodes are simulated:
`System.deploy` answers with a `World` that runs an async function beside a `Cluster`, in virtual time or in
real time, and the runner cannot tell which.
"""

from __future__ import annotations

import abc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

import attrs

from systems.faults import Clocks, Hosts, Network

T = TypeVar("T")

ANY_FAULT = frozenset({"partition", "clock", "crash", "pause", "network", "disk"})


class DefiniteError(Exception):
    """The operation did not happen, and never will: recorded as `fail`. The text says why."""


class IndefiniteError(Exception):
    """The operation may have happened, or may yet: recorded as `info`. The text says why."""


@attrs.frozen(kw_only=True)
class Claim:
    """A promise that campaigns test: `model` holds for data of the kind `data`, whatever faults of `under` occur."""

    model: str
    data: str
    under: frozenset[str] = ANY_FAULT


@attrs.frozen(kw_only=True)
class Bug:
    """A mistake that a system can be started with: what it is, where it was shipped, and what must be seen of it.

    `workload` and `faults`, families of them, bring it out; they are what it is looked for with, unless others are
    asked for.
    """

    summary: str
    anomaly: str
    workload: str
    faults: tuple[str, ...] = ("partition", "crash", "pause", "clock")
    source: str = ""


class Client(abc.ABC):
    """One process's connection to one node."""

    @abc.abstractmethod
    async def invoke(self, f: str, key: Any, value: Any) -> Any:
        """Perform one operation and return what was learnt (a read's value; a write's value again).

        Raises `DefiniteError` or `IndefiniteError`. Is cancelled when the harness's time-out passes; the
        outcome is then unknown, and this client is closed and never used again.
        """

    async def close(self) -> None:  # noqa: B027  most clients hold nothing
        """Let go of the connection; called once."""


class Cluster(Protocol):
    """A running system: its nodes, a way to connect, and the promises that a nemesis may break."""

    @property
    def nodes(self) -> Sequence[str]:
        """Their names."""

    @property
    def network(self) -> Network:
        """The links between them."""

    @property
    def clocks(self) -> Clocks:
        """What they believe the time is."""

    @property
    def hosts(self) -> Hosts:
        """The machines they run on."""

    def leaders(self) -> Sequence[str]:
        """The nodes that lead, by their own account; none where that is no role, or not known. Faults aim at them."""

    def begin(self, *ids: int | str) -> None:
        """Say what this task does from here on, where chance hangs on it: an operation has its own luck."""

    async def connect(self, node: str, process: int) -> Client:
        """A new client of a process that talks to one node."""

    async def probe(self) -> Sequence[str]:
        """What is still broken once all is healed, one sentence each: messages are really sent, clocks read."""

    def statistics(self) -> Mapping[str, int]:
        """Numbers worth a line in the report: messages, elections, crashes, ..."""


class World(Protocol):
    """Where a cluster lives: runs an async function beside it, and the event loop below both."""

    def run(self, main: Callable[[Cluster], Awaitable[T]]) -> T:
        """Start the cluster, run `main`, stop all; what `main` or a node raises comes out here."""


@attrs.frozen(kw_only=True)
class Setting:
    """What a test says to the system it deploys."""

    nodes: int = 5
    seed: int = 0
    bug: str | None = None
    options: Mapping[str, Any] = attrs.field(factory=dict)
    log: Callable[[float, str, str], None] = attrs.field(default=lambda *_: None, repr=False, eq=False)


class System(abc.ABC):
    """A system under test. Subclasses fill in the table at the top and say how it is deployed."""

    name: ClassVar[str]
    summary: ClassVar[str]
    data: ClassVar[frozenset[str]]  # the kinds of data it stores: "register", "cas-register", "list-append", ...
    claims: ClassVar[tuple[Claim, ...]]
    bugs: ClassVar[Mapping[str, Bug]] = {}

    @abc.abstractmethod
    def deploy(self, setting: Setting) -> World:
        """A world with this system in it, not yet running."""
