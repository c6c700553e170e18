"""Operations, histories, and the files they are kept in. Stands alone: knows nothing of systems or checkers.

Transactions as arrays are in `histories.transactions` and `histories.transaction_stream`, apart: they import numpy.
"""

from histories.errors import HistoryError
from histories.event import NEMESIS, Event, EventType
from histories.formats import FORMATS, detect, read_histories, read_history
from histories.history import History
from histories.journal import Journal, read_journal
from histories.operation import Operation, Outcome
from histories.values import freeze

__all__ = [
    "FORMATS",
    "NEMESIS",
    "Event",
    "EventType",
    "History",
    "HistoryError",
    "Journal",
    "Operation",
    "Outcome",
    "detect",
    "freeze",
    "read_histories",
    "read_history",
    "read_journal",
]
