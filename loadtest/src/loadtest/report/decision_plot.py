"""
How each count was decided, as a picture: late tasks of the window against those of a system just at the limit.
"""

from __future__ import annotations

from matplotlib.axes import Axes

from loadtest.plural import counted
from loadtest.report.drawing import BLUE, GREY, ORANGE, Plot, drawing, saved
from loadtest.report.run_cells import common_cells
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SweepResult
from loadtest.results.window_decision import Decision

MOST_PANELS = 6


def decision_plot(sweep: SweepResult) -> Plot | None:
    """
    Draw for each count of the common load its late tasks, block by block, and the twins' band.

    Returns:
        ``None`` where no step was decided by twins.
    """
    decided = [(step, step.decision) for step in drawn_steps(sweep) if step.decision is not None]
    if not decided:
        return None
    several = any(len(cell.usable) > 1 for cell in common_cells(sweep))
    with drawing(9.0, 2.2 * len(decided) + 0.7) as figure:
        panels = figure.subplots(len(decided), 1, squeeze=False)[:, 0]
        for index, (axes, (step, decision)) in enumerate(zip(panels, decided, strict=True)):
            _draw(axes, step, decision, several=several)
            if index == 0:
                axes.legend(loc="lower right", ncols=3, bbox_to_anchor=(1.0, 1.0), fontsize=9)
        panels[-1].set_xlabel("seconds of the window")
        return saved(figure)


def decided_steps(sweep: SweepResult) -> list[StepResult]:
    """
    Return the windows of the common load that twins decided, the first repetition of each count.
    """
    return [
        step
        for cell in common_cells(sweep)
        for step in cell.usable[:1]
        if step.decision is not None and step.decision.blocks
    ]


def drawn_steps(sweep: SweepResult) -> list[StepResult]:
    """
    Of many such windows keep those around the answer, as many below as above it; without one those of the most replicas.
    """
    found, answer = decided_steps(sweep), sweep.demand.replicas
    below = [step for step in found if answer is None or step.replicas < answer]
    first = len(below) - (MOST_PANELS // 2 if answer is not None else MOST_PANELS)
    first = max(0, min(first, len(found) - MOST_PANELS))
    return found[first : first + MOST_PANELS]


def _draw(axes: Axes, step: StepResult, decision: Decision, *, several: bool) -> None:
    edges = [decision.blocks[0].start, *(block.end for block in decision.blocks)]
    lows, highs, middles, late = (
        [getattr(block, name) for block in decision.blocks]
        for name in ("twin_low", "twin_high", "twin_late", "late")
    )
    axes.stairs(
        highs,
        edges,
        baseline=lows,
        fill=True,
        color=ORANGE,
        alpha=0.25,
        label="a system just at the limit, 95 %",
    )
    axes.stairs(middles, edges, baseline=None, color=ORANGE, lw=1.6, label="its mean")
    axes.stairs(late, edges, baseline=None, color=BLUE, lw=2.4, label="measured")
    replicas = counted(step.replicas, "replica")
    after = "after" if decision.answer.value != "undecided" else "at"
    which = f", repetition {step.repetition} alone" if several else ""
    axes.set_title(f"{replicas}{which}: {decision.answer.value} {after} {decision.seconds:.0f} s")
    axes.set_ylabel("late tasks a block")
    axes.set_ylim(bottom=0, top=max([*highs, *late, 1.0]) * 1.1)
    axes.set_xlim(edges[0], edges[-1])
    axes.tick_params(axis="x", color=GREY)
