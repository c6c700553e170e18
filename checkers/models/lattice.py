"""The models and anomalies closed under implication: who implies whom, and what refutes what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from checkers.models.anomalies import KINDS
from checkers.models.implications import IMPLICATIONS
from checkers.models.rows import AnomalyKind, Data, Model
from checkers.models.single_object import SINGLE_OBJECT
from checkers.models.transactional import TRANSACTIONAL
from histories.names import unknown_name

MODELS: Final[Mapping[str, Model]] = {model.name: model for model in (*SINGLE_OBJECT, *TRANSACTIONAL)}
ANOMALIES: Final[Mapping[str, AnomalyKind]] = {kind.name: kind for kind in KINDS}


def _names(rows: Iterable[Model | AnomalyKind]) -> dict[str, str]:
    return {name.casefold(): row.name for row in rows for name in (row.name, *row.aliases)}


_MODEL_NAMES: Final = _names(MODELS.values())
_ANOMALY_NAMES: Final = _names(ANOMALIES.values())


def canonical_model(name: str) -> str:
    """The name in the table of a model that may be called by an alias, in any case; `UnknownNameError` if none."""
    return _canonical(name, "consistency model", _MODEL_NAMES)


def canonical_anomaly(name: str) -> str:
    """The same for an anomaly."""
    return _canonical(name, "anomaly", _ANOMALY_NAMES)


def _canonical(name: str, what: str, names: Mapping[str, str]) -> str:
    found = names.get(name.casefold())
    if found is None:
        raise unknown_name(name, names, what)
    return found


def implied(model: str, *, data: Data | None = None) -> frozenset[str]:
    """All models that a model implies, itself excluded.

    With `data`, also what it implies only for that kind of data.
    """
    return _weaker(data)[canonical_model(model)] - {canonical_model(model)}


def implies(stronger: str, weaker: str, *, data: Data | None = None) -> bool:
    """Whether every history that satisfies the first model satisfies the second."""
    return canonical_model(weaker) in _weaker(data)[canonical_model(stronger)]


def equivalent(model: str, *, data: Data | None = None) -> frozenset[str]:
    """The models that have the same histories, itself excluded."""
    name = canonical_model(model)
    return frozenset(other for other in implied(name, data=data) if implies(other, name, data=data))


def implied_anomalies(anomaly: str) -> frozenset[str]:
    """The anomalies that are in every history that has this one, itself included."""
    return _also()[canonical_anomaly(anomaly)]


def refuted_by(anomaly: str, *, data: Data | None = None) -> frozenset[str]:
    """The models that no history with this anomaly satisfies.

    With `data`: where it was seen in that kind of data; otherwise, in any that can have it. Transactions and single
    operations share some names of anomalies; each refutes what its kind of data can test, and what implies that.
    """
    seen = implied_anomalies(anomaly)
    kinds = ANOMALIES[canonical_anomaly(anomaly)].data if data is None else {data}
    direct = {
        model.name
        for model in MODELS.values()
        if not model.data.isdisjoint(kinds) and not seen.isdisjoint(model.proscribes)
    }
    return frozenset(model for model in MODELS if not direct.isdisjoint(_weaker(data)[model]))


def proscribed(model: str) -> frozenset[str]:
    """All anomalies that a model forbids: its own, those of the models it implies, and what implies one of them."""
    name = canonical_model(model)
    return frozenset(anomaly for anomaly in ANOMALIES if name in refuted_by(anomaly))


def strictly_weaker(model: str) -> frozenset[str]:
    """What a model implies downwards only: of two models with the same histories the table calls one the stronger."""
    return _downwards()[model] - {model}


def strongest(models: Iterable[str]) -> list[str]:
    """Those that no other of them implies; a model that has the same histories as another is left to that one."""
    some = by_strength(name for name in models if MODELS[name].same_as is None)
    below = set[str]().union(*(strictly_weaker(name) for name in some))
    return [name for name in some if name not in below]


def weakest(models: Iterable[str]) -> list[str]:
    """Those that imply no other of them; a model that has the same histories as another is left to that one."""
    some = by_strength(name for name in models if MODELS[name].same_as is None)
    return [name for name in some if strictly_weaker(name).isdisjoint(some)]


def by_strength(models: Iterable[str]) -> list[str]:
    """Strongest first: no model before one that implies it; otherwise in the order of the tables, from their ends."""
    places = {name: -place for place, name in enumerate(MODELS)}
    return sorted(models, key=lambda name: (-len(_weaker(None)[name]), -len(_downwards()[name]), places[name]))


@cache
def _weaker(data: Data | None) -> Mapping[str, frozenset[str]]:
    """For each model all that it implies, itself included."""
    wanted = frozenset(Data) if data is None else frozenset({data})
    return _closed(MODELS, [(row.stronger, row.weaker) for row in IMPLICATIONS if wanted <= row.only])


@cache
def _downwards() -> Mapping[str, frozenset[str]]:
    """The same by the implications that hold for all data and are not marked as the converse of another."""
    return _closed(MODELS, downward_implications())


def downward_implications() -> list[tuple[str, str]]:
    """The implications, as (stronger, weaker), that hold for all kinds of data; they have no circles."""
    return [(row.stronger, row.weaker) for row in IMPLICATIONS if row.only == frozenset(Data) and not row.converse]


@cache
def _also() -> Mapping[str, frozenset[str]]:
    return _closed(ANOMALIES, [(kind.name, other) for kind in KINDS for other in kind.implies])


def _closed(names: Iterable[str], arrows: Iterable[tuple[str, str]]) -> Mapping[str, frozenset[str]]:
    """For each name all that can be reached by arrows, itself included."""
    direct: dict[str, set[str]] = {name: set() for name in names}
    for source, target in arrows:
        direct[source].add(target)
    reached = {}
    for name in direct:
        found, ahead = {name}, [name]
        while ahead:
            for other in sorted(direct[ahead.pop()] - found):
                found.add(other)
                ahead.append(other)
        reached[name] = frozenset(found)
    return reached
