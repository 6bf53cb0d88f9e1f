"""
What stands below each figure of a report: how to read it, and what it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.estimators.percentiles import is_for_few_samples
from loadtest.analysis.readings.step_load import shape_text
from loadtest.report.decision_plot import decided_steps, drawn_steps
from loadtest.report.deployment_text import shortest_waits
from loadtest.report.numbers import capitalised, listed, milliseconds, percent, plain, rate, with_ends
from loadtest.report.run_cells import Cell, cells, common_cells, unit
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import SweepResult


def scaling_caption(sweep: SweepResult) -> str:
    """
    Say how to read the points, how many workflows the closed loads keep open, and what the fitted curve says or why there is none.
    """
    loops = {
        each.load.in_flight
        for cell in cells(sweep, kind="saturate")
        for each in cell.steps
        if not each.superseded
    }
    points = sweep.scaling.throughput_per_second
    read = (
        "On the dashed line each replica adds as much as the first; the further a point lies below it, the more the "
        "replicas take from each other. "
        if len(points) > 1
        else ""
    )
    said = f"{read}Saturated: {listed([str(n) for n in sorted(n for n in loops if n)], 'or')} {unit(sweep)} are kept open. "
    return said + (
        capitalised(sweep.scaling.usl.saying) + "." if sweep.scaling.usl else f"No fit: {sweep.scaling.why}."
    )


def latency_caption(sweep: SweepResult) -> str:
    """
    Say at which arrivals the queues were loaded, where the waits grow, and which percentiles are missing.
    """
    found = common_cells(sweep)
    shapes = [each.load.shape for cell in found for each in cell.steps if each.load.shape is not None]
    at = f"Every replica count gets the same arrivals, {shape_text(shapes[0], rate)}. " if shapes else ""
    if found[0].kind == "fraction":
        at = f"Each replica count gets {percent(found[0].steps[0].load.fraction)} of its own throughput. "
    worst = "Lines join the worst repetition. " if any(len(cell.usable) > 1 for cell in found) else ""
    over = [str(cell.replicas) for cell in found if any(_is_overloaded(step) for step in cell.usable)]
    grows = (
        f"With {listed(over)} the rate is above capacity: those waits grow with the window. " if over else ""
    )
    waits = "The queue whose wait falls with more replicas is the one that waits for slots. "
    floor = f"{least} " if (least := shortest_waits(found)) is not None else ""
    return f"{at}{waits}{floor}{worst}{grows}{_not_drawn(found)}".strip()


def _is_overloaded(step: StepResult) -> bool:
    return step.verdict is StepVerdict.OVERLOADED


def _not_drawn(found: Sequence[Cell]) -> str:
    """
    Say which percentiles of the activity queue are missing, and why: too few samples, or a histogram that cannot tell them.
    """
    few, told = [], []
    for name in ("p95", "p99"):
        key = f"schedule_to_start_seconds.activity.{name}"
        reasons = [
            (cell.replicas, step.why[key]) for cell in found for step in cell.usable if key in step.why
        ]
        if any(is_for_few_samples(reason) for _, reason in reasons):
            few.append(name)
        other = [(replicas, reason) for replicas, reason in reasons if not is_for_few_samples(reason)]
        told += [f"{name} with {replicas} is not drawn: {reason}." for replicas, reason in other[:1]]
    if few:
        verb = "is" if len(few) == 1 else "are"
        told.insert(0, f"{' and '.join(few)} {verb} not drawn where fewer than ten samples lie beyond it.")
    return " ".join(told)


def decision_caption(sweep: SweepResult) -> str:
    """
    Say how late tasks are told from those of a system at the limit, and which windows are drawn.
    """
    decided, drawn = decided_steps(sweep), drawn_steps(sweep)
    which = "those of the most replicas" if sweep.demand.replicas is None else "those around the answer"
    left = (
        f" {len(drawn)} of {len(decided)} such windows are drawn, {which}."
        if len(drawn) < len(decided)
        else ""
    )
    return (
        "Late tasks of the window beside those of a system just at the limit on the same arrivals and work. "
        f"Clearly fewer is met, clearly more is missed; the answer must hold without any single block.{left}"
    )


def cost_caption(sweep: SweepResult) -> str:
    """
    Say what the bars hold, and what the server needs without load and for each workflow.
    """
    server = sweep.cost.server
    if server.idle_cores is None or server.seconds_per_workflow is None:
        return f"CPU time in the window, per workflow, idle time included: at another rate it is another number. {capitalised(server.why or '')}."
    return (
        "CPU time in the window, per workflow, with what runs without load in it. Apart from that the server needs "
        f"{with_ends(server.idle_cores, plain, ' cores')} without load and "
        f"{with_ends(server.seconds_per_workflow, milliseconds, ' ms')} for each workflow more, with 95 % intervals."
    )
