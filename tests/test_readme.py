"""The README is true: its guide, followed letter for letter, does what it says."""

import os
import re
import subprocess
import sys
from pathlib import Path

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
TEMPLATES = Path(__file__).parent.parent / "harness" / "templates"

STEP = re.compile(r"<!-- guide(?:: exits (?P<status>\d+))? -->\n```sh\n(?P<command>.*?)```", re.DOTALL)


def test_the_guide_gives_a_system_that_is_found_wanting_and_mended(tmp_path):
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    steps = list(STEP.finditer(README))
    assert [int(step["status"] or 0) for step in steps] == [0, 1, 0, 0]
    for step in steps:
        command = ["sh", "-e", "-c", step["command"]]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == int(step["status"] or 0), f"{step['command']}\n{done.stdout}{done.stderr}"


def test_the_guide_shows_the_system_that_is_written():
    written = (TEMPLATES / "system.py.txt").read_text(encoding="utf-8")
    assert written.format(name="mirror", module="mirror", title="Mirror") in README
