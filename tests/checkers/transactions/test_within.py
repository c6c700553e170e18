from __future__ import annotations

import numpy as np
import pytest

from checkers.transactions.within import earlier
from tests.benchmarks.large import rw_register


def by_definition(columns, at):
    """For each micro-operation the place of the last before it of its transaction and key, -1 if there is none."""
    last, found = {}, []
    for place, micro in enumerate(at.tolist()):
        code = int(columns.transaction[micro]), int(columns.key[micro])
        found.append(last.get(code, -1))
        last[code] = place
    return found


@pytest.mark.parametrize("at_once", [1, 7, 1_000])
@pytest.mark.parametrize("share", [0.5, 1])
def test_the_last_before_it_on_its_key_is_found_in_portions_of_any_size(at_once, share, monkeypatch):
    columns = rw_register(60, keys=2, blind=False)
    at = np.flatnonzero(np.random.default_rng(1).random(len(columns.kind)) < share)
    monkeypatch.setattr("checkers.transactions.accesses.AT_ONCE", at_once)
    assert earlier(columns, at).tolist() == by_definition(columns, at)
