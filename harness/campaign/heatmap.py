"""A campaign as one picture: a row for each system and bug, a column for each workload and nemesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.campaign.conduct import counts
from harness.campaign.results import Cell
from harness.campaign.trial import EXPECTED, Ruling

COLOURS: Mapping[str, str] = {  # Okabe and Ito's palette: apart for colour-blind eyes too
    "as expected": "#009E73",
    "unknown": "#E69F00",
    "a finding": "#D55E00",
    "harness error": "#000000",
}


def _kind(ruling: Ruling) -> str:
    if ruling in EXPECTED:
        return "as expected"
    return {Ruling.UNKNOWN: "unknown", Ruling.HARNESS_ERROR: "harness error"}.get(ruling, "a finding")


def _share(cell: Cell) -> Mapping[str, float]:
    """How much of the cell is of each colour. A bug is found once any seed finds it."""
    if cell.bug and cell.first is not None:
        return {"as expected": 1.0}
    share = dict.fromkeys(COLOURS, 0.0)
    for ruling, count in counts(cell.rows).items():
        share[_kind(ruling)] += count / len(cell.rows)
    return share


def _label(workload: str, nemesis: str) -> str:
    """The workload, and two families of faults a line."""
    families = nemesis.split("+")
    return "\n".join([workload, *("+".join(families[at : at + 2]) for at in range(0, len(families), 2))])


def draw_heatmap(cells: Sequence[Cell], path: Path) -> None:
    """Write the picture as PNG. Each cell is split by the rulings of its seeds; the number is of those as expected."""
    from matplotlib.figure import Figure
    from matplotlib.patches import Patch, Rectangle

    rows = list(dict.fromkeys((cell.system, cell.bug) for cell in cells))
    columns = list(dict.fromkeys((cell.workload, cell.nemesis) for cell in cells))
    figure = Figure(figsize=(3.2 + 1.5 * len(columns), 1.9 + 0.42 * len(rows)), dpi=140, layout="constrained")
    axes = figure.subplots()
    for cell in cells:
        left = float(columns.index((cell.workload, cell.nemesis)))
        bottom = rows.index((cell.system, cell.bug))
        for kind, width in _share(cell).items():
            axes.add_patch(Rectangle((left + 0.02, bottom + 0.06), 0.96 * width, 0.88, color=COLOURS[kind], lw=0))
            left += 0.96 * width
        good = sum(row.ruling in EXPECTED for row in cell.rows)
        place = (columns.index((cell.workload, cell.nemesis)) + 0.5, bottom + 0.5)
        axes.text(*place, f"{good}/{len(cell.rows)}", ha="center", va="center", color="white", fontsize=9)
    axes.set_xlim(0, max(len(columns), 1))
    axes.set_ylim(max(len(rows), 1), 0)
    axes.set_xticks([x + 0.5 for x in range(len(columns))], [_label(*column) for column in columns])
    axes.set_yticks([y + 0.5 for y in range(len(rows))], [f"{system}  {bug}".strip() for system, bug in rows])
    axes.tick_params(length=0, labelsize=8)
    axes.xaxis.tick_top()
    for spine in axes.spines.values():
        spine.set_visible(False)
    handles = [Patch(color=colour, label=kind) for kind, colour in COLOURS.items()]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Software": None})
