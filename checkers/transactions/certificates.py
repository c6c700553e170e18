"""What shows that a model holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from checkers.transactions.accesses import Ints
from checkers.transactions.conditions import Order, Rule
from checkers.transactions.evidence import Place


@attrs.frozen(kw_only=True, eq=False)
class Certificate:
    """An order of commits that keeps a rule; `audit` replays it.

    `commits` are the indices of the committed operations, in the order in which they commit; the versions of every
    key are in that order. `starts` tells for each of them how many commits came before its start, where the rule
    speaks of starts and they are not all as late as can be. `found` says of reads that showed nothing of a row, and may
    have found several versions of it, whose they found: by read and key the operation; the initial version where it
    says nothing.
    """

    rule: Rule
    order: Order
    commits: Ints = attrs.field(repr=lambda commits: f"<{len(commits)} operations>")
    starts: Ints | None = attrs.field(default=None, repr=False)
    found: Mapping[tuple[Place, Any], int] = attrs.field(factory=dict, repr=False)
