"""Linearizability of single objects: specifications, polynomial methods, the search, and Porcupine's vocabulary."""

from checkers.linearizability.check import check_linearizable
from checkers.linearizability.collections import Log, PriorityQueue, Queue, Set, Stack
from checkers.linearizability.locks import FencedLock, Mutex, Semaphore
from checkers.linearizability.maps import KeyValue, MultiRegister
from checkers.linearizability.numbers import Counter, FetchAndAdd, UniqueIds
from checkers.linearizability.registers import CasRegister, Register
from checkers.linearizability.specification import Specification, result_may_be

__all__ = [
    "CasRegister",
    "Counter",
    "FencedLock",
    "FetchAndAdd",
    "KeyValue",
    "Log",
    "MultiRegister",
    "Mutex",
    "PriorityQueue",
    "Queue",
    "Register",
    "Semaphore",
    "Set",
    "Specification",
    "Stack",
    "UniqueIds",
    "check_linearizable",
    "result_may_be",
]
