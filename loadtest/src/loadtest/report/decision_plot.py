"""
How each count was decided, as a picture: late tasks of the window against those of a system just at the limit.
"""

from __future__ import annotations

from matplotlib.axes import Axes

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
    decided: list[tuple[StepResult, Decision]] = [
        (step, step.decision)
        for cell in common_cells(sweep)
        for step in cell.usable[:1]
        if step.decision is not None and step.decision.blocks
    ][:MOST_PANELS]
    if not decided:
        return None
    with drawing(9.0, 2.2 * len(decided) + 0.7) as figure:
        panels = figure.subplots(len(decided), 1, squeeze=False)[:, 0]
        for index, (axes, (step, decision)) in enumerate(zip(panels, decided, strict=True)):
            _draw(axes, step, decision)
            if index == 0:
                axes.legend(loc="lower right", ncols=3, bbox_to_anchor=(1.0, 1.0), fontsize=9)
        panels[-1].set_xlabel("seconds of the window")
        return saved(figure)


def _draw(axes: Axes, step: StepResult, decision: Decision) -> None:
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
    replicas = f"{step.replicas} replica{'' if step.replicas == 1 else 's'}"
    after = "after" if decision.answer.value != "undecided" else "at"
    axes.set_title(f"{replicas}: {decision.answer.value} {after} {decision.seconds:.0f} s")
    axes.set_ylabel("late tasks a block")
    axes.set_ylim(bottom=0, top=max([*highs, *late, 1.0]) * 1.1)
    axes.set_xlim(edges[0], edges[-1])
    axes.tick_params(axis="x", color=GREY)
