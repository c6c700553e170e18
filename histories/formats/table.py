"""The formats there are, and which of them a file is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs

from histories.errors import HistoryError
from histories.formats import dbcop, intervals, jepsen_edn, jepsen_json, journal, knossos, porcupine_kv
from histories.formats.format import HEAD_BYTES, Format
from histories.formats.independent import as_independent, looks_independent
from histories.history import History
from histories.names import pick

AUTO: Final = "auto"
JOURNAL_SUFFIX: Final = ".jsonl"

FORMATS: Final[Mapping[str, Format]] = {
    # what each recognises is narrower than what those after it do
    module.FORMAT.name: module.FORMAT
    for module in (journal, knossos, intervals, porcupine_kv, dbcop, jepsen_edn, jepsen_json)
}


@attrs.frozen(kw_only=True)
class Detected:
    """What a file was taken for, and why."""

    format: Format
    because: str

    def __str__(self) -> str:
        return f"{self.format.name}, because {self.because}"


def detect(path: Path) -> Detected:
    """What a file is, judged by its beginning; `HistoryError` where it is nothing that is known here.

    An empty file is no history, unless it is named as a journal: that of a run that was killed at once.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES).decode("utf-8-sig", errors="replace")
    for each in FORMATS.values():
        because = each.recognise(head)
        if because is not None:
            return Detected(format=each, because=because)
    if not head and path.suffix == JOURNAL_SUFFIX:
        return Detected(format=FORMATS["journal"], because=f"it is empty, and named *{JOURNAL_SUFFIX}")
    found = "an empty file" if not head.strip() else f"{head.strip()[:60]!r}"
    known = ", ".join(FORMATS)
    raise HistoryError(f"expected a history ({known}), found {found}", source=str(path), line=1)


def read_history(
    path: Path,
    format: str = AUTO,  # noqa: A002  the name that users know
    *,
    independent: bool | None = None,
    name: str | None = None,
) -> History:
    """The history in a file: of a format by name, or of the one that it is detected to be.

    `independent` says whether values are `[key value]`, of operations on independent objects; None leaves it to be
    told from the values. `name` chooses one of several histories in a file.
    Raises `HistoryError` where it is not a history, with the line; `OSError` where it cannot be read.
    """
    histories = read_histories(path, format, independent=independent)
    if name is None and len(histories) == 1:
        return next(iter(histories.values()))
    if name is not None and name in histories:
        return histories[name]
    some = ", ".join(list(histories)[:10])
    raise HistoryError(f"expected the name of one of its {len(histories)} histories: {some}, ...", source=str(path))


def read_histories(path: Path, format: str = AUTO, *, independent: bool | None = None) -> Mapping[str, History]:  # noqa: A002
    """All histories in a file by name; the name is empty where a file holds one, as most do."""
    taken = detect(path).format if format == AUTO else pick(format, FORMATS, "format")
    try:
        histories = taken.read(path)
    except HistoryError as error:
        raise error.at(str(path)) from None
    if independent is None and taken.pairs:
        return {name: as_independent(h) if looks_independent(h) else h for name, h in histories.items()}
    return {name: as_independent(h) for name, h in histories.items()} if independent else histories
