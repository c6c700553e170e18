"""The readers, fuzzed with what they do in sight (Atheris, which is libFuzzer; it is no dependency of the project).

    pip install atheris
    python -m tests.fuzzing.fuzz_readers -max_total_time=600

Anything but a `HistoryError` ends it with a traceback, and the input in a file called `crash-...`. Arguments are those
of libFuzzer; without a folder for the corpus it begins with the samples of the tests, in a temporary one.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["histories"]):
    from tests.histories.test_malformed import INDEPENDENT, SAMPLES, read_as_everything

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-readers-"))


def read(data: bytes) -> None:
    """Read a file that holds this, as every format."""
    path = FOLDER / "history"
    path.write_bytes(data)
    read_as_everything(path)


def main() -> None:
    """Fuzz until told to stop, or until something breaks."""
    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for name, text in {**SAMPLES, "independent": INDEPENDENT}.items():
        (corpus / name).write_text(text)
    folders = [] if any(not argument.startswith("-") for argument in sys.argv[1:]) else [str(corpus)]
    atheris.Setup([*sys.argv, *folders], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
