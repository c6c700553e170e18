from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from systems.chain_replication.configuration import Admit, Command, Configuration, Joined, Remove
from systems.chain_replication.messages import Forward, Forwarded, Passed
from systems.consensus import Answer, Replica
from systems.consensus.messages import Entry
from systems.consensus.storage import Storage
from systems.consensus.timing import HEARTBEAT_TICKS, TICK_S
from systems.registers import Registers
from systems.simulation.disk import Disk
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import Setting

BATCH: Final = 512  # entries in one message
PATIENCE_TICKS: Final = 12  # a neighbour that is silent for so long is to be removed
EXILE_TICKS: Final = 40  # who is out asks to be let in so often


class ChainNode(Node):
    """A node of the chain, a replica of the master, and the way to both ends for the clients of this node."""

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self.configuration = Configuration(door.nodes, self._reconfigured)
        self.replica = Replica(door, self.configuration)
        self.storage = Storage(_Drawer(door.disk))  # whose term is the epoch
        self.registers = Registers()
        self.epoch = 0  # in which this node acts; 0 while it acts in none
        self.floor: int | None = None  # what the head had when the epoch began, once this node has it, too
        self.ready = 0  # entries up to here are durable, and the chain's
        self._applied = 0
        self._last: dict[str, int] = {}  # the last request of each client that was applied
        self._upstream: str | None = None
        self.downstream: Downstream | None = None
        self._silence = 0  # ticks since the upstream node was heard, or since this one was removed
        self._syncing = False
        self._session: Final = f"{door.name}/{door.luck().integer(2**63)}"
        self._proposals = 0
        self._is_proposing = False
        self._handlers: dict[type, Callable[[str, Any], None]] = {
            Request: self._on_request,
            Passed: self._on_passed,
            Forward: self._on_forward,
            Forwarded: self._on_forwarded,
        }
        self._reconfigured()
        door.after(door.luck().uniform(0.0, TICK_S), self._tick)

    @property
    def leads(self) -> bool:
        """Whether it is the tail, by what it knows."""
        return self.is_tail

    def on_message(self, source: str, message: Any) -> None:
        """Dispatch on the type; what is not the chain's is the master's."""
        handler = self._handlers.get(type(message), self.replica.receive)
        handler(source, message)

    # ── Epochs ──

    @property
    def is_head(self) -> bool:
        """Whether writes come here."""
        return self.epoch > 0 and self.door.name == self.configuration.head

    @property
    def is_tail(self) -> bool:
        """Whether reads come here."""
        return self.epoch > 0 and self.door.name == self.configuration.tail

    def _reconfigured(self) -> None:
        """Act no more in the epoch before, and in the new one when it cannot be forgotten."""
        epoch = self.configuration.epoch
        if epoch >= self.storage.term:
            self.epoch, self.floor = 0, None
            self._upstream = self.downstream = None
            if self.door.name not in self.configuration.chain:
                self._forget()
            self.storage.adopt(epoch, None)
            self.door.sync(self._enter, epoch)

    def _enter(self, epoch: int) -> None:
        if epoch != self.configuration.epoch:
            return
        self.epoch, self._silence = epoch, 0
        chain, name = self.configuration.chain, self.door.name
        self.door.log(f"epoch {epoch}: {' '.join(chain)}")
        if name not in chain:
            return
        place = chain.index(name)
        if place + 1 < len(chain):
            self.downstream = Downstream(chain[place + 1])
        if place:
            self._upstream = chain[place - 1]
            self.follow()
        else:
            self.door.count("epochs")
            self.ready = self.storage.last
            self.become_whole(self.ready)
            self.advance()

    def follow(self) -> None:
        """This node has a place behind others, from whom it gets what it lacks; until then it serves nobody."""

    def _forget(self) -> None:
        """What was applied here may not be the chain's, and is applied anew when this node is let in again."""
        self.ready = self._applied = 0
        self._last.clear()
        self.registers = Registers()

    def become_whole(self, floor: int) -> None:
        """This node has all that the head had when the epoch began."""
        self.floor = floor

    # ── Clients ──

    def _on_request(self, client: str, request: Request) -> None:
        f = request.body[0]
        if f == "read":
            self.route_read(client, request)
        elif f in ("write", "cas"):
            self._pass(self.configuration.head, Passed(client, request))
        else:
            self.door.reply(client, request, ("fail", f"a register has no {f}"))

    def route_read(self, client: str, request: Request) -> None:
        """Send it to the tail."""
        self._pass(self.configuration.tail, Passed(client, request))

    def _pass(self, node: str, passed: Passed) -> None:
        if node == self.door.name:
            self._on_passed(node, passed)
        else:
            self.door.send(node, passed)

    def _on_passed(self, _: str, passed: Passed) -> None:
        client, request = passed
        if request.body[0] != "read":
            self._write(client, request)
        elif self.is_tail and self.floor is not None:
            self.serve_read(client, request)
        else:
            self.door.reply(client, request, ("fail", f"{self.door.name} is no tail"))

    def serve_read(self, client: str, request: Request) -> None:
        """Answer when the master has said that this is still the tail."""
        self.replica.read(self.epoch, partial(self._confirmed, client, request, self.epoch))

    def _confirmed(self, client: str, request: Request, epoch: int, answer: Answer) -> None:
        if answer[0] == "ok" and epoch != self.epoch:
            answer = "fail", f"epoch {epoch} is over"
        self.door.reply(client, request, self.registers.read(request.body[1]) if answer[0] == "ok" else answer)

    def _write(self, client: str, request: Request) -> None:
        if not self.is_head:  # which may be a copy of one that was taken
            self.door.reply(client, request, ("info", f"{self.door.name} is no head"))
            return
        self.storage.append(Entry(self.epoch, client, request.id, request.body))
        if not self._syncing:
            self._sync()

    def _sync(self) -> None:
        self._syncing = True
        self.door.sync(self._synced, self.epoch, self.storage.last)

    def _synced(self, epoch: int, index: int) -> None:
        self._syncing = False
        if epoch == self.epoch:
            self.ready = index
            self.advance()
        if self.is_head and self.storage.last > self.ready:
            self._sync()

    # ── Down the chain ──

    def advance(self) -> None:
        """Apply what is ready, and tell whoever waits for it."""
        for index in range(self._applied + 1, self.ready + 1):
            entry = self.storage.entries[index]
            if self._last.get(entry.session, -1) < entry.sequence:
                self._last[entry.session] = entry.sequence
                self.applied(index, entry, self.registers.apply(entry.command))
        self._applied = self.ready
        self._send_news()

    def applied(self, index: int, entry: Entry, answer: Answer) -> None:
        """Answer the client, at the end of the chain."""
        if self.is_tail and self.floor is not None and index > self.floor:
            self.door.reply(entry.session, Request(entry.sequence, None), answer)

    def _send_news(self) -> None:
        downstream = self.downstream
        if downstream is None or downstream.is_busy or self.floor is None:
            return
        if downstream.next is None or downstream.next <= self.ready:
            self._send(downstream)

    def _send(self, downstream: Downstream) -> None:
        entries, end = self.storage.entries, self.ready + 1
        following = min(downstream.next or end, end)
        downstream.sent += 1
        downstream.is_busy = True
        downstream.since = 0
        batch = tuple(entries[following : min(following + BATCH, end)])
        previous = following - 1
        floor = self.floor or 0
        self.door.send(
            downstream.name,
            Forward(self.epoch, previous, entries[previous].term, batch, floor, downstream.sent),
        )

    def is_from_upstream(self, source: str, forward: Forward) -> bool:
        """Whether this is of the node before this one, in this epoch."""
        return forward.epoch == self.epoch and source == self._upstream

    def _on_forward(self, source: str, forward: Forward) -> None:
        if not self.is_from_upstream(source, forward):
            return
        self._silence = 0
        storage = self.storage
        if storage.matches(forward.previous, forward.previous_term):
            self.merge(forward)
            self.door.sync(self._stored, source, forward, self.epoch)
        else:
            hint = storage.conflict(forward.previous, self.ready)
            self.door.send(source, Forwarded(forward.epoch, False, hint, forward.number))

    def merge(self, forward: Forward) -> None:
        """Put what is forwarded into the log, which need not be durable yet."""
        self.storage.merge(forward.previous, forward.entries)

    def _stored(self, source: str, forward: Forward, epoch: int) -> None:
        if epoch != self.epoch:
            return
        index = forward.previous + len(forward.entries)
        self.door.send(source, Forwarded(forward.epoch, True, index, forward.number))
        self.ready = max(self.ready, index)
        if self.floor is None and self.ready >= forward.floor:
            self.become_whole(forward.floor)
        self.advance()

    def _on_forwarded(self, source: str, forwarded: Forwarded) -> None:
        downstream = self.downstream
        if downstream is None or forwarded.epoch != self.epoch or source != downstream.name:
            return
        downstream.silence = 0
        downstream.is_busy = downstream.is_busy and forwarded.number != downstream.sent
        if forwarded.matched:
            downstream.match = max(downstream.match, forwarded.upto)
            downstream.next = downstream.match + 1
        else:
            downstream.next = max(downstream.match, forwarded.upto) + 1
        self._send_news()

    # ── Time ──

    def _tick(self) -> None:
        if self.epoch:
            self._silence += 1
            downstream = self.downstream
            if downstream is not None:
                downstream.silence += 1
                downstream.since += 1
                if self.floor is not None and downstream.since >= HEARTBEAT_TICKS:
                    self._send(downstream)
            command = self._wish()
            if command is not None and not self._is_proposing:
                self._propose(command)
        self.door.after(TICK_S, self._tick)

    def _wish(self) -> Command | None:
        """What this node would have the master do."""
        name, configuration, downstream = self.door.name, self.configuration, self.downstream
        if name not in configuration.chain:
            return Admit(self.epoch, name) if self._silence % EXILE_TICKS == 0 else None
        if self._upstream is not None and self._silence >= PATIENCE_TICKS:
            return Remove(self.epoch, self._upstream)
        if downstream is not None and downstream.silence >= PATIENCE_TICKS:
            return Remove(self.epoch, downstream.name)
        if self.floor is not None and name not in configuration.whole:
            return Joined(self.epoch, name)
        return None

    def _propose(self, command: Command) -> None:
        self._proposals += 1
        self._is_proposing = True
        self.replica.propose(self._session, self._proposals, command, self._proposed)

    def _proposed(self, _: Answer) -> None:
        self._is_proposing = False


class Downstream:
    """What a node knows of the next one in the chain."""

    __slots__ = ("is_busy", "match", "name", "next", "sent", "silence", "since")

    def __init__(self, name: str) -> None:
        self.name = name
        self.match = 0  # its log is durable and equal to this node's up to here
        self.next: int | None = None  # what to send; None until it has said where it is
        self.sent = 0  # the number of the last message
        self.is_busy = False  # it has not answered that
        self.silence = 0  # ticks since it was heard
        self.since = 0  # ticks since something was sent


class _Drawer:
    """The part of a node's disk that is the chain's, beside the master's."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def read(self, key: Any, default: Any = None) -> Any:
        """What was last written under this key."""
        return self._disk.read(("chain", key), default)

    def write(self, key: Any, value: Any) -> None:
        """Write a value under a key."""
        self._disk.write(("chain", key), value)
