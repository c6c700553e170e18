from __future__ import annotations

import io

import attrs
import pytest
from rich.console import Console

from checkers.verdict import Anomaly, Classification, Finding, Status
from harness.report import RunInfo, verdict_text
from harness.report.terminal import ANOMALY_LINES_MAX
from histories import History
from tests.harness.report.samples import lww_material, write_skew_material


def text(material, **options):
    return verdict_text(material.info, material.history, material.classification, lattice=material.lattice, **options)


def rendered(markup):
    sink = io.StringIO()
    Console(file=sink, width=400, highlight=False).print(markup)
    return "\n".join(line.rstrip() for line in sink.getvalue().splitlines())


def test_a_verdict_says_what_was_tested_what_was_found_where_it_is_told_and_how_to_replay_it():
    lines = text(lww_material(600), report="store/latest/report.html").splitlines()
    assert lines[0] == "lww, register workload, faults: clock, partition, crash and pause, seed 1"
    assert lines[1].startswith("600 operations: ")
    assert "✗ Claim violated: linearizable" in lines
    assert "  lost-write on key 3" in lines
    assert lines[-2] == "report  store/latest/report.html"
    assert lines[-1].startswith("replay  fallacy run --system lww")


@pytest.mark.parametrize("material", [lww_material(600), write_skew_material()], ids=["registers", "transactions"])
def test_a_terminal_shows_the_same_words_as_a_pipe(material):
    assert rendered(text(material, report="a/b", markup=True)) == text(material, report="a/b")
    assert "[bold red]" in text(material, markup=True)
    assert "[" not in text(material)[:80]


def test_brackets_and_backslashes_of_a_history_are_not_taken_for_markup():
    explanation = "T1 read [1 2] from [bold]x[/] \\[red] and C:\\"
    anomaly = Anomaly(type="G0", operations=(2,), explanation=explanation, key="[/]")
    material = write_skew_material()
    material = attrs.evolve(material, classification=attrs.evolve(material.classification, anomalies=(anomaly,)))
    assert explanation in text(material)
    assert rendered(text(material, markup=True)) == text(material)


def test_an_anomaly_is_told_in_a_dozen_lines_however_long_it_is():
    anomaly = Anomaly(type="G0", operations=tuple(range(400)), explanation="because of this, " * 400)
    material = lww_material(600)
    material = attrs.evolve(material, classification=attrs.evolve(material.classification, anomalies=(anomaly,)))
    lines = text(material).splitlines()
    start, stop = lines.index("  G0"), lines.index("", lines.index("  G0"))
    assert stop - start <= ANOMALY_LINES_MAX
    assert any(line.endswith("…") for line in lines[start:stop])


@pytest.mark.parametrize(
    ("status", "head"), [(Status.HOLDS, "✓ Claim held: x"), (Status.UNKNOWN, "? Claim undecided: x")]
)
def test_a_claim_that_is_not_violated_gives_its_reason(status, head):
    info = RunInfo(
        title="mine", claim="x", validity=status, command="fallacy check mine", notes=("the journal is torn",)
    )
    classification = Classification(models={"x": Finding(status=status, because="the budget of 10 s ran out")})
    assert verdict_text(info, History(), classification).splitlines() == [
        "mine",
        "no operations, in 0.0 s",
        "note: the journal is torn",
        "",
        head,
        "    the budget of 10 s ran out",
        "",
        "replay  fallacy check mine",
    ]


def test_control_characters_of_a_system_do_not_reach_the_terminal():
    info = RunInfo(title="\x1b[2Jgone", claim="x\x07", validity=Status.UNKNOWN, command="\x1b]0;title\x07")
    assert "\x1b" not in verdict_text(info, History(), Classification(models={}))
    assert "\x07" not in verdict_text(info, History(), Classification(models={}))
