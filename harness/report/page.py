"""report.html: one page that needs nothing but itself, the verdict first and everything behind it below."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from checkers.verdict import Status
from harness.report.articles import ARTICLES_MAX, articles, other_rows
from harness.report.drawn import Easel
from harness.report.faults import Fault
from harness.report.guard import Guard
from harness.report.info import RunInfo
from harness.report.lattice_figure import lattice_figure
from harness.report.material import Material
from harness.report.overview_figure import clocks_figure, overview_figure
from harness.report.palette import DARK, LIGHT, family_colour, variables
from harness.report.plot_figures import latency_figure, rate_figure
from harness.report.series import PERCENTILES, KindRow, kind_rows
from harness.report.viewer import OPERATIONS_MAX, viewer_data
from harness.report.words import (
    OUTCOME_WORDS,
    SIGNS,
    VERDICT_WORDS,
    clean,
    count,
    duration,
    listed,
    seconds,
    shortened,
)
from histories import Outcome

FAULTS_SHOWN = 12
FAULTS_MAX = 200

LEDES = {
    Status.HOLDS: "The claim was {}, and what the clients saw satisfies it",
    Status.VIOLATED: "The claim was {}, and what the clients saw contradicts it",
    Status.UNKNOWN: "The claim was {}, and what the clients saw does not decide it",
    Status.NOT_TESTABLE: "The claim was {}, and this kind of history cannot show it",
}

SECTIONS = (
    ("Models", "models"),
    ("Faults", "faults"),
    ("The whole run", "timeline"),
    ("Latency and rate", "latency"),
    ("Statistics", "statistics"),
    ("How to read this page", "reading"),
)


def page(material: Material, guard: Guard) -> str:
    """The page as HTML. What of it cannot be drawn is told in its place; earlier failures are told at the top."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, finalize=_printable, trim_blocks=True, lstrip_blocks=True
    )
    earlier = [str(failure) for failure in guard.failures]
    easel = Easel(guard)
    context = {
        **_head(material, earlier),
        **_anomalies(material, easel),
        **_models(material, easel),
        **_faults(material, easel),
        **_run(material, easel),
        **_statistics(material),
    }
    return environment.from_string(asset("page.html.j2")).render(context)


def _printable(value: Any) -> Any:
    """Every text that the template writes, without control characters; markup is left alone."""
    return clean(value) if type(value) is str else value


def asset(name: str) -> str:
    """A file that lies beside this module."""
    return files("harness.report").joinpath(name).read_text(encoding="utf-8")


def _head(material: Material, earlier: list[str]) -> dict[str, Any]:
    from markupsafe import Markup

    info, history = material.info, material.history
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {variables(DARK)} }} }}"
    operations, faults = len(history), len(material.faults)
    facts = [("", count(operations), "operation" if operations == 1 else "operations")]
    facts += [(str(o), count(history.count(o)), OUTCOME_WORDS[o]) for o in (Outcome.OK, Outcome.FAIL, Outcome.INFO)]
    facts += [
        ("", f"{material.end_ns / 1e9:,.1f} s", "of run"),
        ("", count(faults), "fault" if faults == 1 else "faults"),
    ]
    if info.seed is not None:
        facts.append(("", str(info.seed), "seed"))
    torn = [f"The journal ended in the middle: {history.torn}."] if history.torn else []
    return {
        "info": info,
        "css": Markup(f":root {{ {variables(LIGHT)} }}\n{dark}\n{asset('page.css')}"),  # noqa: S704  our own files
        "js": Markup(asset("page.js")),  # noqa: S704  our own file
        "signs": {str(status): sign for status, sign in SIGNS.items()},
        "status": info.validity.replace(" ", "-"),
        "sign": SIGNS[info.validity],
        "verdict": VERDICT_WORDS[info.validity],
        "violated": info.validity is Status.VIOLATED,
        "tested": _tested(material),
        "summaries": _summaries(info),
        "quote": _quote(material),
        "facts": facts,
        "notes": [*info.notes, *torn, *(f"{problem}." for problem in earlier)],
    }


def _tested(material: Material) -> str:
    """`The register workload ran on lww under clock and crash faults. The claim was ..., because ...`."""
    info = material.info
    what = f"The {info.workload} workload ran on" if info.workload and info.system else "This is the history of"
    under = f" under {listed(info.nemeses)} faults" if info.nemeses else ""
    finding = material.classification.models.get(info.claim)
    because = f": {shortened(finding.because, 400)}" if finding and finding.because else ""
    told = f"{what} {info.system or info.title}{under}. {LEDES[info.validity].format(info.claim)}{because}"
    return told if told.endswith(".") else f"{told}."


def _summaries(info: RunInfo) -> str:
    named = ((info.system, info.system_summary), (info.workload, info.workload_summary))
    return " ".join(f"{name}: {summary}." for name, summary in named if summary)


def _quote(material: Material) -> str:
    """The first anomaly, in its own words, where the claim is violated."""
    anomalies = material.anomalies
    if material.info.validity is not Status.VIOLATED or not anomalies:
        return ""
    return shortened(anomalies[0].explanation, 600)


def _anomalies(material: Material, easel: Easel) -> dict[str, Any]:
    shown = articles(material, easel)
    first = [("The anomaly" if len(shown) == 1 else "The anomalies", "anomaly")] if shown else []
    return {
        "anomalies": shown,
        "more": other_rows(material),
        "anomaly_count": len(material.anomalies),
        "sections": [*first, *SECTIONS],
        "kinds_left_out": max(len(material.first_of_kind) - ARTICLES_MAX, 0),
    }


def _models(material: Material, easel: Easel) -> dict[str, Any]:
    found, lattice, info = material.classification, material.lattice, material.info
    strongest, weakest = lattice.strongest_holding(found), lattice.weakest_violated(found)
    words = [
        f"The strongest that hold: {listed(strongest, 12)}." if strongest else "",
        f"The weakest that are violated: {listed(weakest, 12)}." if weakest else "",
    ]
    judged = [m for m in lattice.in_order(found.models) if found.models[m].status is not Status.NOT_TESTABLE]
    border = [m for m in dict.fromkeys([info.claim, *strongest, *weakest]) if m in judged]
    untested = [m for m in lattice.in_order({*lattice.models, *found.models}) if m not in judged]

    def row(model: str) -> dict[str, str]:
        finding, meaning = found.models[model], lattice.meanings.get(model, "")
        return {"name": model, "status": finding.status, "because": finding.because, "meaning": meaning}

    return {
        "models_words": " ".join(word for word in words if word) or "No model was decided.",
        "models": [row(model) for model in border],
        "other_models": [row(model) for model in judged if model not in border],
        "untested": untested,
        "lattice": easel.draw("the chart of models", lambda: lattice_figure(lattice, found.models, info.claim)),
    }


def _faults(material: Material, easel: Easel) -> dict[str, Any]:
    """All faults in one table where they are few, else those around the first anomaly, and the others folded away."""
    faults, scene = material.faults, material.scene
    during = {fault for fault in faults if scene.operations and fault.overlaps(scene.start_ns, scene.stop_ns)}
    active = f", {len(during)} of them active around the first anomaly" if during else ""
    first = [fault for fault in faults if len(faults) <= FAULTS_SHOWN or fault in during]
    others = [fault for fault in faults if fault not in first][:FAULTS_MAX]

    def row(fault: Fault) -> dict[str, Any]:
        return {
            "family": fault.family,
            "colour": family_colour(fault.family),
            "summary": fault.summary,
            "start": seconds(fault.start_ns),
            "stop": "never" if fault.stop_ns is None else seconds(fault.stop_ns),
            "lasted": duration(fault.until(material.end_ns) - fault.start_ns),
            "during": fault in during,
        }

    span_s = material.end_ns / 1e9
    return {
        "faults_words": f"{count(len(faults), 'fault')}{active}.",
        "faults": [row(fault) for fault in first],
        "other_faults": [row(fault) for fault in others],
        "faults_left_out": len(faults) - len(first) - len(others),
        "clocks": easel.draw("the picture of the clocks", lambda: clocks_figure(material.clocks, faults, span_s)),
    }


def _run(material: Material, easel: Easel) -> dict[str, Any]:
    spans = map(material.span_of, material.anomalies)
    moments = [span[0] / 1e9 for span in spans if span]
    rows, scene = material.fault_rows, material.scene

    return {
        "overview": easel.draw("the overview", lambda: overview_figure(material.columns, material.faults, moments)),
        "viewer": easel.draw(
            "the viewer of the whole run",
            lambda: viewer_data(material.history, material.lanes, rows, scene.marks, material.end_ns),
        ),
        "viewer_left_out": max(len(material.history) - OPERATIONS_MAX, 0),
        "latency": easel.draw("the plot of latencies", lambda: latency_figure(material.columns, rows)),
        "rate": easel.draw("the plot of rates", lambda: rate_figure(material.columns, rows)),
    }


def _statistics(material: Material) -> dict[str, Any]:
    info, judging = material.info, material.classification.statistics
    return {
        "kinds": [{"kind": row.kind, "numbers": _numbers(row)} for row in kind_rows(material.columns)],
        "settings": _pairs(info.settings),
        "statistics": _pairs(info.statistics),
        "judging": _pairs({k: v for k, v in judging.items() if k not in info.statistics}),
        "versions": _pairs(info.versions),
    }


def _numbers(row: KindRow) -> list[str]:
    known = row.latencies_ms or ()
    latencies = [duration(value * 1e6) for value in known] or [""] * len(PERCENTILES)
    return [*(count(number) for number in (row.total, *row.outcomes)), *latencies]


def _pairs(figures: Any) -> list[tuple[str, str]]:
    """Names in words and values as text."""
    return [
        (re.sub(r"[_-]+", " ", str(name)), value if isinstance(value, str) else count(value))
        for name, value in figures.items()
    ]
