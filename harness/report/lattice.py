"""The consistency models and their implications, as far as a report needs them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import attrs

from checkers.verdict import Classification, Status


@attrs.frozen(kw_only=True, slots=False)
class Lattice:
    """The models, strongest first, and their implications as (stronger, weaker).

    Models that a classification speaks of and the lattice does not know stand by themselves.
    """

    models: tuple[str, ...] = ()
    implications: tuple[tuple[str, str], ...] = ()

    @cached_property
    def weaker(self) -> Mapping[str, frozenset[str]]:
        """All models that each model implies, itself excluded."""
        direct: dict[str, set[str]] = {model: set() for model in self.models}
        for stronger, weaker in self.implications:
            direct.setdefault(stronger, set()).add(weaker)
        reached: dict[str, frozenset[str]] = {}
        for model in direct:
            found: set[str] = set()
            ahead = sorted(direct[model])
            while ahead:
                other = ahead.pop()
                if other not in found:
                    found.add(other)
                    ahead.extend(sorted(direct.get(other, ())))
            reached[model] = frozenset(found - {model})
        return reached

    def strongest_holding(self, classification: Classification) -> list[str]:
        """The models that hold and are not implied by another that does."""
        holding = _with(classification, Status.HOLDS)
        implied = set[str]().union(*(self.weaker.get(model, ()) for model in holding))
        return [model for model in self.in_order(holding) if model not in implied]

    def weakest_violated(self, classification: Classification) -> list[str]:
        """The models that are violated and imply no other that is."""
        violated = set(_with(classification, Status.VIOLATED))
        return [model for model in self.in_order(violated) if violated.isdisjoint(self.weaker.get(model, ()))]

    def in_order(self, models: Iterable[str]) -> list[str]:
        """Strongest first; those that are not of the lattice come last, by name."""
        place = {model: position for position, model in enumerate(self.models)}
        return sorted(models, key=lambda model: (place.get(model, len(place)), model))


def lattice_of_models() -> Lattice:
    """The catalogue's own."""
    return Lattice()


def _with(classification: Classification, status: Status) -> list[str]:
    return [model for model, finding in classification.models.items() if finding.status is status]
