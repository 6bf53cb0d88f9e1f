"""
Which pictures a report has, what each says, and how its numbers are made.

It draws nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from loadtest.analysis.load_shape import shape_text
from loadtest.analysis.percentiles import is_for_few_samples
from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions import for_reading
from loadtest.report.cost_plot import cost_plot
from loadtest.report.decision_plot import decided_steps, decision_plot, drawn_steps
from loadtest.report.drawing import Plot
from loadtest.report.factor_curves import MOST_LINES, factor_lines, factor_plot, varied_factors
from loadtest.report.numbers import listed, milliseconds, percent, plain, rate, with_ends
from loadtest.report.run_cells import Cell, cells, common_cells, parts, setting_of, unit
from loadtest.report.scaling_plots import latency_plot, scaling_plot
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import SweepResult


@dataclass(frozen=True, slots=True)
class Source:
    """
    One expression that asks Prometheus for what a figure shows.
    """

    name: str
    promql: str


@dataclass(frozen=True, slots=True)
class Family:
    """
    One metric family that a figure is made from.
    """

    name: str
    source: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One picture with everything that is said around it.

    Attributes:
        id: Anchor in the page and name of its files.
        title: What is against what.
        caption: What to look for.
        alt: What is in the picture, for those who do not see it.
        made: How its numbers are made, in words.
        families: Metric families behind it.
        sources: PromQL that shows the same from a running system.
        plot: The picture.
    """

    id: str
    title: str
    caption: str
    alt: str
    made: str
    families: tuple[Family, ...]
    sources: tuple[Source, ...]
    plot: Plot


@dataclass(frozen=True, slots=True)
class _Kind:
    id: str
    draw: Callable[[SweepResult], Plot | None]
    title: str
    caption: Callable[[SweepResult], str]
    alt: str
    made: str
    metrics: tuple[str, ...]
    readings: tuple[str, ...]


def figures(sweep: SweepResult) -> list[Figure]:
    """
    Return the figures that the run's steps can fill: a curve for each factor, then each combination's own.
    """
    found = parts(sweep)
    if len(found) == 1:
        return _figures_of(sweep, "", "")
    curves = [figure for path in varied_factors(sweep) if (figure := _curve(sweep, path)) is not None]
    return curves + [
        figure
        for index, part in enumerate(found, 1)
        for figure in _figures_of(part, f"-{index}", f" with {setting_of(part)}")
    ]


def _curve(sweep: SweepResult, path: str) -> Figure | None:
    plot = factor_plot(sweep, path)
    if plot is None:
        return None
    lines = len(factor_lines(sweep, path))
    left = f" {MOST_LINES} of {lines} lines are drawn; sweep.json has all." if lines > MOST_LINES else ""
    return Figure(
        id=f"factor-{re.sub(r'[^A-Za-z0-9_-]', '-', path)}",
        title=f"What {path} does",
        caption=f"One line for each replica count and each combination of the other factors.{left}",
        alt=f"Throughput and the share of late activities for each value of {path}.",
        made="Throughput is that of the saturated steps with its 95 % interval. Late are the activities that waited longer "
        "than the SLO's bound in the steps of the common rate, over all repetitions; the dashed line is the 5 % that it allows.",
        families=families(("worker.activity_finished", "worker.activity_schedule_to_start")),
        sources=sources(("throughput_per_second", "schedule_to_start_seconds")),
        plot=plot,
    )


def _figures_of(sweep: SweepResult, suffix: str, setting: str) -> list[Figure]:
    return [
        Figure(
            id=f"{kind.id}{suffix}",
            title=kind.title.format(units=unit(sweep), unit=unit(sweep)[:-1]) + setting,
            caption=kind.caption(sweep),
            alt=kind.alt,
            made=kind.made,
            families=families(kind.metrics),
            sources=sources(kind.readings),
            plot=plot,
        )
        for kind in _KINDS
        if (plot := kind.draw(sweep)) is not None
    ]


def families(keys: Sequence[str]) -> tuple[Family, ...]:
    """
    Name the metric families of some catalogue keys.
    """
    return tuple(
        Family(metric.name, metric.source, metric.meaning)
        for key in keys
        if (metric := BY_KEY.get(key)) is not None
    )


def sources(readings: Sequence[str]) -> tuple[Source, ...]:
    """
    Return the expressions that tell the same as some readings.
    """
    found = {
        each.name: Source(each.name, each.promql()) for reading in readings for each in for_reading(reading)
    }
    return tuple(found.values())


def _scaling_caption(sweep: SweepResult) -> str:
    loops = {
        each.load.in_flight
        for cell in cells(sweep, kind="saturate")
        for each in cell.steps
        if not each.superseded
    }
    said = f"Saturated: {' or '.join(str(n) for n in sorted(n for n in loops if n))} {unit(sweep)} are kept open. "
    return said + (
        _capitalised(sweep.scaling.usl.saying) + "." if sweep.scaling.usl else f"No fit: {sweep.scaling.why}."
    )


def _latency_caption(sweep: SweepResult) -> str:
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
    return f"{at}{waits}{worst}{grows}{_not_drawn(found)}".strip()


def _capitalised(text: str) -> str:
    """
    Begin a sentence, and leave names such as CPU as they are.
    """
    return text[:1].upper() + text[1:]


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


def _decision_caption(sweep: SweepResult) -> str:
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


def _cost_caption(sweep: SweepResult) -> str:
    server = sweep.cost.server
    if server.idle_cores is None or server.seconds_per_workflow is None:
        return f"CPU time in the window, per workflow, idle time included: at another rate it is another number. {_capitalised(server.why or '')}."
    return (
        "CPU time in the window, per workflow, with what runs without load in it. Apart from that the server needs "
        f"{with_ends(server.idle_cores, plain, ' cores')} without load and "
        f"{with_ends(server.seconds_per_workflow, milliseconds, ' ms')} for each workflow more, with 95 % intervals."
    )


_KINDS = (
    _Kind(
        "scaling",
        scaling_plot,
        "Completed {units} against worker replicas",
        _scaling_caption,
        "Throughput for each replica count with its 95 % interval, beside the ideal line.",
        "Activities that the workers finished in the window, divided by the activities that a workflow took over the "
        "whole step; closes come in waves. The interval is 1.96 cv / √activities, cv of the time that an activity "
        "holds its slot, and what the window's edges cut of long ones; of repetitions it is at least what they differ by.",
        ("worker.activity_finished", "worker.workflow_completed"),
        ("throughput_per_second", "closes_per_second"),
    ),
    _Kind(
        "latency",
        latency_plot,
        "Task-queue latency against worker replicas",
        _latency_caption,
        "Schedule-to-start percentiles of the activity queue and the workflow queue for each replica count, "
        "on a logarithmic scale, with the bound of the SLO.",
        "Schedule-to-start: from the server putting a task into the queue to a worker taking it, by the server's "
        "clock. The difference of the workers' histograms between the window's two ends, summed over all replicas; "
        "buckets grow by a factor of 1.2, so a percentile is known to within 20 %. It is this window's: the long run's "
        "stands beside it in the table.",
        ("worker.activity_schedule_to_start", "worker.workflow_schedule_to_start"),
        ("schedule_to_start_seconds",),
    ),
    _Kind(
        "decision",
        decision_plot,
        "How it was decided",
        _decision_caption,
        "Late tasks of each block of ten seconds as measured, with the band of simulated systems at the limit.",
        "A task is late if it waited longer than the SLO's bound. The model of the cell, calibrated by its saturate "
        "step, is slowed until just 5 % of its tasks are late in the long run; six of these simulated twins get the "
        "window's own arrivals and work, or twelve its arrivals, where the work of an order is not known beforehand.",
        ("worker.activity_schedule_to_start",),
        (),
    ),
    _Kind(
        "cost",
        cost_plot,
        "What one {unit} costs",
        _cost_caption,
        "CPU milliseconds of server, workers and injectors per workflow, one bar for each replica count.",
        "CPU time of each part's processes in the window, divided by the workflows that the window's work amounts to.",
        (),
        ("cpu_seconds_per_workflow",),
    ),
)
