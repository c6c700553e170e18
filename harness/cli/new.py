"""`fallacy new`: the start of a system and its test."""

from __future__ import annotations

import keyword
from importlib.resources import files
from pathlib import Path

import rich_click as click

from harness.test import TestError

TEMPLATES = {"system.py.txt": "{module}.py", "test.py.txt": "test_{module}.py"}


@click.command("new")
@click.argument("name")
def command(name: str) -> int:
    """Write NAME.py, a small system that works but breaks its claim, and test_NAME.py, its test."""
    module = name.replace("-", "_")
    if not module.isidentifier() or keyword.iskeyword(module):
        raise TestError(f"expected a name such as my-store, of letters, digits, - and _, got {name!r}")
    words = {"name": name, "module": module, "title": "".join(map(str.capitalize, module.split("_")))}
    targets = {template: Path(target.format(**words)) for template, target in TEMPLATES.items()}
    for target in targets.values():
        if target.exists():
            raise TestError(f"{target} is there already: choose another name, or remove it")
    for template, target in targets.items():
        text = (files("harness") / "templates" / template).read_text(encoding="utf-8")
        target.write_text(text.format(**words), encoding="utf-8")
        click.echo(f"wrote {target}")
    click.echo(f"run it: fallacy run --system {targets['system.py.txt']}")
    return 0
