"""Models weaker than linearizability, for reads and writes of single objects."""

from checkers.weaker.check import check_weaker

__all__ = ["check_weaker"]
