"""Campaigns on an executor that runs at once, and on real processes that are killed."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Executor, Future
from pathlib import Path

import pytest

from harness.campaign.conduct import CampaignFolder, conduct
from harness.campaign.plan import Campaign
from harness.campaign.results import cells, detections, markdown, to_json, to_junit, to_text
from harness.campaign.trial import Ruling
from harness.test import TestError

FALLACY = Path(sys.executable).with_name("fallacy")


class AtOnce(Executor):
    """Runs what it is given when it is given it; may be interrupted after so many."""

    def __init__(self, interrupt_after=None):
        self.count = 0
        self.interrupt_after = interrupt_after

    def submit(self, fn, /, *args, **kwargs):
        if self.count == self.interrupt_after:
            raise KeyboardInterrupt
        self.count += 1
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def quick(**changes):
    return Campaign(
        **{
            "systems": ("raft",),
            "workloads": ("register",),
            "nemeses": ("partition",),
            "seeds": "0:3",
            "settings": {"time_limit": 3.0, "nemesis_interval": 1.0, "quiet": 1.0},
            **changes,
        }
    )


def run(campaign, folder, executor=None, progress=lambda *_: None):
    return conduct(campaign, CampaignFolder(folder), executor or AtOnce(), progress, jobs=1)


def test_a_claim_that_holds_leaves_its_seed_and_nothing_else(tmp_path):
    rows = run(quick(), tmp_path)
    assert [row.ruling for row in rows] == [Ruling.CLAIM_HELD] * 3
    assert [row.folder for row in rows] == [None] * 3
    assert rows[2].command.startswith("fallacy run --system raft --workload register --claim linearizable")
    assert {path.name for path in tmp_path.iterdir()} == {"campaign.toml", "progress.jsonl"}


def test_a_claim_that_is_violated_leaves_its_whole_run(tmp_path):
    source = (Path(__file__).parent.parent.parent.parent / "harness/templates/system.py.txt").read_text()
    (tmp_path / "mirror.py").write_text(source.format(name="mirror", module="mirror", title="Mirror"))
    campaign = quick(systems=(str(tmp_path / "mirror.py"),), seeds="0:1")
    (row,) = run(campaign, tmp_path / "out")
    assert row.ruling is Ruling.CLAIM_VIOLATED
    kept = tmp_path / "out" / row.folder
    assert {"test.toml", "history.jsonl", "schedule.toml", "log.jsonl"} <= {path.name for path in kept.iterdir()}


def test_an_interrupted_campaign_goes_on_and_its_results_do_not_show_it(tmp_path):
    campaign = quick(seeds="0:8")
    whole = run(campaign, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(campaign, tmp_path / "parts", AtOnce(interrupt_after=6))
    executor = AtOnce()
    resumed = run(campaign, tmp_path / "parts", executor)
    assert 0 < executor.count < 8
    assert to_json(campaign, resumed) == to_json(campaign, whole)


def test_a_torn_last_line_of_progress_is_run_again(tmp_path):
    whole = run(quick(), tmp_path)
    progress = tmp_path / "progress.jsonl"
    progress.write_bytes(progress.read_bytes()[:-10])
    executor = AtOnce()
    assert run(quick(), tmp_path, executor) == whole
    assert executor.count == 1


def test_a_folder_is_one_campaign_s(tmp_path):
    run(quick(), tmp_path)
    with pytest.raises(TestError, match="holds another campaign"):
        run(quick(seeds="0:4"), tmp_path)


def test_the_search_for_a_bug_may_end_at_the_first_seed_that_finds_it(tmp_path):
    campaign = quick(
        bugs=("early-commit",),
        seeds="0:30",
        until_found=True,
        nemeses=("partition+crash",),
        settings={"time_limit": 15.0, "nemesis_interval": 1.0, "quiet": 1.0},
    )
    executor = AtOnce()
    rows = run(campaign, tmp_path, executor)
    assert [row.ruling for row in rows] == [Ruling.BUG_MISSED] * (len(rows) - 1) + [Ruling.BUG_FOUND]
    (found,) = detections(rows)
    assert found["first seed"] == str(rows[-1].seed)
    assert f"| raft | early-commit | register | {found['anomaly']} |" in markdown([found])


def test_rows_become_a_table_and_junit(tmp_path):
    rows = run(quick(nemeses=("none", "partition")), tmp_path)
    table = to_text(rows).splitlines()
    assert table[0].split() == ["system", "workload", "claim", "or", "bug", "nemesis", "rulings", "anomalies"]
    assert table[1].split() == ["raft", "register", "linearizable", "none", "3", "claim", "held"]
    junit = to_junit(rows).decode()
    assert junit.count("<testcase ") == 6
    assert "<failure" not in junit
    assert [cell.ruling for cell in cells(rows)] == [Ruling.CLAIM_HELD] * 2


CAMPAIGN = [FALLACY, "campaign", "--systems", "raft", "--workloads", "register", "--seeds", "0:12", "--out", "out"]
SETTINGS = ["--nemeses", "partition+clock", "--time-limit", "4", "--quiet", "1", "--jobs", "2"]


def start(folder):
    return subprocess.Popen(
        [*CAMPAIGN, *SETTINGS], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )


@pytest.mark.slow
def test_a_campaign_killed_three_times_ends_with_the_results_of_one_that_was_not(tmp_path):
    for name in ("whole", "killed"):
        (tmp_path / name).mkdir()
    start(tmp_path / "whole").communicate()
    for rows in (1, 4, 8):
        campaign = start(tmp_path / "killed")
        progress = tmp_path / "killed" / "out" / "progress.jsonl"
        while campaign.poll() is None and not (progress.exists() and progress.read_bytes().count(b"\n") >= rows):
            time.sleep(0.02)
        os.killpg(campaign.pid, signal.SIGKILL)
        campaign.communicate()
    last = start(tmp_path / "killed")
    last.communicate()
    assert last.returncode == 0
    results = [(tmp_path / name / "out" / "results.json").read_bytes() for name in ("whole", "killed")]
    assert results[0] == results[1]
