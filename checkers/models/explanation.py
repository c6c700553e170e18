"""What a name means, as text: the tables, for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from checkers.models.examples import EXAMPLES
from checkers.models.implications import IMPLICATIONS
from checkers.models.lattice import (
    ANOMALIES,
    MODELS,
    canonical_anomaly,
    canonical_model,
    equivalent,
    proscribed,
    refuted_by,
    weakest,
)
from checkers.models.rows import AnomalyKind, Data, Example, Model
from checkers.models.sources import SOURCES
from histories.names import UnknownNameError, unknown_name

WIDTH = 100


def explain(name: str) -> str:
    """What a model, an anomaly or an example is: meaning, neighbours, a small history, sources.

    `UnknownNameError` names the nearest right ones.
    """
    try:
        return _of_model(MODELS[canonical_model(name)])
    except UnknownNameError:
        pass
    try:
        return _of_anomaly(ANOMALIES[canonical_anomaly(name)])
    except UnknownNameError:
        pass
    if name in EXAMPLES:
        return "\n\n".join([name, _example("", name), _sources(EXAMPLES[name])]) + "\n"
    raise unknown_name(name, explainable(), "model, anomaly or example")


def explainable() -> tuple[str, ...]:
    """All names that can be explained, aliases included."""
    rows: tuple[Model | AnomalyKind, ...] = (*MODELS.values(), *ANOMALIES.values())
    return tuple(dict.fromkeys([name for row in rows for name in (row.name, *row.aliases)] + list(EXAMPLES)))


def _of_model(model: Model) -> str:
    weaker = [row.weaker for row in IMPLICATIONS if row.stronger == model.name and row.only == frozenset(Data)]
    stronger = [row.stronger for row in IMPLICATIONS if row.weaker == model.name and row.only == frozenset(Data)]
    same = equivalent(model.name)
    inherited = [name for name in proscribed(model.name) if name not in model.proscribes]
    paragraphs = [
        _title(model),
        _wrapped(model.meaning),
        _wrapped(model.note),
        _listed("Has the same histories as", sorted(same)),
        _listed("Implies directly", [name for name in weaker if name not in same]),
        _listed("Implied directly by", [name for name in stronger if name not in same]),
        *_only(model.name),
        _listed("Forbids", model.proscribes),
        _listed("Forbids with these, or with what it implies", sorted(inherited)),
        _example("It forbids", model.forbids),
        _example("It allows", model.allows),
        _listed("Tested with", sorted(model.data)),
        _sources(model),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _of_anomaly(kind: AnomalyKind) -> str:
    refuted = refuted_by(kind.name)
    because = [other.name for other in ANOMALIES.values() if kind.name in other.implies]
    paragraphs = [
        _title(kind),
        _wrapped(kind.meaning),
        _wrapped(kind.note),
        _listed("It is also", kind.implies),
        _listed("So are", because),
        _listed("The weakest models that it refutes", weakest(refuted)),
        _listed("All models that it refutes", sorted(refuted)),
        _example("For example", kind.example),
        _listed("Seen in", sorted(kind.data)),
        _sources(kind),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n"


def _title(row: Model | AnomalyKind) -> str:
    return f"{row.name} ({', '.join(row.aliases)})" if row.aliases else row.name


def _wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def _listed(title: str, names: Iterable[str]) -> str:
    names = list(names)
    return _wrapped(f"{title}: {', '.join(names)}") if names else ""


def _only(name: str) -> list[str]:
    return [
        _wrapped(f"For {', '.join(sorted(row.only))} it also implies {row.weaker}.")
        for row in IMPLICATIONS
        if row.stronger == name and row.only != frozenset(Data)
    ]


def _example(title: str, name: str | None) -> str:
    if name is None:
        return ""
    head = f"  {title}, for example {name}:\n" if title and title != "For example" else f"  {title}:\n" if title else ""
    return head + textwrap.indent(EXAMPLES[name].text, "    ")


def _sources(row: Model | AnomalyKind | Example) -> str:
    return "\n".join(["  Sources:", *(textwrap.indent(_cite(name), "    ") for name in row.sources)])


def _cite(name: str) -> str:
    return textwrap.fill(SOURCES[name], WIDTH - 4, subsequent_indent="  ")
