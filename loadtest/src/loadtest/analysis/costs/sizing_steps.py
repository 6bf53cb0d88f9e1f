"""
The steps of a run that tell what a rate needs, how throughput grows with the replicas by them, and what a reader must
know of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.capacities.extrapolation import Extrapolation, fit_extrapolation
from loadtest.analysis.estimators.usl import NORMAL_95
from loadtest.analysis.judged_steps.step_verdict import judge_closed, judge_in_run
from loadtest.analysis.readings.cpu_and_memory import PARTS_FILL_MACHINE_RATIO, is_full
from loadtest.analysis.readings.workers_as_planned import run_on_one_core
from loadtest.analysis.saturation.cell_capacity import cell_capacity
from loadtest.analysis.saturation.doubled_closed_load import closed_load_pairs, counting_steps
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.sizing_result import Sized
from loadtest.results.step_result import StepVerdict
from loadtest.results.step_result_parts import limit_text
from loadtest.results.sweep_result import Interval


def believable_steps(steps: Sequence[Measured], plan: Plan) -> list[Measured]:
    """
    Return the steps of one setting that count: the valid ones, and the overloaded ones, whose costs are real.

    Args:
        steps: Steps of the setting.
        plan: Plan of the setting.
    """
    closed = judge_closed(steps, plan)
    judged = (judge_in_run(step, plan, closed)[0] for step in steps)
    return [each.measured for each in judged if each.verdict is not StepVerdict.INVALID]


def fills_machine(step: Measured) -> bool:
    """
    Tell whether a step left the machine no free core, so that its throughput is the machine's and not the replicas'.
    """
    return is_full(step.limits.machine)


def saturated_steps(steps: Sequence[Measured]) -> list[Measured]:
    """
    Return the saturate steps that tell what replicas carry: those whose throughput is used and that did not fill the
    machine, or all if each filled it.

    A loop that was sized without the workers' slots may have been too small to fill them, so it tells nothing.
    """
    saturated = counting_steps(step for step in steps if step.slots is not None)
    return [step for step in saturated if not fills_machine(step)] or saturated


def extrapolation_of(steps: Sequence[Measured], plan: Plan) -> Extrapolation | None:
    """
    Fit throughput against replicas, ``None`` without a saturate step.
    """
    points, spreads = [], [0.0]
    for step in saturated_steps(steps):
        found = cell_capacity([step])
        if found is not None:
            points.append((step.key.replicas, found.capacity.orders_per_second))
            spreads.append(found.capacity.half_width_ratio / NORMAL_95)
    return fit_extrapolation(points, max(spreads), plan.seed) if points else None


# A worker in Python or JavaScript runs workflows and activities on one core.
_FULL_WORKER = 0.8


def sizing_notes(
    steps: Sequence[Measured],
    believed: Sequence[Measured],
    manifest: Manifest,
    quantities: Sequence[Sized],
    replicas: Interval | None,
) -> tuple[str, ...]:
    """
    Return the notes of one answer: its own, then those of the run, such as of task queues that nobody looked at.

    Args:
        steps: All steps of the setting.
        believed: Those on which the answer stands.
        manifest: Manifest of the run.
        quantities: What the rate needs beside replicas.
        replicas: The replicas that it needs; ``None`` where that is not known.
    """
    return (
        *_left_out(steps, believed),
        *_full(believed, manifest),
        *_limits(believed),
        *_busy_workers(believed, quantities, replicas),
        *manifest.notes,
    )


def _left_out(steps: Sequence[Measured], valid: Sequence[Measured]) -> tuple[str, ...]:
    gone = len(steps) - len(valid)
    told = f"{gone} of {counted(len(steps), 'step')} {plural(gone, 'is', 'are')} not valid and left out"
    return (told,) if gone else ()


def _full(steps: Sequence[Measured], manifest: Manifest) -> tuple[str, ...]:
    cores = manifest.machine.usable_cores
    saturated = counting_steps(step for step in steps if step.slots is not None)
    if gone := len(saturated) - len(saturated_steps(steps)):
        return (
            f"{gone} of {counted(len(saturated), 'saturate step')} filled the machine: what they carried is its limit, "
            "and no part of what replicas are said to carry",
        )
    if manifest.target != "local" or not cores:
        return ()
    busiest = max(
        (
            (step.injector.cpu_seconds + sum(use.cpu_seconds or 0.0 for use in step.use.values()))
            / step.window_seconds
            for step in steps
            if step.window_seconds > 0
        ),
        default=0.0,
    )
    if busiest < PARTS_FILL_MACHINE_RATIO * cores:
        return ()
    return (
        f"server, workers and injectors took {busiest:.2g} of the {cores:g} {plural(cores, 'core')} that this machine has for "
        "them: its own limit is part of the contention, and more machines would do better",
    )


def _limits(steps: Sequence[Measured]) -> tuple[str, ...]:
    """
    Name the counts whose throughput was limited by something other than their slots.
    """
    found = {
        (pair.counting.key.replicas, told)
        for pair in closed_load_pairs(steps)
        if (told := limit_text(pair.limit))
    }
    return tuple(f"what {counted(count, 'replica')} carried: {told}" for count, told in sorted(found))


def _busy_workers(
    steps: Sequence[Measured], quantities: Sequence[Sized], replicas: Interval | None
) -> tuple[str, ...]:
    if not all(run_on_one_core(step.workers) for step in steps):
        return ()
    cores = next((one.needed for one in quantities if one.quantity == "worker cores"), None)
    if cores is None or replicas is None or cores.value / replicas.value < _FULL_WORKER:
        return ()
    return (
        f"each replica would take {cores.value / replicas.value:.2g} cores, and a worker in Python or JavaScript has about one: "
        "more replicas with fewer slots each are needed",
    )
