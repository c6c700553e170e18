"""Where runs are kept: `store/<system>-<workload>/<UTC time>-<seed>/`, and `store/latest`.

A folder has the ending `.partial` until its run is over, and `store/latest` points to the newest whole one: a run
is there whole, or recognisably unfinished.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import attrs

from harness.test import Test

PARTIAL = ".partial"


@attrs.frozen
class RunFolder:
    """The files of one run."""

    path: Path

    @classmethod
    def create(cls, path: Path, test: Test) -> RunFolder:
        """A new folder at this path with the test in it; `OSError` if it cannot be written."""
        path.mkdir(parents=True)
        folder = cls(path)
        folder.test.write_text(test.to_toml(), encoding="utf-8")
        return folder

    @property
    def test(self) -> Path:
        """The Test, as TOML."""
        return self.path / "test.toml"

    @property
    def history(self) -> Path:
        """The journal."""
        return self.path / "history.jsonl"

    @property
    def schedule(self) -> Path:
        """The faults, as TOML."""
        return self.path / "schedule.toml"

    @property
    def log(self) -> Path:
        """What nodes and harness said, as JSON lines."""
        return self.path / "log.jsonl"

    @property
    def verdict(self) -> Path:
        """The verdict, as JSON."""
        return self.path / "verdict.json"

    @property
    def report(self) -> Path:
        """The page."""
        return self.path / "report.html"


@attrs.frozen
class Store:
    """A folder of runs."""

    root: Path

    def create(self, test: Test) -> RunFolder:
        """A new, unfinished run folder with its test in it; `OSError` if it cannot be written."""
        stamp = datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        place = test.system.partition(":")[0].removesuffix(".py")
        system = Path(place).name.rpartition(".")[2]
        return RunFolder.create(self.root / f"{system}-{test.workload}" / f"{stamp}-{test.seed}{PARTIAL}", test)

    def finish(self, folder: RunFolder) -> RunFolder:
        """The same folder under its final name, with `latest` pointing to it."""
        final = folder.path.with_name(folder.path.name.removesuffix(PARTIAL))
        folder.path.rename(final)
        self._point(final)
        return RunFolder(final)

    def _point(self, target: Path) -> None:
        link = self.root / "latest"
        fresh = self.root / f".latest-{os.getpid()}"
        try:
            fresh.symlink_to(os.path.relpath(target, self.root))
            fresh.replace(link)
        except OSError:  # a file system without links, or something else called latest: the run itself is safe
            fresh.unlink(missing_ok=True)


def find_run(path: Path) -> RunFolder:
    """The run at a path: its folder, or any file in it; `FileNotFoundError` where there is none."""
    folder = RunFolder((path if path.is_dir() else path.parent).resolve())
    if not folder.test.is_file():
        raise FileNotFoundError(f"{path}: expected the folder of a run, with a {folder.test.name} in it")
    return folder
