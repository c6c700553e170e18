"""The consistency models and their implications, as far as a report needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, cached_property

import attrs

from checkers.verdict import Classification, Status


@attrs.frozen(kw_only=True, slots=False)
class Lattice:
    """The models, strongest first, and their implications as (stronger, weaker).

    `twins` have the same histories as another of the models, which speaks for them in summaries. `meanings` says
    in a sentence what a model or an anomaly is, by any of its names; `refuted` by an anomaly are these models.
    Models that a classification speaks of and the lattice does not know stand by themselves.
    """

    models: tuple[str, ...] = ()
    implications: tuple[tuple[str, str], ...] = ()
    twins: frozenset[str] = frozenset()
    meanings: Mapping[str, str] = attrs.field(factory=dict)
    refuted: Mapping[str, frozenset[str]] = attrs.field(factory=dict)

    @cached_property
    def weaker(self) -> Mapping[str, frozenset[str]]:
        """All models that each model implies, itself excluded."""
        direct: dict[str, list[str]] = {model: [] for model in self.models}
        for stronger, weaker in self.implications:
            direct.setdefault(stronger, []).append(weaker)
        return {model: frozenset(_reached(model, direct) - {model}) for model in direct}

    def strongest_holding(self, classification: Classification) -> list[str]:
        """The models that hold and are not implied by another that does."""
        holding = self._with(classification, Status.HOLDS)
        implied = set[str]().union(*(self.weaker.get(model, ()) for model in holding))
        return [model for model in self.in_order(holding) if model not in implied]

    def weakest_violated(self, classification: Classification) -> list[str]:
        """The models that are violated and imply no other that is."""
        violated = set(self._with(classification, Status.VIOLATED))
        return [model for model in self.in_order(violated) if violated.isdisjoint(self.weaker.get(model, ()))]

    def _with(self, classification: Classification, status: Status) -> list[str]:
        found = classification.models.items()
        return [model for model, finding in found if finding.status is status and model not in self.twins]

    def in_order(self, models: Iterable[str]) -> list[str]:
        """Strongest first; those that are not of the lattice come last, by name."""
        place = {model: position for position, model in enumerate(self.models)}
        return sorted(models, key=lambda model: (place.get(model, len(place)), model))


@cache
def lattice_of_models() -> Lattice:
    """The whole catalogue."""
    from checkers.models import ANOMALIES, MODELS, AnomalyKind, Model, layout, refuted_by

    drawn = layout()
    rows: list[Model | AnomalyKind] = [*ANOMALIES.values(), *MODELS.values()]
    meanings = {name: row.meaning for row in rows for name in (*row.aliases, row.name)}
    twins = frozenset(model.name for model in MODELS.values() if model.same_as is not None)
    return Lattice(
        models=drawn.models,
        implications=drawn.arrows,
        twins=twins,
        meanings=meanings,
        refuted={name: refuted_by(row.name) for row in ANOMALIES.values() for name in (*row.aliases, row.name)},
    )


def _reached(start: str, direct: Mapping[str, Iterable[str]]) -> set[str]:
    found, ahead = {start}, [start]
    while ahead:
        for other in direct.get(ahead.pop(), ()):
            if other not in found:
                found.add(other)
                ahead.append(other)
    return found
