"""What things are called, and where they stand in a file, changes no verdict."""

from __future__ import annotations

from random import Random

import msgspec
import pytest

from checkers.models import Data
from checkers.transactions import check_transactions
from histories import History
from tests.oracles.random_transactions import random_history

SHIFT = 40  # even, so that the values that a remainder asks for are the same


class Renaming:
    """Other processes, keys and values. Keys that ranges are asked of keep their order, and values their remainders."""

    def __init__(self, luck, data):
        self.names = luck.sample(range(10, 30), 20)
        self.shift = luck.randrange(1, 20) if data is Data.PREDICATE else None

    def key(self, key):
        return self.names[key] if self.shift is None else key + self.shift

    def value(self, value):
        if isinstance(value, list):
            return [self.value(part) for part in value]
        return value if value is None else value + SHIFT if self.shift is not None else f"v{SHIFT - value}"

    def predicate(self, predicate):
        match predicate:
            case ["range", low, high]:
                return ["range", self.key(low), self.key(high)]
            case ["equals", value]:
                return ["equals", self.value(value)]
        return predicate

    def micro(self, f, key, value):
        if f == "rp":
            rows = None if value is None else [[self.key(row), self.value(shown)] for row, shown in value]
            return [f, self.predicate(key), rows]
        return [f, self.key(key), self.value(value)]

    def operation(self, operation):
        return msgspec.structs.replace(
            operation,
            process=self.names[operation.process],
            value=[self.micro(*micro) for micro in operation.value],
            result=operation.result and [self.micro(*micro) for micro in operation.result],
        )


def verdicts(history, data):
    return {model: finding.status for model, finding in check_transactions(history, data).models.items()}


def changed(data, seeds):
    for seed in seeds:
        luck = Random(seed)
        history = random_history(luck, data)
        renaming = Renaming(luck, data)
        operations = [renaming.operation(operation) for operation in history]
        luck.shuffle(operations)
        if verdicts(History(operations=tuple(operations)), data) != verdicts(history, data):
            yield seed


@pytest.mark.parametrize("data", [Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE])
def test_other_names_and_places_change_no_verdict(data):
    assert list(changed(data, range(60))) == []


@pytest.mark.slow
@pytest.mark.parametrize("data", [Data.LIST_APPEND, Data.RW_REGISTER, Data.PREDICATE])
def test_and_so_for_many_more_names(data):
    assert list(changed(data, range(1_000, 2_000))) == []
