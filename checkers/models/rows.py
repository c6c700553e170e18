"""What a row of the tables of models, anomalies and examples says. The tables are data; nothing here decides."""

from __future__ import annotations

import enum

import attrs
from attrs.validators import deep_iterable, instance_of, min_len

from checkers.models.sources import SOURCES


class Data(enum.StrEnum):
    """Kinds of data whose histories can show whether a model holds."""

    OPERATIONS = "operations"  # operations on single objects: registers, sets, queues, ...
    LIST_APPEND = "list-append"  # transactions of reads of lists and appends to them
    RW_REGISTER = "rw-register"  # transactions of reads and writes of registers
    PREDICATE = "predicate"  # transactions that also read all rows of a range


ITEMS = frozenset({Data.LIST_APPEND, Data.RW_REGISTER})
TRANSACTIONS = ITEMS | {Data.PREDICATE}


def _cited(_: object, attribute: attrs.Attribute[tuple[str, ...]], value: tuple[str, ...]) -> None:
    unknown = [source for source in value if source not in SOURCES]
    if unknown or not value:
        raise ValueError(f"expected {attribute.name} to be among {', '.join(SOURCES)}, found {unknown or 'none'}")


_names = deep_iterable(instance_of(str), instance_of(tuple))


@attrs.frozen(kw_only=True)
class Example:
    """A small history, one session a line, that shows something by name."""

    name: str
    text: str
    sources: tuple[str, ...] = attrs.field(validator=_cited)


@attrs.frozen(kw_only=True)
class Model:
    """A consistency or isolation model: a set of histories.

    `meaning` is one sentence. `proscribes` names the anomalies that it forbids beyond those that the models it
    implies forbid. `allows` names an example that satisfies it and not every stronger model, `forbids` one that does
    not satisfy it. `data` are the kinds that can test it; `note` a definition chosen among several, or a doubt.
    `same_as` is the model that speaks for it in summaries, where histories cannot tell the two apart.
    """

    name: str
    aliases: tuple[str, ...] = attrs.field(default=(), validator=_names)
    meaning: str = attrs.field(validator=min_len(20))
    sources: tuple[str, ...] = attrs.field(validator=_cited)
    data: frozenset[Data] = attrs.field(default=TRANSACTIONS, validator=min_len(1))
    proscribes: tuple[str, ...] = attrs.field(default=(), validator=_names)
    allows: str | None = None
    forbids: str
    same_as: str | None = None
    note: str = ""


@attrs.frozen(kw_only=True)
class Implication:
    """Every history that satisfies `stronger` satisfies `weaker`.

    `only` restricts it to some kinds of data. `converse` marks an implication whose opposite stands in the table too:
    the two models have the same histories. The one that is marked leads up; pictures and summaries leave it out.
    """

    stronger: str
    weaker: str
    sources: tuple[str, ...] = attrs.field(validator=_cited)
    only: frozenset[Data] = frozenset(Data)
    converse: bool = False


@attrs.frozen(kw_only=True)
class AnomalyKind:
    """Something that can be seen in a history and that some models forbid.

    `implies` names the anomalies that are there whenever this one is. `example` names a history that shows it.
    """

    name: str
    aliases: tuple[str, ...] = attrs.field(default=(), validator=_names)
    meaning: str = attrs.field(validator=min_len(20))
    sources: tuple[str, ...] = attrs.field(validator=_cited)
    implies: tuple[str, ...] = attrs.field(default=(), validator=_names)
    data: frozenset[Data] = attrs.field(default=TRANSACTIONS, validator=min_len(1))
    example: str
    note: str = ""
