from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import attrs
import pytest

from checkers.transactions.evidence import Cycle, Edge, Kind, Place
from checkers.verdict import Anomaly, Classification, Finding, Status
from harness.report import RunInfo, lattice_of_models
from harness.report import page as module
from harness.report.guard import Guard
from harness.report.material import Material
from harness.report.page import page
from histories import NEMESIS, Event, EventType, History
from tests.harness.report.samples import lww_history, lww_material, write_skew_material

VOID = {"meta", "br", "link", "img", "input", "hr"}
EVIL = (
    '</script><script>alert(1)</script><img src="https://example.org/x" onerror=alert(2)>'
    "'\"&\x00\ud800 日本 🎉 $\\frac{1}{2}$ {{ 7 * 7 }}"
)


class Outline(HTMLParser):
    """The page as a reader's browser would build it: elements in order, text, and whether all that opens closes."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words, self.scripts = [], [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[self.elements[-1][1].get("id")] = data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", " ".join(self.words))

    def all(self, tag, class_=None):
        return [a for t, a in self.elements if t == tag and (class_ is None or class_ in a.get("class", "").split())]


def outline(material):
    guard = Guard()
    text = page(material, guard)
    assert guard.failures == []
    return Outline(text)


@pytest.fixture(scope="module")
def lww():
    return outline(lww_material(600))


def test_the_verdict_comes_first_then_the_reason_then_the_command_then_what_is_behind_it(lww):
    told = (
        "✗ Claim violated linearizable The register workload ran on lww under clock, partition, crash and pause",
        "is lost.",
        "600 operations",
        "fallacy run --system lww",
        "What went wrong",
    )
    places = [lww.text.index(words) for words in told]
    assert places == sorted(places)
    assert [a["id"] for a in lww.all("section")] == [
        "anomaly", "models", "faults", "timeline", "latency", "statistics", "reading",
    ]  # fmt: skip


def test_the_page_needs_nothing_but_itself(lww):
    for tag, attributes in lww.elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("href", "#").startswith("#")
    text = page(lww_material(600), Guard())
    assert not re.search(r"https?://|@import|url\(", text)
    (policy,) = [a["content"] for a in lww.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert "default-src 'none'" in policy


def test_links_lead_to_sections_that_are_there(lww):
    ids = {attributes["id"] for _, attributes in lww.elements if "id" in attributes}
    assert {a["href"][1:] for a in lww.all("a")} <= ids
    assert len(ids) == len([1 for _, attributes in lww.elements if "id" in attributes])


def test_the_operations_of_the_anomaly_are_numbered_in_prose_picture_and_table(lww):
    assert len(lww.all("span", "ref")) == 3
    assert len(lww.all("circle", "badge")) == 3
    assert len(lww.all("g", "marked")) == 3
    assert "Node's clock" in lww.text


def test_all_operations_are_in_the_page_for_the_viewer(lww):
    history = lww_history(600)
    data = json.loads(lww.scripts["operations"])
    starts, sums = data["start"], []
    for step in starts:
        sums.append((sums[-1] if sums else 0) + step)
    assert sums == [op.invoke_ns // 1000 for op in history]
    assert data["index"] == [op.index for op in history]
    assert [data["outcome"].count(letter) for letter in "ofi"] == [
        sum(op.outcome == word for op in history) for word in ("ok", "fail", "info")
    ]
    assert max(data["row"]) < len(data["lanes"])
    assert len(data["marks"]) == 3


def test_faults_are_listed_shaded_and_told_when_active_during_the_anomaly(lww):
    assert "halves: n1 n2 | n3 n4 n5" in lww.text
    assert len(lww.all("span", "during")) >= 1
    assert lww.all("rect", "fault-partition")
    assert len(lww.all("svg", "clocks")) == 1


def test_of_many_faults_those_around_the_anomaly_come_first_and_the_others_are_folded_away():
    material = lww_material(600)
    extra = [
        Event(
            index=0,
            time=4_000_000_000 + k,
            type=EventType.INFO,
            process=NEMESIS,
            f="start",
            value={"id": k, "summary": f"f{k}"},
        )
        for k in range(300)
    ]
    history = attrs.evolve(material.history, faults=(*material.history.faults, *extra))
    found = outline(attrs.evolve(material, history=history))
    assert "306 faults, " in found.text
    assert "others in the order of their start" in found.text
    assert "later faults are not listed" in found.text
    assert found.text.index("during the anomaly") < found.text.index("others in the order")


def test_latencies_and_rates_have_a_panel_for_each_kind(lww):
    assert len(lww.all("svg", "plot")) == 2
    assert {"ok", "fail", "info"} <= {a["class"].split()[1] for a in lww.all("path", "dots")}
    assert {"ok", "fail", "info"} <= {a["class"].split()[1] for a in lww.all("path", "curve")}


def test_a_cycle_is_drawn_with_its_reasons():
    found = outline(write_skew_material())
    assert len(found.all("svg", "cycle")) == 1
    assert len(found.all("g", "pill")) == 2
    assert "r y 1 before w y 3" in found.text
    assert "write skew" in found.text  # what the catalogue says of G2-item


def test_a_claim_that_holds_is_said_to_hold():
    material = lww_material(200)
    classification = Classification(
        models={"linearizable": Finding(status=Status.HOLDS, because="an order explains it")}
    )
    info = attrs.evolve(material.info, validity=Status.HOLDS)
    found = outline(attrs.evolve(material, info=info, classification=classification))
    assert "Claim held" in found.text
    assert "satisfies it: an order explains it." in found.text
    assert "What went wrong" not in found.text
    assert found.all("header", "holds")


def evil_material():
    shape = {"process": 0, "f": EVIL, "key": EVIL, "node": EVIL}
    trouble = {"id": EVIL, "fault": EVIL, "summary": EVIL, "targets": [EVIL]}
    history = History.of(
        [
            Event(index=0, time=0, type=EventType.INVOKE, value=[[EVIL, EVIL, EVIL]], **shape),
            Event(index=1, time=5, type=EventType.INFO, process=NEMESIS, f="start", value=trouble),
            Event(index=2, time=9, type=EventType.INFO, process=NEMESIS, f="clocks", value={EVIL: 3.0}),
            Event(index=3, time=10, type=EventType.INFO, error=EVIL, **shape),
        ]
    )
    evidence = Cycle(edges=(Edge(kind=Kind.WW, before=0, after=0, key=EVIL, at=(Place(0, 0), Place(0, 9))),))
    info = RunInfo(
        title=EVIL, claim=EVIL, validity=Status.VIOLATED, command=EVIL, system=EVIL, system_summary=EVIL, workload=EVIL,
        workload_summary=EVIL, nemeses=(EVIL,), claims=(EVIL,), settings={EVIL: EVIL}, statistics={EVIL: EVIL},
        versions={EVIL: EVIL}, notes=(EVIL,), log=EVIL,
    )  # fmt: skip
    classification = Classification(
        models={EVIL: Finding(status=Status.VIOLATED, because=EVIL)},
        anomalies=(Anomaly(type=EVIL, operations=(0, 99), explanation=f"{EVIL} #0 #99", key=EVIL, evidence=evidence),),
        statistics={EVIL: EVIL},
    )
    return Material(info=info, history=history, classification=classification, lattice=lattice_of_models())


def test_whatever_a_system_answers_stays_text():
    plain, found = outline(lww_material(200)), outline(evil_material())
    assert len(found.all("script")) == len(plain.all("script"))
    assert found.all("img") == []
    assert "alert(1)" in found.text
    assert "{{ 7 * 7 }}" in found.text
    assert "\x00" not in found.text
    json.loads(found.scripts["operations"])


@pytest.mark.parametrize("faults", [(), lww_history(50).faults], ids=["nothing", "only a nemesis"])
def test_an_empty_history_has_a_page(faults):
    info = RunInfo(title="empty", claim="linearizable", validity=Status.UNKNOWN, command="fallacy check empty")
    material = Material(info=info, history=History(faults=faults), classification=Classification(models={}))
    found = outline(material)
    assert "Claim undecided" in found.text
    assert "The history has no operations." in found.text


def test_a_drawing_that_fails_is_told_in_its_place_and_leaves_the_rest(monkeypatch):
    def broken(*_):
        raise RuntimeError("no ink <b>left</b>")

    monkeypatch.setattr(module, "overview_figure", broken)
    guard = Guard()
    found = Outline(page(lww_material(200), guard))
    assert [failure.part for failure in guard.failures] == ["the overview"]
    assert "the overview could not be made: RuntimeError: no ink <b>left</b>" in found.text
    assert len(found.all("svg", "plot")) == 2


def test_what_failed_before_is_told_at_the_top():
    guard = Guard()
    guard.attempt("timeline.png", lambda: 1 // 0)
    found = Outline(page(lww_material(200), guard))
    assert found.text.index("timeline.png could not be made: ZeroDivisionError") < found.text.index("What went wrong")


def test_the_anomaly_that_refutes_the_claim_is_told_before_those_that_refute_other_models():
    material = write_skew_material()
    dirty = Anomaly(type="dirty-read", operations=(3,), explanation="T2 read what was aborted")
    classification = attrs.evolve(material.classification, anomalies=(*material.classification.anomalies, dirty))
    info = attrs.evolve(material.info, claim="read-committed")
    found = outline(attrs.evolve(material, info=info, classification=classification))
    assert found.text.index("T2 read what was aborted") < found.text.index("T1 < T2")
    info = attrs.evolve(material.info, claim="serializable")
    found = outline(attrs.evolve(material, info=info, classification=classification))
    assert found.text.index("T1 < T2") < found.text.index("T2 read what was aborted")


def test_many_anomalies_are_shown_one_of_each_kind_and_listed_up_to_a_limit():
    material = write_skew_material()
    many = tuple(
        Anomaly(type=f"kind-{k % 6}", operations=(2,), explanation=f"the {k}th of them #2") for k in range(300)
    )
    classification = attrs.evolve(material.classification, anomalies=many)
    found = outline(attrs.evolve(material, classification=classification))
    assert len(found.all("article")) == 4
    assert "300 anomalies in all, the first 100 listed" in found.text
    assert "2 more kinds are in the list below" in found.text


def test_light_and_dark_have_the_same_colours():
    assert set(module.LIGHT) == set(module.DARK)
    css = module.asset("page.css")
    used = set(re.findall(r"var\(--([a-z-]+)\)", css)) - {"status", "c"}
    assert used <= set(module.LIGHT)
