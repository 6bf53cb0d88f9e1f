"""
The CPU time of one workflow, as a picture.

It draws the numbers that it gets and decides nothing about them.
"""

from __future__ import annotations

import numpy as np

from loadtest.plural import counted
from loadtest.report.drawing import BLUE, GREEN, INK, ORANGE, Plot, drawing, saved
from loadtest.report.run_cells import cells, common_cells, unit
from loadtest.results.sweep_result import SweepResult

# Name in the legend, key of the reading, colour and hatch.
_PARTS = (
    ("server", "server", BLUE, ""),
    ("workers", "worker", ORANGE, "//"),
    ("injectors", "injector", GREEN, ".."),
)


def cost_plot(sweep: SweepResult) -> Plot | None:
    """
    Draw the CPU time of one workflow, split by part, for each replica count under saturation.

    Returns:
        ``None`` where no step knows the CPU time of a part; a count that lacks a part which others have is left out.
    """
    kinds = [cells(sweep, kind="saturate"), common_cells(sweep)]
    found = next((k for k in kinds if any(c.usable for c in k)), [])
    costs = [(cell.replicas, cell.usable[0].cpu_seconds_per_workflow) for cell in found if cell.usable]
    known = [part for part in _PARTS if any(getattr(each, part[1]) is not None for _, each in costs)]
    # Without a part that others have, a bar would be too short.
    bars = [
        (replicas, each)
        for replicas, each in costs
        if all(getattr(each, part[1]) is not None for part in known)
    ]
    if not bars or not known:
        return None
    with drawing(7.2, 0.55 * len(bars) + 1.5) as figure:
        axes = figure.subplots()
        left = np.zeros(len(bars))
        rows = np.arange(len(bars))
        for name, part, colour, hatch in known:
            widths = np.array([1000 * getattr(each, part) for _, each in bars])
            axes.barh(
                rows,
                widths,
                left=left,
                height=0.6,
                color=colour,
                hatch=hatch,
                edgecolor="white",
                linewidth=0.8,
                label=name,
            )
            for row, width, start in zip(rows, widths, left, strict=True):
                if width > 0.07 * max(1e-9, float(np.max(left + widths))):
                    axes.annotate(
                        f"{width:.0f}",
                        (start + width / 2, row),
                        ha="center",
                        va="center",
                        color="white" if colour == BLUE else INK,
                        fontweight="bold",
                        bbox=None
                        if colour == BLUE
                        else {"facecolor": colour, "edgecolor": "none", "pad": 1.5},
                    )
            left = left + widths
        axes.set_yticks(rows, [counted(n, "replica") for n, _ in bars])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlabel(f"CPU milliseconds per {unit(sweep)[:-1]}")
        axes.legend(loc="lower right", ncols=3, bbox_to_anchor=(1.0, 1.0), borderaxespad=0.2)
        return saved(figure)
