"""What a person looks at after a run: a page, pictures, a document for programs, lines for a terminal."""

from harness.report.document import verdict_document, verdict_json
from harness.report.info import RunInfo
from harness.report.lattice import Lattice, lattice_of_models
from harness.report.terminal import verdict_text
from harness.report.write import write_report

__all__ = [
    "Lattice",
    "RunInfo",
    "lattice_of_models",
    "verdict_document",
    "verdict_json",
    "verdict_text",
    "write_report",
]
