"""The versions of a synthetic database: for each key its writers by commit number, and what they left."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

REPLICAS = 3


class Versions:
    """The versions of one key in the order of commits; version -1 is the initial one.

    A register's version is its value. A list's version is a length of the list of all elements.
    """

    __slots__ = ("commits", "latest_by_origin", "listed", "made", "values", "viewed", "writes")

    def __init__(self, *, listed: bool) -> None:
        self.commits: list[int] = []  # of each version, the number of the commit that made it
        self.values: list[Any] = []  # of a register: one a version; of a list: all elements
        self.made: list[int] = []  # of a list: the length at each version
        self.listed = listed
        self.viewed: tuple[int, Any] = (-1, None)  # the last list that was shown, so that equal reads share it
        self.writes = 0  # how many writes were ever asked for: the values are 1, 2, ...
        self.latest_by_origin = [-1] * REPLICAS

    def install(self, commit: int, written: list[Any], origin: int) -> None:
        """Add a version."""
        self.commits.append(commit)
        self.latest_by_origin[origin] = commit
        if self.listed:
            self.values.extend(written)
            self.made.append(len(self.values))
        else:
            self.values.append(written[-1])

    @property
    def latest(self) -> int:
        """The last version."""
        return len(self.commits) - 1

    def at(self, moment: int) -> int:
        """The version that was the last after a commit."""
        commits = self.commits
        if not commits or commits[-1] <= moment:
            return len(commits) - 1
        return bisect_right(commits, moment) - 1

    def among(self, seen: list[int], origins: bytearray) -> int:
        """The last version of those that have arrived: from each replica the commits up to a number."""
        commits = self.commits
        version = len(commits) - 1
        while version >= 0 and commits[version] > seen[origins[commits[version]]]:
            version -= 1
        return version

    def shown(self, version: int) -> Any:
        """What a read of a version returns."""
        if version < 0:
            return None
        if not self.listed:
            return self.values[version]
        if self.viewed[0] != version:
            self.viewed = (version, self.values[: self.made[version]])
        return self.viewed[1]
