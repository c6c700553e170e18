"""The command line as a user meets it: in a process of its own, with its exit status."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FALLACY = Path(sys.executable).with_name("fallacy")


@pytest.fixture
def fallacy(tmp_path):
    """Run a command line in an empty folder."""

    def run(*words, environment=None):
        return subprocess.run(
            [FALLACY, *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **(environment or {})},
        )

    return run


QUICK = ("--time-limit", "5")


def test_with_no_options_it_finds_and_explains_an_anomaly(fallacy, tmp_path):
    done = fallacy("run")
    assert done.returncode == 1, done.stderr
    assert "Claim violated: linearizable" in done.stdout
    assert "fallacy run" in done.stdout
    report = next(line.split()[-1] for line in done.stdout.splitlines() if line.startswith("report"))
    assert "<svg" in (tmp_path / report).read_text()
    folder = (tmp_path / report).parent
    assert {path.name for path in folder.iterdir()} == {
        "test.toml",
        "schedule.toml",
        "history.jsonl",
        "log.jsonl",
        "verdict.json",
        "report.html",
        "timeline.png",
        "latency.png",
        "rate.png",
    }
    assert (tmp_path / "store" / "latest").resolve() == folder.resolve()


def test_the_printed_command_replays_the_run_to_the_byte(fallacy, tmp_path):
    fallacy("run", *QUICK)
    again = fallacy("replay", "store/latest", environment={"PYTHONHASHSEED": "5"})
    assert "the same, byte for byte" in again.stderr
    assert again.returncode in {0, 1}


def test_json_is_one_document(fallacy):
    done = fallacy("run", *QUICK, "--json")
    verdict = json.loads(done.stdout)
    assert verdict["claim"] == "linearizable"
    assert verdict["valid"] is {0: True, 1: False}[done.returncode]
    assert verdict["operations"] == verdict["ok"] + verdict["fail"] + verdict["info"]


def test_a_sound_system_is_valid(fallacy):
    done = fallacy("run", "--system", "raft", "--nemesis", "partition,crash,pause,clock", *QUICK)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Claim held: linearizable" in done.stdout


def test_a_report_is_written_again_the_same(fallacy, tmp_path):
    fallacy("run", *QUICK)
    page = tmp_path / "store" / "latest" / "report.html"
    before = page.read_bytes()
    page.unlink()
    fallacy("report", "store/latest")
    assert page.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("run", "--system", "rafft"), "unknown system 'rafft': did you mean raft?"),
        (("run", "--workload", "registre"), "unknown workload 'registre': did you mean register"),
        (("run", "--nemesis", "partitions"), "unknown nemesis 'partitions': did you mean partition?"),
        (("run", "--rate", "-1"), "--rate: expected a positive number, got -1.0"),
        (("run", "--concurrency", "0"), "--concurrency: expected a count above 0"),
        (("run", "--time-limit", "soon"), "'soon' is not a valid float"),
        (("run", "--sytem", "raft"), "No such option"),
        (("run", "--claim", "fast"), "register cannot test 'fast'"),
        (("run", "--bug", "typo"), "unknown bug of lww 'typo'"),
        (("run", "--workload", "cas-register"), "lww does not fit cas-register"),
        (("rum",), "unknown verb 'rum': did you mean run?"),
        (("check", "no-such-file"), "no-such-file: No such file or directory"),
        (("replay", "nowhere"), "expected the folder of a run"),
        (("run", "--schedule", "no-such.toml"), "no-such.toml: No such file or directory"),
        (("list", "sistems"), "unknown kind 'sistems': did you mean systems"),
    ],
)
def test_a_mistake_gets_a_clear_line_and_254(fallacy, words, complaint):
    done = fallacy(*words)
    assert done.returncode == 254
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr


def test_a_malformed_line_of_a_history_is_named(fallacy, tmp_path):
    fallacy("run", *QUICK)
    lines = (tmp_path / "store" / "latest" / "history.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "broken.jsonl").write_text("".join([*lines[:6], "{not json}\n", *lines[7:]]))
    done = fallacy("check", "broken.jsonl", "--format", "journal")
    assert done.returncode == 254
    assert "broken.jsonl, line 7: expected" in done.stderr
    assert done.stdout == ""


def test_a_store_that_cannot_be_written_is_told(fallacy, tmp_path):
    (tmp_path / "store").write_text("a file is in the way")
    done = fallacy("run", *QUICK)
    assert done.returncode == 254
    assert "store" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_node_that_raises_ends_the_run_with_255_and_the_history_and_the_traceback_are_kept(fallacy, tmp_path):
    fallacy("new", "mine")
    source = (tmp_path / "mine.py").read_text()
    broken = source.replace("self.values[key] = value\n", "self.values[key] = value / (value - 40)\n", 1)
    (tmp_path / "mine.py").write_text(broken)
    done = fallacy("run", "--system", "mine.py", *QUICK)
    assert done.returncode == 255
    assert re.search(r"the run failed: NodeError: node n\d raised ZeroDivisionError", done.stderr)
    (folder,) = (tmp_path / "store" / "mine-register").iterdir()
    assert "ZeroDivisionError" in (folder / "log.jsonl").read_text()
    judged = fallacy("check", str(folder))
    assert judged.returncode in {0, 1}


def test_list_says_what_there_is(fallacy):
    done = fallacy("list", "--json")
    listed = json.loads(done.stdout)
    assert {"lww", "raft"} <= {row["name"] for row in listed["systems"]}
    assert {"partition", "clock", "crash", "pause"} <= {row["name"] for row in listed["nemeses"]}
    assert "raft" in fallacy("list", "systems").stdout


def test_help_loads_nothing_heavy():
    code = "import sys, harness.cli; harness.cli.status(['--help']); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"numpy", "scipy", "matplotlib", "trio", "cattrs", "msgspec", "jinja2"} & loaded


def test_every_verb_has_help(fallacy):
    for verb in ("run", "check", "campaign", "replay", "report", "new", "list"):
        done = fallacy(verb, "--help")
        assert done.returncode == 0
        assert "Usage" in done.stdout


SEVERAL = [
    {"name": "serial", "sessions": [[{"ops": [["w", "x", 1]]}], [{"ops": [["r", "x", 1]]}]]},
    {"name": "lost update", "sessions": [[{"ops": [["r", "x", None], ["w", "x", i]]}] for i in (1, 2)]},
]


def test_of_a_file_with_several_histories_each_is_judged_or_the_one_that_is_named(fallacy, tmp_path):
    (tmp_path / "several.json").write_text(json.dumps(SEVERAL))
    done = fallacy("check", "several.json", "--json")
    assert done.returncode == 1
    assert [(one["history"], one["valid"]) for one in json.loads(done.stdout)] == [
        ("serial", True),
        ("lost update", False),
    ]
    assert fallacy("check", "several.json", "--name", "serial").returncode == 0
    told = fallacy("check", "several.json", "--name", "lost update")
    assert "lost-update" in told.stdout
    assert "--name 'lost update'" in told.stdout
    assert "one of its 2 histories: serial, lost update" in fallacy("check", "several.json", "--name", "nothing").stderr
