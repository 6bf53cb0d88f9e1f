"""
Which pictures a report has, the text of each, and how its numbers are made.

It draws nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions import for_reading
from loadtest.report.cost_plot import cost_plot
from loadtest.report.decision_plot import decision_plot
from loadtest.report.drawing import Plot
from loadtest.report.factor_curves import MOST_LINES, factor_lines, factor_plot, varied_factors
from loadtest.report.figure_captions import cost_caption, decision_caption, latency_caption, scaling_caption
from loadtest.report.numbers import rate
from loadtest.report.run_cells import parts, setting_of, unit
from loadtest.report.scaling_plots import latency_plot, scaling_plot
from loadtest.results.sweep_result import SweepResult


@dataclass(frozen=True, slots=True)
class Source:
    """
    One expression by which Prometheus shows on a running system what a figure or a reading is about, in a unit of its own.
    """

    name: str
    unit: str
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
    One picture with all text around it.

    Attributes:
        id: Anchor in the page and name of the picture's files.
        title: Title, which names the quantities that are drawn against each other.
        caption: What to look for in the picture.
        alt: Description of the picture for people who do not see it.
        made: How the picture's numbers are made, in words.
        families: Metric families that the numbers come from.
        sources: PromQL expressions to watch on a running system.
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
    is_of_one_rate: bool = False


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
            id=f"{kind.id}{load}{suffix}",
            title=kind.title.format(units=unit(sweep), unit=unit(sweep)[:-1]) + at + setting,
            caption=kind.caption(told),
            alt=kind.alt,
            made=kind.made,
            families=families(kind.metrics),
            sources=sources(kind.readings),
            plot=plot,
        )
        for kind in _KINDS
        for told, load, at in (_by_rate(sweep) if kind.is_of_one_rate else [(sweep, "", "")])
        if (plot := kind.draw(told)) is not None
    ]


def _by_rate(sweep: SweepResult) -> list[tuple[SweepResult, str, str]]:
    """
    Return the run as it is told for each of its open loads, with what an id and a title add where there are several.
    """
    if len(sweep.demands) < 2:
        return [(sweep, "", "")]
    return [
        (
            replace(sweep, demand=demand),
            f"-load{demand.load}",
            "" if demand.arrival_rate is None else f" at {rate(demand.arrival_rate)}/s",
        )
        for demand in sweep.demands
    ]


def families(keys: Sequence[str]) -> tuple[Family, ...]:
    """
    Return the metric families of some catalogue keys.
    """
    return tuple(
        Family(metric.name, metric.source, metric.meaning)
        for key in keys
        if (metric := BY_KEY.get(key)) is not None
    )


def sources(readings: Sequence[str]) -> tuple[Source, ...]:
    """
    Return the expressions by which some readings are watched on a running system.
    """
    found = {
        each.name: Source(each.name, each.unit, each.promql())
        for reading in readings
        for each in for_reading(reading)
    }
    return tuple(found.values())


_KINDS = (
    _Kind(
        "scaling",
        scaling_plot,
        "Completed {units} against worker replicas",
        scaling_caption,
        "Throughput for each replica count with its 95 % interval, beside the ideal line.",
        "Activities that the workers finished in the window, divided by the activities that a workflow took over the "
        "whole step; closes come in waves. The interval is 1.96 cv / √activities, cv of the time that an activity "
        "holds its slot, what the window's edges cut of long ones, and the 1.4 % by which repeated steps of one machine "
        "scatter beside it; of repetitions it is at least what they differ by.",
        ("worker.activity_finished", "worker.workflow_completed"),
        ("throughput_per_second", "closes_per_second"),
    ),
    _Kind(
        "latency",
        latency_plot,
        "Task-queue latency against worker replicas",
        latency_caption,
        "Schedule-to-start percentiles of the activity queue and the workflow queue for each replica count, "
        "on a logarithmic scale, with the bound of the SLO.",
        "Schedule-to-start: from the server putting a task into the queue to a worker taking it, by the server's "
        "clock. The difference of the workers' histograms between the window's two ends, summed over all replicas; "
        "buckets grow by a factor of 1.2, so a percentile is known to within 20 %. It is this window's: the long run's "
        "stands beside it in the table.",
        ("worker.activity_schedule_to_start", "worker.workflow_schedule_to_start"),
        ("schedule_to_start_seconds",),
        is_of_one_rate=True,
    ),
    _Kind(
        "decision",
        decision_plot,
        "How it was decided",
        decision_caption,
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
        cost_caption,
        "CPU milliseconds of server, workers and injectors per workflow, one bar for each replica count where all were seen.",
        "CPU time of each part's processes in the window, divided by the workflows that the window's work amounts to.",
        (),
        ("cpu_seconds_per_workflow",),
    ),
)
