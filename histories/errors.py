from __future__ import annotations


class HistoryError(ValueError):
    """A history that cannot be read: says which file, which line, and what was expected there."""

    def __init__(self, problem: str, *, source: str | None = None, line: int | None = None) -> None:
        self.problem = problem
        self.source = source
        self.line = line
        super().__init__(problem)

    def __str__(self) -> str:
        where = [part for part in (self.source, self.line and f"line {self.line}") if part]
        return f"{', '.join(where)}: {self.problem}" if where else self.problem

    def at(self, source: str) -> HistoryError:
        """The same error, with the name of the file it was found in."""
        return HistoryError(self.problem, source=source, line=self.line)
