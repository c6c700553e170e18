"""What a checker says: for every model one of four words, and the evidence for it.

Evidence is made of operation indices (`Operation.index`), so that the report, a test and a sceptical reader
look at the same operations. There is no bare "valid": an `unknown` is never truthy, and says what is missing.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

import attrs

VERIFIED: Final = "evidence verified"
UNVERIFIED: Final = "evidence too long to verify"


class Status(enum.StrEnum):
    """What is known of one model for one history."""

    HOLDS = "holds"  # a certificate shows it
    VIOLATED = "violated"  # an anomaly shows it
    UNKNOWN = "unknown"  # a budget ran out, or information is missing
    NOT_TESTABLE = "not testable"  # this kind of data cannot show it

    def __bool__(self) -> NoReturn:
        raise TypeError("a status has four values: compare it with one of them")


@attrs.frozen(kw_only=True)
class Anomaly:
    """Something that a model forbids, seen in a history.

    `type` is its name in the catalogue. `operations` are the indices of those involved, in the order in which
    the explanation needs them. `evidence` is data of the checker's own, which `audit` replays.
    """

    type: str
    operations: tuple[int, ...]
    explanation: str
    key: Any = None
    evidence: Any = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Finding:
    """What is known of one model. `certificate` (for `holds`) is what `audit` replays."""

    status: Status
    because: str
    certificate: Any = attrs.field(default=None, repr=False)


@attrs.frozen(kw_only=True)
class Classification:
    """A history, judged: a finding per model, the anomalies, and numbers of interest about the judging."""

    models: Mapping[str, Finding]
    anomalies: tuple[Anomaly, ...] = ()
    statistics: Mapping[str, float | str] = attrs.field(factory=dict)

    def status(self, model: str) -> Status:
        """What is known of a model; `not testable` where the checker does not speak of it."""
        finding = self.models.get(model)
        return finding.status if finding else Status.NOT_TESTABLE

    def of(self, models: Iterable[str]) -> Status:
        """All of these together: violated above unknown above holds; not testable where nothing was tested."""
        statuses = {self.status(model) for model in models}
        for status in (Status.VIOLATED, Status.UNKNOWN, Status.HOLDS):
            if status in statuses:
                return status
        return Status.NOT_TESTABLE


@attrs.frozen(kw_only=True)
class Audit:
    """What came of verifying a classification: how many certificates and anomalies were verified, and the others.

    `wrong` says what is wrong with some: then a checker has a bug. `unverified` are true as far as anybody knows, but
    to verify them would have cost too much.
    """

    verified: int = 0
    wrong: tuple[str, ...] = ()
    unverified: tuple[str, ...] = ()

    @classmethod
    def of(cls, name: str, problem: str | None) -> Audit:
        """Of one thing: its problem, the empty string where there is none, None where nobody knows."""
        if problem is None:
            return cls(unverified=(f"{name}: to verify it takes too long",))
        return cls(wrong=(f"{name}: {problem}",)) if problem else cls(verified=1)

    @property
    def statistics(self) -> Mapping[str, int]:
        """The same in numbers, for those who read verdicts."""
        return {VERIFIED: self.verified, UNVERIFIED: len(self.unverified)}

    def __add__(self, other: Audit) -> Audit:
        return Audit(
            verified=self.verified + other.verified,
            wrong=self.wrong + other.wrong,
            unverified=self.unverified + other.unverified,
        )
