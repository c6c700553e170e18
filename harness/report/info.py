"""What a report says of a run beside its history and its classification."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from checkers.verdict import Status

Figures = Mapping[str, float | int | str]


@attrs.frozen(kw_only=True)
class RunInfo:
    """A finished run, or a history from elsewhere, in words.

    `claim` is the model that was asked for and `validity` what was found of it. `command` replays the run, or
    repeats the check. `claims` are the system's own promises, one sentence each; `settings` what the test was
    started with; `statistics` what the system counted (elections, messages); `notes` whatever else a reader
    must know (a torn journal, a fault that would not heal). Nothing here may be a measured time: the same run
    gives the same page.
    """

    title: str
    claim: str
    validity: Status = attrs.field(validator=attrs.validators.instance_of(Status))
    command: str
    system: str = ""
    system_summary: str = ""
    workload: str = ""
    workload_summary: str = ""
    nemeses: tuple[str, ...] = ()
    seed: int | None = None
    claims: tuple[str, ...] = ()
    settings: Figures = attrs.field(factory=dict)
    statistics: Figures = attrs.field(factory=dict)
    versions: Mapping[str, str] = attrs.field(factory=dict)
    notes: tuple[str, ...] = ()
    log: str | None = None
