"""
One step as a picture, second by second: arrivals and closes, open workflows, waiting tasks.

It draws gaps as gaps.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from loadtest.analysis.readings.backlog import backlog_of
from loadtest.analysis.rules.disturbances import disturbances
from loadtest.report.drawing import BLUE, GREEN, GREY, ORANGE, VERMILLION, drawing, vector
from loadtest.results.disturbance import Disturbance
from loadtest.results.measured_step import Measured, Second

# From here on a number has more characters than the margin has room for.
_LONG_NUMBER = 10_000
_MARGINS = {"left": 0.08, "right": 0.985, "bottom": 0.085, "top": 0.955, "hspace": 0.09}


def timeline_plot(measured: Measured, unit: str) -> bytes | None:
    """
    Draw one step.

    Returns:
        The picture as SVG; ``None`` for fewer than two seconds.
    """
    seconds = measured.timeline
    if len(seconds) < 2:
        return None
    with drawing(9.0, 6.0) as figure:
        # Fixed margins: asking each label for its size takes half the time of such a picture, and a report has a dozen.
        rates, open_now, waiting = figure.subplots(
            3, 1, sharex=True, height_ratios=(1.15, 1, 1), gridspec_kw=_MARGINS
        )
        _rates(rates, seconds, unit)
        _levels(open_now, seconds, lambda s: s.in_flight, BLUE, "-", f"{unit} in flight")
        _levels(open_now, seconds, backlog_of, VERMILLION, "--", "tasks in the backlog")
        open_now.set_ylabel("number")
        open_now.set_ylim(bottom=0)
        _levels(
            waiting,
            seconds,
            lambda s: None if (mean := s.schedule_to_start_mean_seconds) is None else mean * 1000,
            ORANGE,
            "-",
            "activities' schedule to start, mean of the second",
        )
        waiting.set_ylabel("ms")
        waiting.set_ylim(bottom=0)
        waiting.set_xlabel("seconds since the first arrival was due")
        hits = disturbances(measured)
        for axes in (rates, open_now, waiting):
            _phases(axes, measured, seconds[-1].at, named=axes is rates)
            _disturbed(axes, hits, named=axes is waiting)
            axes.legend(loc="upper left", ncols=3, bbox_to_anchor=(0.0, 1.02), borderaxespad=0.1, fontsize=9)
            axes.set_ylim(top=axes.get_ylim()[1] * 1.35)
            if axes.get_ylim()[1] >= _LONG_NUMBER:
                axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 1000:g}k"))
        return vector(figure)


def _rates(axes: Axes, seconds: Sequence[Second], unit: str) -> None:
    started = [second.sent for second in seconds]
    closed = [second.completed for second in seconds]
    for totals, colour, label in ((started, GREY, f"{unit} started"), (closed, GREEN, f"{unit} closed")):
        points = [
            (later.at, _rate(later.at - early.at, before, after))
            for (early, later), (before, after) in zip(
                itertools.pairwise(seconds), itertools.pairwise(totals), strict=True
            )
        ]
        axes.step(*zip(*points, strict=True), where="pre", color=colour, lw=1.8, label=label)
    axes.set_ylabel("per second")
    axes.set_ylim(bottom=0)


def _rate(seconds: float, before: int | None, after: int | None) -> float:
    if before is None or after is None or seconds <= 0:
        return math.nan
    return (after - before) / seconds


def _levels(
    axes: Axes,
    seconds: Sequence[Second],
    read: Callable[[Second], float | None],
    colour: str,
    style: str,
    label: str,
) -> None:
    values = [math.nan if (value := read(second)) is None else value for second in seconds]
    axes.plot([second.at for second in seconds], values, color=colour, ls=style, lw=1.8, label=label)


def _phases(axes: Axes, measured: Measured, last: float, *, named: bool) -> None:
    start, end = measured.warm_up_seconds, measured.warm_up_seconds + measured.window_seconds
    axes.set_xlim(0, max(last, end))
    axes.axvspan(start, end, color="#EEF4FA", zorder=0)
    if not named:
        return
    for left, right, name in ((0, start, "warm-up"), (start, end, "window"), (end, max(last, end), "drain")):
        if right - left > 0.6:
            axes.annotate(
                name,
                ((left + right) / 2, 1.0),
                xycoords=("data", "axes fraction"),
                xytext=(0, 4),
                textcoords="offset points",
                ha="center",
                color=GREY,
                fontsize=9.5,
            )


def _disturbed(axes: Axes, hits: Sequence[Disturbance], *, named: bool) -> None:
    """
    Shade the seconds in which something hit the step from outside, and name it at the picture's foot, each at its own
    height.
    """
    until = -math.inf
    for height, each in enumerate(hits):
        if each.end > until:
            axes.axvspan(max(each.start, until), each.end, color=VERMILLION, alpha=0.14, lw=0, zorder=0.5)
            until = each.end
        if named:
            axes.annotate(
                f"{each.kind.value}, {round(each.start)} to {round(each.end)} s",
                (max(each.start, 0.0), 0.0),
                xycoords=("data", "axes fraction"),
                xytext=(4, 4 + 12 * height),
                textcoords="offset points",
                color=VERMILLION,
                fontsize=9.5,
            )
