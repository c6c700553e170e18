"""A Campaign is a value too: which tests it means follows from it, always in the same order."""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

import attrs
import cattrs
import tomli_w

from harness.systems import known, load_system
from harness.test import Test, TestError
from harness.workloads import MODULES, workload
from harness.workloads.workload import Workload
from histories.names import pick
from systems.system import System

ALL = ("all",)
SOUND = "none"  # the bug of a system that has none
FITTING = "fitting"
EVERYTHING = "partition+crash+pause+clock"


def _seeds(text: str) -> range:
    first, colon, last = text.partition(":")
    try:
        seeds = range(int(first), int(last)) if colon else range(int(first))
    except ValueError:
        seeds = range(0)
    if not seeds or seeds.start < 0:
        raise TestError(f"--seeds: expected a range such as 0:100, or a count, got {text!r}")
    return seeds


@attrs.frozen(kw_only=True)
class Campaign:
    """What to combine with what.

    `workloads` are those that fit each system, or the named ones among them. An entry of `nemeses` is one or more
    families joined by `+`, or `none`, or `fitting`: those that bring the bug out, and where there is none, all of them.
    `bugs` are names, `all` of them, or `none` for the system as it should be. `until_found` ends the search for a bug
    at the first seed that finds it. `settings` are the Test's other settings, the same for all.
    """

    systems: tuple[str, ...] = ALL
    workloads: tuple[str, ...] = ALL
    nemeses: tuple[str, ...] = (FITTING,)
    bugs: tuple[str, ...] = (SOUND,)
    seeds: str = attrs.field(default="0:10", validator=lambda _campaign, _field, text: _seeds(text) and None)
    until_found: bool = False
    settings: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def hash(self) -> str:
        """Twelve hex digits that are equal for equal campaigns."""
        return hashlib.sha256(self.to_toml().encode()).hexdigest()[:12]

    def to_toml(self) -> str:
        """All of it as TOML."""
        return tomli_w.dumps(attrs.asdict(self))

    @classmethod
    def from_toml(cls, text: str) -> Campaign:
        """The campaign that such a text describes; `TestError` says what is wrong in it."""
        try:
            return cattrs.Converter(forbid_extra_keys=True).structure(tomllib.loads(text), cls)
        except tomllib.TOMLDecodeError as error:
            raise TestError(f"expected TOML: {error}") from None
        except cattrs.BaseValidationError as error:
            problems = cattrs.transform_error(error, format_exception=lambda problem, _: str(problem))
            raise TestError("; ".join(problems)) from None

    def trials(self) -> tuple[Test, ...]:
        """Every test of the campaign, seeds last; `UnknownNameError` and `TestError` say what cannot be."""
        trials = tuple(itertools.chain.from_iterable(map(self._of_system, self._systems())))
        if not trials:
            raise TestError("there is nothing to run: no system claims what these workloads test under these nemeses")
        return trials

    def _systems(self) -> tuple[str, ...]:
        return tuple(known()) if self.systems == ALL else self.systems

    def _of_system(self, name: str) -> Iterator[Test]:
        system = load_system(name)
        works = [work for work in self._workloads() if work.data in system.data]
        for bug, work, nemesis in itertools.product(self._bugs(system), works, self.nemeses):
            families = _families(system, bug, nemesis)
            for claim in _questions(system, work, bug, families):
                for seed in _seeds(self.seeds):
                    yield self._test(
                        system=name,
                        workload=work.name,
                        claim=claim,
                        nemesis=families,
                        bug=None if bug == SOUND else bug,
                        seed=seed,
                    )

    def _workloads(self) -> list[Workload]:
        return [workload(name) for name in (MODULES if self.workloads == ALL else self.workloads)]

    def _bugs(self, system: System) -> tuple[str, ...]:
        if self.bugs == ALL:
            return tuple(system.bugs)
        for bug in self.bugs:
            pick(bug, {**system.bugs, SOUND: None}, f"bug of {system.name}")
        return self.bugs

    def _test(self, **named: Any) -> Test:
        twice = sorted(set(named) & set(self.settings))
        if twice:
            raise TestError(f"settings: {', '.join(twice)} is what the campaign varies")
        text = tomli_w.dumps({k: v for k, v in {**self.settings, **named}.items() if v is not None})
        return Test.from_toml(text)


def _families(system: System, bug: str, nemesis: str) -> tuple[str, ...]:
    if nemesis == FITTING and bug != SOUND:
        return system.bugs[bug].faults
    return tuple(family for family in nemesis.replace(FITTING, EVERYTHING).split("+") if family != "none")


def _questions(system: System, work: Workload, bug: str, families: tuple[str, ...]) -> Iterator[str]:
    """The models to ask for: what the system claims under these faults, or where its bug must be seen."""
    if bug != SOUND:
        if system.bugs[bug].workload == work.name:
            yield work.claim
        return
    for claim in system.claims:
        if claim.data == work.data and claim.model in work.models and claim.under.issuperset(families):
            yield claim.model
