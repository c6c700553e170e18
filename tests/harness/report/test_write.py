from __future__ import annotations

import hashlib
import json
import logging
import os
import subprocess
import sys

import pytest

from checkers.transactions import check_transactions
from harness.report import lattice_of_models, verdict_document, verdict_json, write_report
from harness.report.guard import Guard
from harness.report.page import page
from harness.telling import info_of_history
from tests.harness.report.samples import lww_material
from tests.micro import history as parse

FILES = {"timeline.png", "latency.png", "rate.png", "report.html"}


def write(folder, material):
    return write_report(folder, material.info, material.history, material.classification, lattice=material.lattice)


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_a_report_is_a_page_and_three_pictures(tmp_path):
    assert write(tmp_path, lww_material(300)) == ()
    assert names(tmp_path) == FILES


def test_a_plot_that_fails_loses_nothing_else(tmp_path, monkeypatch, caplog):
    def broken(*_):
        raise MemoryError("no more ink")

    monkeypatch.setattr("harness.report.plot_pictures.latency_picture", broken)
    with caplog.at_level(logging.INFO):
        (failure,) = write(tmp_path, lww_material(300))
    assert names(tmp_path) == FILES - {"latency.png"}
    assert str(failure) == "latency.png could not be made: MemoryError: no more ink"
    assert "no more ink" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "no more ink" in caplog.text
    assert "Traceback" in failure.trace


def test_a_page_that_fails_leaves_a_bare_one_with_the_verdict(tmp_path, monkeypatch):
    def broken(*_):
        raise KeyError("page.html.j2")

    monkeypatch.setattr("harness.report.page.asset", broken)
    (failure,) = write(tmp_path, lww_material(300))
    assert names(tmp_path) == FILES
    bare = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "✗ Claim violated: linearizable" in bare
    assert str(failure) in bare.replace("&#x27;", "'")


@pytest.mark.parametrize("missing", ["matplotlib.figure", "jinja2"])
def test_a_broken_installation_loses_no_verdict(tmp_path, monkeypatch, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    failures = write(tmp_path, lww_material(300))
    assert failures
    assert "Claim violated" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_folder_that_is_gone_is_told_of_and_raises_nothing(tmp_path):
    failures = write(tmp_path / "gone", lww_material(50))
    assert {failure.part for failure in failures} == FILES


PROGRAM = """
import hashlib, sys
from pathlib import Path
from harness.telling import info_of_history
from tests.harness.report.samples import lww_material
from tests.micro import history as parse
from tests.harness.report.test_write import write
folder = Path(sys.argv[1])
material = lww_material(300)
assert write(folder, material) == ()
for path in sorted(folder.iterdir()):
    print(path.name, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path, request):
    said = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed}, cwd=request.config.rootpath,
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        said.append(done.stdout)
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == len(FILES)
    page = (tmp_path / "1" / "report.html").read_bytes()
    assert hashlib.sha256(page).hexdigest() in said[0]


def test_importing_the_report_draws_in_nothing_heavy(request):
    heavy = ("matplotlib", "numpy", "jinja2", "rich", "PIL")
    program = f"import harness.report, sys; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=request.config.rootpath, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_seconds_of_a_run_are_in_the_document_alone():
    material = lww_material(100)
    document = verdict_document(
        material.info, material.history, material.classification, lattice=lattice_of_models(), seconds=123.456
    )
    assert "123.456" in verdict_json(document)
    assert "123.456" not in page(material, Guard())


def test_anomalies_of_transactions_lie_beside_the_page_in_three_forms(tmp_path):
    history = parse("T1: r(x,nil) w(y,1)\nT2: r(y,nil) w(x,1)")
    found = check_transactions(history)
    info = info_of_history(history, found, title="skew", workload="rw-register", claim="serializable", command="")
    assert write_report(tmp_path, info, history, found, lattice=lattice_of_models()) == ()
    assert names(tmp_path / "anomalies") >= {"G2-item.txt", "G2-item.json", "G2-item.dot"}
    (skew,) = [anomaly for anomaly in found.anomalies if anomaly.type == "G2-item"]
    assert (tmp_path / "anomalies" / "G2-item.txt").read_text(encoding="utf-8") == skew.explanation + "\n"
    assert json.loads((tmp_path / "anomalies" / "G2-item.json").read_text(encoding="utf-8"))["type"] == "G2-item"
