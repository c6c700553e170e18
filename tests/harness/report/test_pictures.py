from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pytest
from PIL import Image

from checkers.verdict import Classification, Status
from harness.report import RunInfo
from harness.report.material import Material
from harness.report.plot_pictures import latency_picture, rate_picture
from harness.report.timeline_picture import timeline_picture
from histories import History
from tests.harness.report.samples import lww_history, lww_material, write_skew_material
from tests.harness.report.test_page import evil_material

PICTURES = {"timeline": timeline_picture, "latency": latency_picture, "rate": rate_picture}


def pixels(path):
    with Image.open(path) as image:
        image.load()
        assert image.format == "PNG"
        assert image.width == 1500
        return np.asarray(image.convert("RGB")).astype(int)


def near(found, colour):
    """How many pixels are of about this colour."""
    wanted = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return int((np.abs(found - wanted).max(axis=2) < 24).sum())


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
def test_a_picture_shows_operations_and_faults(draw, tmp_path):
    draw(lww_material(600), tmp_path / "a.png")
    found = pixels(tmp_path / "a.png")
    assert found.shape[0] > 300
    assert near(found, "#0072b2") > 50  # ok
    assert near(found, "#e69f00") > 20  # indeterminate


def test_the_timeline_marks_the_anomaly(tmp_path):
    material = lww_material(600)
    timeline_picture(material, tmp_path / "marked.png")
    assert near(pixels(tmp_path / "marked.png"), "#d55e00") > 400
    unmarked = Material(info=material.info, history=material.history, classification=Classification(models={}))
    timeline_picture(unmarked, tmp_path / "plain.png")
    assert near(pixels(tmp_path / "plain.png"), "#d55e00") == 0


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
def test_the_same_run_gives_the_same_bytes_whatever_the_users_settings(draw, tmp_path):
    material = lww_material(300)
    draw(material, tmp_path / "a.png")
    with mpl.rc_context({"font.size": 20, "axes.facecolor": "black", "text.usetex": False}):
        draw(lww_material(300), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert b"matplotlib" not in (tmp_path / "a.png").read_bytes()


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
@pytest.mark.parametrize("faults", [(), lww_history(50).faults], ids=["nothing", "only a nemesis"])
def test_an_empty_history_has_pictures(draw, faults, tmp_path):
    info = RunInfo(title="empty", claim="x", validity=Status.UNKNOWN, command="fallacy check empty")
    draw(
        Material(info=info, history=History(faults=faults), classification=Classification(models={})),
        tmp_path / "a.png",
    )
    pixels(tmp_path / "a.png")


@pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)
def test_letters_without_a_glyph_formulas_and_control_characters_are_only_text(draw, tmp_path):
    draw(evil_material(), tmp_path / "a.png")
    pixels(tmp_path / "a.png")


def test_transactions_are_labelled_in_their_bars(tmp_path):
    timeline_picture(write_skew_material(), tmp_path / "a.png")
    assert near(pixels(tmp_path / "a.png"), "#d55e00") > 400


def test_a_hundred_clients_fit_into_one_picture(tmp_path):
    timeline_picture(lww_material(3000, processes=100), tmp_path / "a.png")
    assert pixels(tmp_path / "a.png").shape[0] < 1600
