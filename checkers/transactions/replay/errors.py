from __future__ import annotations


class RefusedError(ValueError):
    """A certificate does not fit its history; the text says where."""
