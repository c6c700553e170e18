"""What a machine can hold of the house rules."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("harness", "systems", "checkers", "nemesis", "histories")
SOURCES = sorted(path for package in (*PACKAGES, "tests") for path in (ROOT / package).rglob("*.py"))

FILE_LINES_MAX = 600
FUNCTION_LINES_MAX = 60
ONE_LOOP = {"explore": 80}  # the search for a linearization: in its loop, a call costs as much as its work


def gate(program, *arguments):
    """Run a program of this environment; its complaints are the failure."""
    command = [Path(sys.executable).with_name(program), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{program}:\n{done.stdout}{done.stderr}"


def test_ruff_finds_nothing():
    gate("ruff", "check", ".")


def test_ruff_would_format_nothing():
    gate("ruff", "format", "--check", ".")


def test_mypy_agrees():
    gate("mypy")


def test_the_floors_hold():
    gate("lint-imports")


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_one_idea_and_a_function_fits_on_a_screen(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= FILE_LINES_MAX
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            limit = ONE_LOOP.get(node.name, FUNCTION_LINES_MAX)
            assert node.end_lineno - node.lineno < limit, f"{node.name} is too long"
