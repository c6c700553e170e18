"""Times of a replica, in ticks of its own clock. None of them matters to safety."""

from __future__ import annotations

from typing import Final

TICK_S: Final = 0.025
HEARTBEAT_TICKS: Final = 2  # a leader is silent to a follower for no longer
PATIENCE_TICKS: Final = 10  # a follower waits for a leader so long at least; a leader for a majority of followers
PATIENCE_TICKS_MAX: Final = 20  # and so long at most, by lot, that they do not all stand at once
RETRY_TICKS: Final = 8  # a request that went to the leader is sent again
GIVE_UP_TICKS: Final = 30  # what no leader was sent is refused, and a read too
EXPIRY_TICKS: Final = 200  # what a leader was sent is no more sent again, and nobody knows whether it was done
