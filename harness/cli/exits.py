"""Exit statuses: Jepsen's, and the shell's own for an interrupt."""

from __future__ import annotations

import enum

from checkers.verdict import Status


class Exit(enum.IntEnum):
    """What a verb tells the shell."""

    VALID = 0
    INVALID = 1
    UNKNOWN = 2
    INTERRUPTED = 130
    BAD_ARGUMENTS = 254
    CRASHED = 255


BY_STATUS = {
    Status.HOLDS: Exit.VALID,
    Status.VIOLATED: Exit.INVALID,
    Status.UNKNOWN: Exit.UNKNOWN,
    Status.NOT_TESTABLE: Exit.UNKNOWN,
}


def is_mistake(error: Exception) -> bool:
    """Whether it is the user's to mend: a name, a setting, a file."""
    from harness.test import TestError
    from histories import HistoryError
    from histories.names import UnknownNameError

    return isinstance(error, UnknownNameError | TestError | HistoryError | OSError)
