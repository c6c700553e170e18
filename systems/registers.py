from __future__ import annotations

from typing import Any

from systems.consensus import Answer


class Registers:
    """Registers by key, all of them None at first: a machine that a log can drive."""

    def __init__(self) -> None:
        self.values: dict[Any, Any] = {}

    def apply(self, command: tuple[str, Any, Any]) -> Answer:
        """Write, or compare and set."""
        f, key, value = command
        if f == "cas":
            expected, value = value
            found = self.values.get(key)
            if found != expected:
                return "fail", f"expected {expected}, found {found}"
        self.values[key] = value
        return "ok", value

    def read(self, key: Any) -> Answer:
        """The value now."""
        return "ok", self.values.get(key)
