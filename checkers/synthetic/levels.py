"""How a synthetic database keeps its promise, for each level: what a transaction sees, and when it must abort.

Every level has one order of commits, which is the order of versions too, and within which a transaction takes
effect at one moment between its invocation and its completion (or later, if nobody learnt its end).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

import attrs


class Sees(enum.Enum):
    """What the reads of a transaction see."""

    HEAD = "all commits before its own"
    OLD_IF_READER = "the same if it writes; a transaction that only reads may see the commits up to an earlier moment"
    BEGIN = "the commits up to its invocation"
    SNAPSHOT = "the commits up to some moment before its invocation"
    REPLICA = "what one of three replicas has, each with all that its commits depend on"
    STREAMS = "what one of three replicas has; what a commit depends on may arrive after it"
    RISING = "for each read, the commits up to some moment, never an earlier one than before"
    ATOMIC = "for each read, any recent version, but none older than those that go with what it has seen"
    ANY = "for each read, any recent version"
    PENDING = "for each read, the latest version, or what a transaction has written that has not ended"


@attrs.frozen(kw_only=True)
class Level:
    """`conflicts`: it aborts a transaction that writes a key of which it has not seen the latest version.

    `session`: what it sees contains what it has seen and done before in its session. `cursor`: a transaction that
    writes a key reads its latest version.
    """

    sees: Sees
    conflicts: bool = False
    session: bool = False
    cursor: bool = False


LEVELS: Final[Mapping[str, Level]] = {
    "strict-serializable": Level(sees=Sees.HEAD),
    "strong-session-serializable": Level(sees=Sees.OLD_IF_READER, session=True),
    "serializable": Level(sees=Sees.OLD_IF_READER),
    "strong-snapshot-isolation": Level(sees=Sees.BEGIN, conflicts=True),
    "strong-session-snapshot-isolation": Level(sees=Sees.SNAPSHOT, conflicts=True, session=True),
    "snapshot-isolation": Level(sees=Sees.SNAPSHOT, conflicts=True),
    "strong-session-prefix": Level(sees=Sees.SNAPSHOT, session=True),
    "prefix": Level(sees=Sees.SNAPSHOT),
    "strong-session-consistent-view": Level(sees=Sees.REPLICA, conflicts=True, session=True),
    "consistent-view": Level(sees=Sees.REPLICA, conflicts=True),
    "parallel-snapshot-isolation": Level(sees=Sees.REPLICA, conflicts=True),
    "axiomatic-causal": Level(sees=Sees.REPLICA, session=True),
    "transactional-causal": Level(sees=Sees.REPLICA),
    "axiomatic-read-atomic": Level(sees=Sees.STREAMS, session=True),
    "update-atomic": Level(sees=Sees.STREAMS, conflicts=True),
    "read-atomic": Level(sees=Sees.STREAMS),
    "monotonic-snapshot-read": Level(sees=Sees.RISING),
    "monotonic-atomic-view": Level(sees=Sees.ATOMIC),
    "cursor-stability": Level(sees=Sees.ANY, cursor=True),
    "read-committed": Level(sees=Sees.ANY),
    "read-uncommitted": Level(sees=Sees.PENDING),
}
