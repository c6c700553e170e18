from __future__ import annotations

import pytest

from histories import HistoryError
from histories.predicates import matches


@pytest.mark.parametrize(
    ("predicate", "key", "value", "asked_for"),
    [
        (["all"], 1, 5, True),
        (["all"], 1, None, False),
        (["range", 1, 3], 1, 5, True),
        (["range", 1, 3], 3, 5, False),
        (["range", 1, 3], 2, None, False),
        (["range", "a", "c"], "b", 5, True),
        (["range", 1, 3], "2", 5, False),
        (["range", 1, "c"], 2, 5, False),
        (["range", 0, 3], True, 5, False),
        (["equals", 5], 1, 5, True),
        (["equals", 5], 1, "5", False),
        (["equals", 1], 1, True, False),
        (["mod", 3, 2], 1, 5, True),
        (["mod", 3, 2], 1, "5", False),
        (["mod", 3, 2], 1, None, False),
    ],
)
def test_a_row_is_asked_for_or_not(predicate, key, value, asked_for):
    assert matches(predicate, key, value) is asked_for
    assert matches(tuple(predicate), key, value) is asked_for


@pytest.mark.parametrize("predicate", ["all", ["some"], ["range", 1], ["mod", 0, 0], ["mod", "2", 0], None])
def test_what_is_no_predicate_is_refused(predicate):
    with pytest.raises(HistoryError, match="expected a predicate"):
        matches(predicate, 1, 5)
