"""Checks that count: what went in must come out, once, unchanged, and in order.

They do not search for an order of the operations, so they judge histories of any size, and what they say is
easily understood. The price: most are necessary conditions, not sufficient ones. Each speaks of a property of its own,
named like the check; where a violation refutes a consistency model too, that model is said to be violated.
"""

from checkers.data.bank import check_bank
from checkers.data.counters import check_counter
from checkers.data.logs import check_log
from checkers.data.long_forks import check_long_forks
from checkers.data.queues import check_total_queue
from checkers.data.sets import check_set, check_set_full
from checkers.data.unique_ids import check_unique_ids

__all__ = [
    "check_bank",
    "check_counter",
    "check_log",
    "check_long_forks",
    "check_set",
    "check_set_full",
    "check_total_queue",
    "check_unique_ids",
]
