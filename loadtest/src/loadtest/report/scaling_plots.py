"""
A run as pictures: what grows with replicas, and what waits.

It draws the numbers that it gets and decides nothing about them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from loadtest.analysis.estimators.usl import Usl
from loadtest.plural import counted
from loadtest.report.drawing import (
    BLUE,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Plot,
    apart,
    count_axis,
    drawing,
    saved,
)
from loadtest.report.numbers import milliseconds, rate, wait_milliseconds
from loadtest.report.run_cells import Cell, cells, common_cells, unit
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SweepResult

# Up to this many points have room for their numbers; the tables have all of them.
_MOST_VALUES = 9
PERCENTILES = {"p50": (SKY, "o"), "p95": (BLUE, "s"), "p99": (PURPLE, "^")}


def scaling_plot(sweep: SweepResult) -> Plot | None:
    """
    Draw throughput against replicas: each step, its mean with the 95 % interval, the ideal line, the fit.

    Returns:
        ``None`` without a saturate step.
    """
    found = cells(sweep, kind="saturate")
    if not found:
        return None
    joined = {int(count): value for count, value in sweep.scaling.throughput_per_second.items()}
    counts = [cell.replicas for cell in found]
    with drawing(7.2, 4.4) as figure:
        axes = figure.subplots()
        points = [(n, e.value, e.half_width) for n, e in joined.items() if e.value is not None]
        if points:
            first, base, _ = points[0]
            ends = [min(counts), max(counts)]
            if len(counts) > 1:
                axes.plot(
                    ends,
                    [base / first * n for n in ends],
                    color=GREY,
                    ls=(0, (4, 3)),
                    lw=1.4,
                    label=f"ideal: n / {first} × {counted(first, 'replica')}"
                    if first != 1
                    else "ideal: n × one replica",
                )
        _draw_fit(axes, sweep, max(counts))
        _draw_offered(axes, sweep)
        _draw_repetitions(axes, found)
        if points:
            axes.errorbar(
                [n for n, _, _ in points],
                [value for _, value, _ in points],
                yerr=[half or 0.0 for _, _, half in points],
                fmt="o",
                ms=7,
                lw=1.6,
                capsize=4,
                color=BLUE,
                label="measured, with 95 % interval",
                zorder=4,
            )
            told = apart([n for n, _, _ in points], _MOST_VALUES)
            for n, value in ((n, value) for n, value, _ in points if n in told):
                # The number of a point near zero would lie on the axis if it were below the point.
                low = value < 0.08 * max(each for _, each, _ in points)
                axes.annotate(
                    rate(value),
                    (n, value),
                    xytext=(0, 8) if low else (9, -4),
                    textcoords="offset points",
                    ha="center" if low else "left",
                    va="bottom" if low else "top",
                    color=BLUE,
                )
        count_axis(axes, counts)
        axes.set_xlim(right=axes.get_xlim()[1] + 0.04 * (max(counts) - min(counts)))
        axes.set_ylim(0, axes.get_ylim()[1] * 1.06)
        axes.set_ylabel(f"completed {unit(sweep)} per second")
        if axes.get_legend_handles_labels()[0]:
            axes.legend(loc="upper left")
        return saved(figure)


def _draw_fit(axes: Axes, sweep: SweepResult, largest: int) -> None:
    fit = sweep.scaling.usl
    if fit is None:
        return
    curve = Usl(fit.rate_of_one.value, fit.contention.value, fit.coherency.value)
    counts = np.linspace(1, largest, 200)
    axes.plot(
        counts,
        [curve.throughput_at(float(n)) for n in counts],
        color=ORANGE,
        lw=2,
        label=f"fit: λ {rate(curve.rate_of_one)}, σ {curve.contention:.3f}, κ {curve.coherency:.4f}",
    )


def _draw_offered(axes: Axes, sweep: SweepResult) -> None:
    """
    Draw the rate of each open load, beside which the throughput shows what is left.
    """
    for offered in sorted({one.arrival_rate for one in sweep.demands if one.arrival_rate is not None}):
        axes.axhline(offered, color=PURPLE, lw=1.2, ls=(0, (1, 2)), zorder=1)
        axes.annotate(
            f"offered at the open rate: {rate(offered)}/s",
            (1, offered),
            xycoords=("axes fraction", "data"),
            xytext=(-4, -4),
            textcoords="offset points",
            ha="right",
            va="top",
            color=PURPLE,
        )


def _draw_repetitions(axes: Axes, found: Sequence[Cell]) -> None:
    several = [
        (cell.replicas, v) for cell in found if len(cell.usable) > 1 for s in cell.usable if (v := _rate(s))
    ]
    if several:
        axes.plot(
            *zip(*several, strict=True), ls="", marker="o", ms=4, color=SKY, label="repetitions", zorder=3
        )
    struck = [(s.replicas, v) for cell in found for s in cell.steps if not s.is_usable and (v := _rate(s))]
    if struck:
        axes.plot(
            *zip(*struck, strict=True),
            ls="",
            marker="x",
            ms=8,
            mew=2,
            color=VERMILLION,
            label="invalid, not used",
        )


def _rate(step: StepResult) -> float | None:
    return step.throughput_per_second.value


def latency_plot(sweep: SweepResult) -> Plot | None:
    """
    Draw how long tasks wait in the two queues against replicas, on one logarithmic scale, with the bound.

    Returns:
        ``None`` without an open step.
    """
    found = common_cells(sweep)
    if not found:
        return None
    counts = [cell.replicas for cell in found]
    bound = sweep.slo.schedule_to_start_p95_seconds
    with drawing(9.0, 4.4) as figure:
        left, right = figure.subplots(1, 2, sharey=True)
        drawn = _draw_waits(
            left, found, lambda step: step.schedule_to_start_seconds.activity, "Activity queue"
        )
        drawn += _draw_waits(
            right, found, lambda step: step.schedule_to_start_seconds.workflow, "Workflow queue"
        )
        for axes in (left, right):
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(
                FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 1 else f"{value:g}")
            )
            axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5), numticks=20))
            axes.yaxis.set_minor_locator(NullLocator())
            if bound is not None:
                axes.axhline(bound * 1000, color=VERMILLION, lw=1.5, ls=(0, (6, 2)), zorder=1)
                axes.annotate(
                    f"SLO: p95 ≤ {milliseconds(bound)} ms",
                    (1, bound * 1000),
                    xycoords=("axes fraction", "data"),
                    xytext=(0, 4),
                    textcoords="offset points",
                    ha="right",
                    color=VERMILLION,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.85},
                )
            count_axis(axes, counts, most_labels=14)
            axes.set_xlim(right=axes.get_xlim()[1] + 0.08 * (max(counts) - min(counts)))
        values = [*drawn, *([bound * 1000] if bound is not None else [])]
        if values:
            left.set_ylim(min(values) / 1.6, max(values) * 2.6)
        left.set_ylabel("schedule to start (ms, log scale)")
        # A percentile may be shown for one queue only: a workflow without activities has nothing on the left.
        named = {
            label: handle
            for axes in (right, left)
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        if named:
            order = [label for label in PERCENTILES if label in named]
            left.legend([named[label] for label in order], order, loc="upper right", ncols=3)
        return saved(figure)


def _draw_waits(
    axes: Axes, found: Sequence[Cell], wait: Callable[[StepResult], object], title: str
) -> list[float]:
    axes.set_title(title)
    drawn: list[float] = []
    for name, (colour, marker) in PERCENTILES.items():
        line = []
        for cell in found:
            values = sorted(
                value * 1000
                for step in cell.usable
                if (value := getattr(wait(step), name)) is not None and value > 0
            )
            if values:
                line.append((cell.replicas, values[-1]))
                if len(values) > 1:
                    axes.plot(
                        [cell.replicas] * len(values),
                        values,
                        ls="",
                        marker=marker,
                        ms=3.5,
                        color=colour,
                        alpha=0.5,
                    )
                drawn += values
        if line:
            axes.plot(*zip(*line, strict=True), color=colour, marker=marker, ms=7, lw=1.8, label=name)
        told = apart([replicas for replicas, _ in line], _MOST_VALUES)
        for replicas, value in line if name == "p95" else []:
            if replicas not in told:
                continue
            axes.annotate(
                wait_milliseconds(value / 1000),
                (replicas, value),
                xytext=(7, 5),
                textcoords="offset points",
                color=colour,
                fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
            )
    if not drawn:
        axes.annotate(
            "no percentile to show;\nsweep.json says why of each step",
            (0.5, 0.5),
            xycoords="axes fraction",
            ha="center",
            va="center",
            color=GREY,
        )
    return drawn
