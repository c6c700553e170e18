"""Models weaker than linearizability, for operations on single objects."""

from checkers.weaker.check import check_weaker
from checkers.weaker.convergence import check_convergence
from checkers.weaker.staleness import check_staleness
from checkers.weaker.staleness_bounds import measure_staleness

__all__ = ["check_convergence", "check_staleness", "check_weaker", "measure_staleness"]
