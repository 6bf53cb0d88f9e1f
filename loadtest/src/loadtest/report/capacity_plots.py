"""
The pictures of a search for capacities: what each count carries, and how the search found it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from loadtest.plural import counted
from loadtest.report.drawing import BLUE, GREY, ORANGE, VERMILLION, Plot, apart, count_axis, drawing, saved
from loadtest.report.numbers import rate
from loadtest.results.capacity_result import CapacityResult, CountCapacity
from loadtest.results.window_decision import Decided

_SIDE_RATIO = 1.05
# Up to this many brackets have room for their numbers; the table has all of them.
_MOST_BRACKETS = 6


def capacity_plot(result: CapacityResult) -> Plot:
    """
    Draw each count's bracket against the count, with its throughput under a closed load.
    """
    known = [one for one in result.counts if one.low is not None and one.high is not None]
    top = [
        (one.replicas, one.saturated_per_second)
        for one in result.counts
        if one.saturated_per_second is not None
    ]
    with drawing(8.6, 4.4) as figure:
        axes = figure.add_subplot()
        _draw_brackets(axes, known, is_only_count=len(result.counts) == 1)
        if top:
            axes.plot(*zip(*top, strict=True), color=GREY, marker="_", markersize=14, linestyle=":")
        if known:
            _draw_growth(axes, known)
        if result.rate is not None:
            _draw_asked_rate(axes, result.rate)
        count_axis(axes, [one.replicas for one in result.counts])
        axes.set_ylim(0, 1.12 * axes.get_ylim()[1])
        axes.set_ylabel("orders per second")
        axes.set_title("What each count carries at the SLO")
        if handles := _meanings(known, has_closed_load=bool(top)):
            axes.legend(
                handles=handles,
                loc="upper left",
                fontsize=9,
                frameon=True,
                facecolor="white",
                edgecolor="none",
            )
        return saved(figure)


def path_plot(result: CapacityResult) -> Plot | None:
    """
    Draw every probe against its count's throughput under a closed load; ``None`` where there was no probe.
    """
    probes = [
        (one, number, step)
        for one in result.counts
        if one.saturated_per_second
        for number, step in enumerate(one.path, 1)
    ]
    if not probes:
        return None
    with drawing(8.6, 1.7 + 0.42 * len(probes)) as figure:
        axes = figure.add_subplot()
        labels = []
        for row, (one, number, step) in enumerate(probes):
            full = one.saturated_per_second or 1.0
            center = 100 * step.arrival_rate / full
            ends = (center / _SIDE_RATIO, center * _SIDE_RATIO)
            decided = step.against_slower is not None
            axes.plot(ends, (row, row), color=BLUE if decided else GREY, linewidth=3, alpha=0.5)
            axes.plot(center, row, color=BLUE if decided else GREY, marker="|", markersize=13)
            for end, answer in zip(ends, (step.against_slower, step.against_faster), strict=True):
                colour = {Decided.MET: BLUE, Decided.MISSED: ORANGE}.get(answer, GREY) if answer else GREY
                shown = answer in (Decided.MET, Decided.MISSED)
                axes.plot(
                    end,
                    row,
                    color=colour,
                    marker="o",
                    markersize=8,
                    markerfacecolor=colour if shown else "white",
                )
            axes.annotate(
                f"{step.window_seconds:.0f} s",
                (1.0, row),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="center",
                fontsize=9,
            )
            labels.append(f"{counted(one.replicas, 'replica')}, probe {number}")
        axes.set_yticks(range(len(probes)), labels)
        axes.set_ylim(len(probes) - 0.5, -0.5)
        left, right = axes.get_xlim()
        axes.set_xlim(left, right + 0.12 * (right - left))
        axes.set_xlabel("rate, % of what the count completes under a closed load")
        axes.set_title("The path of the search")
        axes.legend(
            handles=[
                Line2D([], [], color=BLUE, marker="o", linestyle="", label="kept"),
                Line2D([], [], color=ORANGE, marker="o", linestyle="", label="missed"),
                Line2D(
                    [], [], color=GREY, marker="o", markerfacecolor="white", linestyle="", label="not decided"
                ),
            ],
            loc="upper center",
            bbox_to_anchor=(0.5, -0.28 if len(probes) < 4 else -0.2),
            ncols=3,
            fontsize=9,
        )
        return saved(figure)


def _draw_brackets(axes: Axes, known: Sequence[CountCapacity], *, is_only_count: bool) -> None:
    named = apart([one.replicas for one in known], _MOST_BRACKETS)
    for one in known:
        _draw_bracket(axes, one)
        if one.replicas in named:
            is_last = one is known[-1] and not is_only_count
            _name_bracket(axes, one, is_last=is_last, top=known[-1].high or 0.0)
    if not known:
        axes.annotate("no bracket was found", (0.5, 0.4), xycoords="axes fraction", ha="center", color=GREY)


def _draw_growth(axes: Axes, known: Sequence[CountCapacity]) -> None:
    """
    Draw a line through the brackets, and the one that they would lie on if each replica were worth as much as the first.
    """
    middles = [(one.replicas, _middle(one)) for one in known]
    axes.plot(*zip(*middles, strict=True), color=BLUE, linewidth=1, alpha=0.5)
    if len(known) > 1:
        each = middles[0][1] / middles[0][0]
        ends = [middles[0][0], middles[-1][0]]
        axes.plot(ends, [each * count for count in ends], color=GREY, linewidth=1, linestyle="--")


def _draw_asked_rate(axes: Axes, asked: float) -> None:
    axes.axhline(asked, color=VERMILLION, linewidth=1.2)
    axes.annotate(
        f"{rate(asked)}/s asked",
        (0.995, asked),
        xycoords=("axes fraction", "data"),
        ha="right",
        va="bottom",
        color=VERMILLION,
        fontsize=9.5,
    )


def _meanings(known: Sequence[CountCapacity], *, has_closed_load: bool) -> list[Line2D]:
    """
    Return the entries of the legend.
    """
    dot = partial(Line2D, [], [], color=BLUE, marker="o", linestyle="")
    found = []
    if known:
        found = [
            Line2D([], [], color=BLUE, linewidth=5, label="bracket: kept below, missed above"),
            dot(label="side confirmed by traffic"),
            dot(markerfacecolor="white", label="side by the model, not contradicted"),
        ]
    if has_closed_load:
        closed = "completed under a closed load"
        found.append(Line2D([], [], color=GREY, marker="_", linestyle=":", label=closed))
    if len(known) > 1:
        first = known[0].replicas
        ideal = "n × one replica" if first == 1 else f"n / {first} × {counted(first, 'replica')}"
        found.append(Line2D([], [], color=GREY, linestyle="--", label=f"ideal: {ideal}"))
    return found


def _draw_bracket(axes: Axes, one: CountCapacity) -> None:
    low, high = one.low or 0.0, one.high or 0.0
    axes.plot((one.replicas, one.replicas), (low, high), color=BLUE, linewidth=5, solid_capstyle="butt")
    for side, confirmed in ((low, one.low_confirmed), (high, one.high_confirmed)):
        axes.plot(
            one.replicas,
            side,
            color=BLUE,
            marker="o",
            markersize=7,
            markerfacecolor=BLUE if confirmed else "white",
        )


def _name_bracket(axes: Axes, one: CountCapacity, *, is_last: bool, top: float) -> None:
    low, high = one.low or 0.0, one.high or 0.0
    # The numbers of a bracket near zero would lie on the axis if they were below it.
    below = high > 0.08 * top
    axes.annotate(
        f"{rate(low)} to {rate(high)}/s",
        (one.replicas, (low + high) / 2),
        textcoords="offset points",
        xytext=(-10 if is_last else 10, -14 if below else 12),
        ha="right" if is_last else "left",
        fontsize=9.5,
    )


def _middle(one: CountCapacity) -> float:
    return ((one.low or 0.0) + (one.high or 0.0)) / 2
