"""What shows that a model holds."""

from __future__ import annotations

import attrs

from checkers.transactions.accesses import Ints
from checkers.transactions.conditions import Order, Rule


@attrs.frozen(kw_only=True, eq=False)
class Certificate:
    """An order of commits that keeps a rule; `audit` replays it.

    `commits` are the indices of the committed operations, in the order in which they commit; the versions of every
    key are in that order. `starts` tells for each of them how many commits came before its start, where the rule
    speaks of starts and they are not all as late as can be.
    """

    rule: Rule
    order: Order
    commits: Ints = attrs.field(repr=lambda commits: f"<{len(commits)} operations>")
    starts: Ints | None = attrs.field(default=None, repr=False)
