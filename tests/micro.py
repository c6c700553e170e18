"""The short names by which tests read histories that are written as `histories.notation` says."""

from __future__ import annotations

from histories.notation import parse as history
from histories.notation import parse_named as named

__all__ = ["history", "named"]
