"""What a synthetic history is like."""

from __future__ import annotations

import attrs
from attrs.validators import ge, gt, in_

from checkers.models import Data, canonical_model
from checkers.synthetic.levels import LEVELS


def _part(_: object, attribute: attrs.Attribute[float], value: float) -> None:
    if not 0 <= value <= 1:
        raise ValueError(f"expected {attribute.name} to be a part of 1, found {value}")


def _level(_: object, __: object, value: str) -> None:
    if value not in LEVELS:
        raise ValueError(f"expected a level that can be synthesized ({', '.join(LEVELS)}), found {value!r}")


@attrs.frozen(kw_only=True)
class Shape:
    """A synthetic history: the level it is legal at, its size, and its randomness.

    Transactions have 1 to `2 * operations - 1` micro-operations; `read_only` is the part of them that only reads,
    the others read with the probability `reads`. At any time `keys` keys are in use, the first of them most (the
    nth with a weight of n to the power of -`skew`); a key is replaced by a new one after `writes_per_key` writes,
    which bounds the lists that are read. `fail` and `info` are the parts of transactions that are aborted, and
    whose end nobody learns (of these half take effect, now or later); levels that abort conflicts abort more.
    `lag` is how many commits old a snapshot may be where the level lets it be old, None for twice the processes.
    The same shape gives the same history.
    """

    level: str = attrs.field(default="strict-serializable", converter=canonical_model, validator=_level)
    data: Data = attrs.field(
        default=Data.LIST_APPEND, converter=Data, validator=in_((Data.LIST_APPEND, Data.RW_REGISTER))
    )
    transactions: int = attrs.field(default=1000, validator=gt(0))
    processes: int = attrs.field(default=10, validator=gt(0))
    operations: int = attrs.field(default=4, validator=gt(0))
    read_only: float = attrs.field(default=0.2, validator=_part)
    reads: float = attrs.field(default=0.5, validator=_part)
    keys: int = attrs.field(default=10, validator=gt(0))
    skew: float = attrs.field(default=1.0, validator=ge(0))
    writes_per_key: int = attrs.field(default=60, validator=gt(0))
    fail: float = attrs.field(default=0.01, validator=_part)
    info: float = attrs.field(default=0.01, validator=_part)
    lag: int | None = attrs.field(default=None, validator=attrs.validators.optional(gt(0)))
    seed: int = 0
