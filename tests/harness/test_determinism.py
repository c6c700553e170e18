"""The same seed gives the same bytes: in another process, with another hash seed, on another Python."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.systems import SHIPPED

ROOT = Path(__file__).parent.parent.parent
SEEDS = 50
FEW = 5  # of the systems that share raft's log, whose runs take longer
MORE = 20  # of these, where there is time


def hashes(system, first, last, *, python=sys.executable, hash_seed="0"):
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    command = [python, ROOT / "tests" / "replays.py", system, str(first), str(last)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == last - first
    return lines


def the_same_twice(system, first, last):
    here = hashes(system, first, last, hash_seed="1")
    assert hashes(system, first, last, hash_seed="4711") == here
    assert len({line.split()[1] for line in here}) == last - first, "every seed has a history of its own"


@pytest.mark.parametrize("system", SHIPPED)
def test_the_same_seed_gives_the_same_bytes_in_another_process(system):
    the_same_twice(system, 0, SEEDS if system in {"lww", "raft"} else FEW)


@pytest.mark.slow
@pytest.mark.parametrize("system", [name for name in SHIPPED if name not in {"lww", "raft"}])
def test_more_seeds_give_the_same_bytes_in_another_process(system):
    the_same_twice(system, FEW, MORE)


def other_pythons():
    """Interpreters beside this one that can run the project: those of the path, and siblings of its installation."""
    own = f"python3.{sys.version_info.minor}"
    names = [f"python3.{minor}" for minor in range(11, 20) if f"python3.{minor}" != own]
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep)]
    folders += [path / "bin" for path in sorted(Path(sys.base_prefix).parent.glob("*"))]
    found = {}
    for name in names:
        for folder in folders:
            works = (folder / name).is_file() and not subprocess.run(
                [folder / name, "-c", "import venv, ensurepip"], capture_output=True, check=False
            ).returncode
            if works:
                found.setdefault(name, folder / name)
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", list(other_pythons()) or [pytest.param("none", marks=pytest.mark.skip("no other Python here"))]
)
def test_the_same_seed_gives_the_same_bytes_on_another_python(name, tmp_path):
    subprocess.run([other_pythons()[name], "-m", "venv", tmp_path / "venv"], check=True, capture_output=True)
    python = tmp_path / "venv" / "bin" / "python"
    install = [python, "-m", "pip", "install", "-q", "-c", ROOT / "requirements.lock", ROOT]
    installed = subprocess.run(install, capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"cannot install there: {installed.stderr.strip().splitlines()[-1]}")
    for system in SHIPPED:
        assert hashes(system, 0, 5, python=python) == hashes(system, 0, 5)
