"""
The effect of a factor, as a picture: throughput and late activities against its values, a line for each other setting.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator, PercentFormatter

from loadtest.plan.plan_tables import DynamicValue
from loadtest.plural import counted
from loadtest.report.drawing import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    Plot,
    drawing,
    saved,
)
from loadtest.report.run_cells import Cell, cells, common_cells, parts, unit
from loadtest.results.estimate import Estimate
from loadtest.results.plan_setting import Setting, setting_text, value_text
from loadtest.results.sweep_result import SweepResult

MOST_LINES = 8
LATE_RATIO = 0.05
_LOOKS = (
    (BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "D"), (SKY, "v"), (INK, "P"), (VERMILLION, "X"), (GREY, "*"),
)  # fmt: skip
# From this ratio of the largest value to the smallest on, steps of a factor of two read better than equal ones.
_LOGARITHMIC_RATIO = 8


@dataclass(frozen=True, slots=True)
class FactorLine:
    """
    One setting of the other factors, and what was measured at each value of the factor.

    Attributes:
        others: Values of the other factors.
        replicas: Worker replicas.
        throughput: Workflows per second by the factor's value.
        late: Share of the activities that waited longer than the bound, by the factor's value.
    """

    others: Setting
    replicas: int
    throughput: dict[DynamicValue, Estimate]
    late: dict[DynamicValue, float]

    @property
    def name(self) -> str:
        """
        The setting of the curve in words.
        """
        replicas = counted(self.replicas, "replica")
        return ", ".join(part for part in (replicas, setting_text(self.others)) if part)


def varied_factors(sweep: SweepResult) -> dict[str, tuple[DynamicValue, ...]]:
    """
    Return the factors with more than one measured value, with these values in the plan's order.
    """
    found: dict[str, dict[DynamicValue, None]] = {}
    for each in sweep.combinations:
        for path, value in each.factors.items():
            found.setdefault(path, {})[value] = None
    return {path: tuple(values) for path, values in found.items() if len(values) > 1}


def factor_lines(sweep: SweepResult, path: str) -> list[FactorLine]:
    """
    Return what a run measured for one factor, by other factors and replicas; a line without a number is left out.
    """
    found: dict[tuple[Setting, int], FactorLine] = {}
    for part in parts(sweep):
        factors = part.combinations[0].factors
        others = tuple((name, value) for name, value in factors.items() if name != path)
        value = factors[path]
        late = {
            cell.replicas: share for cell in common_cells(part) if (share := late_share(cell)) is not None
        }
        for count in sorted({cell.replicas for cell in cells(part)}):
            line = found.setdefault((others, count), FactorLine(others, count, {}, {}))
            throughput = part.scaling.throughput_per_second.get(str(count))
            if throughput is not None and throughput.value is not None:
                line.throughput[value] = throughput
            if count in late:
                line.late[value] = late[count]
    return [line for line in found.values() if line.throughput or line.late]


def late_share(cell: Cell) -> float | None:
    """
    Return the share of late activities over all repetitions of a cell; ``None`` if none is known.
    """
    known = [
        (ratio, step.schedule_to_start_seconds.activity.n)
        for step in cell.usable
        if (ratio := step.late_ratio) is not None
    ]
    total = sum(tasks for _, tasks in known)
    return math.fsum(ratio * tasks for ratio, tasks in known) / total if total else None


def factor_plot(sweep: SweepResult, path: str) -> Plot | None:
    """
    Draw one factor: throughput and the share of late activities against its values.

    Returns:
        ``None`` where no line has a number.
    """
    lines = factor_lines(sweep, path)[:MOST_LINES]
    if not lines:
        return None
    values = varied_factors(sweep)[path]
    positions = _positions(values)
    has = {
        "throughput": any(line.throughput for line in lines),
        "late": any(line.late for line in lines),
    }
    shown = [name for name, drawn in has.items() if drawn]
    rows = math.ceil(len(lines) / len(shown))
    with drawing(4.6 * len(shown) + 0.4, 4.0 + 0.25 * rows) as figure:
        every = figure.subplots(1, len(shown), squeeze=False)[0]
        for name, axes in zip(shown, every, strict=True):
            if name == "throughput":
                _draw_throughput(axes, lines, positions, unit(sweep))
            else:
                _draw_late(axes, lines, positions, bound=sweep.slo.schedule_to_start_p95_seconds)
            _value_axis(axes, path, values, positions)
        handles, labels = every[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(shown))
        return saved(figure)


def _draw_throughput(
    axes: Axes, lines: Sequence[FactorLine], positions: dict[DynamicValue, float], units: str
) -> None:
    axes.set_title("Throughput")
    for line, (colour, marker) in zip(lines, itertools.cycle(_LOOKS), strict=False):
        points = [(positions[v], e.value or 0.0, e.half_width or 0.0) for v, e in line.throughput.items()]
        axes.errorbar(
            [x for x, _, _ in points],
            [y for _, y, _ in points],
            yerr=[half for _, _, half in points],
            color=colour,
            marker=marker,
            ms=7,
            lw=1.8,
            capsize=4,
            label=line.name,
        )
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"completed {units} per second")


def _draw_late(
    axes: Axes, lines: Sequence[FactorLine], positions: dict[DynamicValue, float], bound: float | None
) -> None:
    axes.set_title("Late activities")
    for line, (colour, marker) in zip(lines, itertools.cycle(_LOOKS), strict=False):
        points = [(positions[value], share) for value, share in line.late.items()]
        axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            color=colour,
            marker=marker,
            ms=7,
            lw=1.8,
            label=line.name,
        )
    axes.axhline(LATE_RATIO, color=VERMILLION, lw=1.5, ls=(0, (6, 2)), zorder=1)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
    axes.set_ylim(bottom=0, top=max(axes.get_ylim()[1], 2 * LATE_RATIO))
    axes.set_ylabel("activities later than the bound" if bound is None else f"waited longer than {bound:g} s")


def _positions(values: Sequence[DynamicValue]) -> dict[DynamicValue, float]:
    """
    Return the position of each value: numbers by their size, other values side by side.
    """
    numbers = [value for value in values if isinstance(value, int | float) and not isinstance(value, bool)]
    if len(numbers) < len(values):
        return {value: float(index) for index, value in enumerate(values)}
    if min(numbers) > 0 and max(numbers) / min(numbers) >= _LOGARITHMIC_RATIO:
        return {value: math.log2(value) for value in numbers}
    return {value: float(value) for value in numbers}


def _value_axis(
    axes: Axes, path: str, values: Sequence[DynamicValue], positions: dict[DynamicValue, float]
) -> None:
    at = [positions[value] for value in values]
    axes.set_xlabel(path)
    axes.xaxis.set_major_locator(FixedLocator(at))
    axes.xaxis.set_major_formatter(FixedFormatter([value_text(value) for value in values]))
    axes.xaxis.set_minor_locator(NullLocator())
    margin = 0.08 * (max(at) - min(at)) or 1.0
    axes.set_xlim(min(at) - margin, max(at) + margin)
