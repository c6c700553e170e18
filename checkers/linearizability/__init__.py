"""Linearizability of single objects: specifications, polynomial methods, the search, and Porcupine's vocabulary."""

from checkers.linearizability.check import check_linearizable
from checkers.linearizability.registers import CasRegister, Register
from checkers.linearizability.specification import Specification, result_may_be

__all__ = ["CasRegister", "Register", "Specification", "check_linearizable", "result_may_be"]
