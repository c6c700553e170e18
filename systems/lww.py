"""Leaderless replicas that keep, of each key, the version with the highest wall-clock timestamp: last writer wins.

Any replica takes any write at once, stamps it with its own clock, and spreads it in two ways (Demers et al.,
Epidemic Algorithms for Replicated Database Maintenance, 1987). It mails it to all others, soon and once, and
what a partition swallows is swallowed. And from time to time every replica asks another, taken by lot, for what
that one has come to store since it was last asked (anti-entropy); it asks again until it is answered, and so all
replicas are equal some time after they can reach each other.

This is what Cassandra does at consistency level ONE, and many caches and synchronised maps. It promises that
replicas converge, and no more. Reads are stale. And where clocks disagree, "last" means the fastest clock: a write
that is acknowledged under an older stamp than the one that is there is never seen by anybody (Kingsbury, The
trouble with timestamps, 2013).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Final, NamedTuple

from systems.simple_client import SimpleClient
from systems.simulation.cluster import SimulatedSystem
from systems.simulation.door import Door
from systems.simulation.node import Node
from systems.simulation.port import Request
from systems.system import ANY_FAULT, Bug, Claim, Setting

MAIL_S: Final = 0.002  # what is written within this time goes into one message
GOSSIP_S: Final = 0.05
BATCH: Final = 1000  # keys in one message


class Version(NamedTuple):
    """A value and its stamp, by which versions of a key are ordered."""

    ms: int  # of the clock of the node
    node: str
    serial: int  # which write of the node
    value: Any


Item = tuple[Any, Version]


class Mail(NamedTuple):
    """New versions, from whom they were written at."""

    items: tuple[Item, ...]


class Ask(NamedTuple):
    """Send what you have come to store since this position; positions are those of one boot."""

    boot: int
    position: int


class Told(NamedTuple):
    """What was stored between two positions, leaving out what was replaced since."""

    boot: int
    since: int
    until: int
    items: tuple[Item, ...]


class Replica(Node):
    """One of the replicas: the versions that it has, and in which order they became durable."""

    def __init__(self, door: Door, setting: Setting) -> None:
        super().__init__(door, setting)
        self.versions: dict[Any, Version] = dict(door.disk.items())
        self._stored: list[Item] = list(self.versions.items())
        self._boot: Final = door.luck().integer(2**63)
        self._positions: dict[str, tuple[int, int]] = {}  # of each peer: its boot, and how far this replica has read
        self._outbox: list[Item] = []
        self._serial = 0
        self._handlers: dict[type, Callable[[str, Any], None]] = {
            Request: self._on_request,
            Mail: self._on_mail,
            Ask: self._on_ask,
            Told: self._on_told,
        }
        if door.peers and setting.bug != "mail-only":
            door.after(door.luck().uniform(0.0, GOSSIP_S), self._gossip)

    def on_message(self, source: str, message: Any) -> None:
        """Dispatch on the type."""
        self._handlers[type(message)](source, message)

    # ── Clients ──

    def _on_request(self, client: str, request: Request) -> None:
        f, key, value = request.body
        if f == "read":
            version = self.versions.get(key)
            self.door.reply(client, request, ("ok", version.value if version else None))
        elif f == "write":
            self._serial += 1
            version = Version(int(self.door.clock() * 1000), self.door.name, self._serial, value)
            if self._store(key, version):
                self.door.sync(self._written, client, request, (key, version))
            else:  # the clock says that this was written before what is there
                self.door.reply(client, request, ("ok", value))
        else:
            self.door.reply(client, request, ("fail", f"a register has no {f} where nobody knows its value"))

    def _written(self, client: str, request: Request, item: Item) -> None:
        self.door.reply(client, request, ("ok", item[1].value))
        self._stored.append(item)
        if not self._outbox:
            self.door.after(MAIL_S, self._mail)
        self._outbox.append(item)

    # ── Versions ──

    def _store(self, key: Any, version: Version) -> bool:
        """Keep the version if it wins; it is on disk after the next sync."""
        present = self.versions.get(key)
        if present is not None and not self._wins(version, present):
            return False
        self.versions[key] = version
        self.door.disk.write(key, version)
        return True

    def _wins(self, version: Version, present: Version) -> bool:
        if self.setting.bug == "tie-by-arrival":
            return version.ms > present.ms
        return version[:3] > present[:3]

    def _take(self, items: Iterable[Item]) -> None:
        """Keep those that win; they are passed on once they are durable, so that no stamp is ever given twice."""
        if won := [item for item in items if self._store(*item)]:
            self.door.sync(self._stored.extend, won)

    # ── Gossip ──

    def _mail(self) -> None:
        mail, self._outbox = Mail(tuple(self._outbox)), []
        for peer in self.door.peers:
            self.door.send(peer, mail)

    def _on_mail(self, _: str, mail: Mail) -> None:
        self._take(mail.items)

    def _gossip(self) -> None:
        self._ask(self.door.luck().pick(self.door.peers))
        self.door.after(GOSSIP_S, self._gossip)

    def _ask(self, peer: str) -> None:
        self.door.send(peer, Ask(*self._positions.get(peer, (0, 0))))

    def _on_ask(self, source: str, ask: Ask) -> None:
        since = ask.position if ask.boot == self._boot else 0
        until = min(since + BATCH, len(self._stored))
        items = tuple(item for item in self._stored[since:until] if self.versions[item[0]] is item[1])
        self.door.send(source, Told(self._boot, since, until, items))

    def _on_told(self, source: str, told: Told) -> None:
        self._take(told.items)
        boot, position = self._positions.get(source, (0, 0))
        if told.since == (position if told.boot == boot else 0):
            self._positions[source] = (told.boot, told.until)
            if told.until - told.since == BATCH:
                self._ask(source)


class Lww(SimulatedSystem):
    """Leaderless replicas, wall-clock timestamps: converges, and loses what it acknowledged."""

    name = "lww"
    summary = "leaderless replicas that keep the version with the highest wall-clock timestamp"
    data = frozenset({"register"})
    claims = (Claim(model="eventual", data="register", under=ANY_FAULT - {"disk"}),)
    bugs: ClassVar[Mapping[str, Bug]] = {
        "tie-by-arrival": Bug(
            summary="of two versions with the same milliseconds each replica keeps the one that reached it first",
            anomaly="divergence",
            workload="convergence",
            source="MySQL NDB Cluster, NDB$MAX(): a row whose timestamp is not higher is not applied",
        ),
        "mail-only": Bug(
            summary="there is no anti-entropy: what a partition or a crash swallowed is never sent again",
            anomaly="divergence",
            workload="convergence",
            source="Cassandra without repair, after max_hint_window (three hours) has passed",
        ),
    }
    node_type = Replica
    client_type = SimpleClient
