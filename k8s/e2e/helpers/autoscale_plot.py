"""
Prints and draws the timeline of an autoscaling: replicas over time against backlog and schedule-to-start.
"""

from __future__ import annotations

from pathlib import Path
from statistics import mean

import matplotlib

matplotlib.use("Agg")

from autoscale_timeline import AutoscaleTimeline  # after the backend was chosen
from matplotlib import pyplot

BIN_SECONDS = 5.0


def binned(waits: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """
    Mean wait of each five seconds.
    """
    bins: dict[int, list[float]] = {}
    for at, wait in waits:
        bins.setdefault(int(at // BIN_SECONDS), []).append(wait)
    return [((number + 0.5) * BIN_SECONDS, mean(found)) for number, found in sorted(bins.items())]


def told(name: str, timeline: AutoscaleTimeline) -> str:
    """
    The timeline as a table.
    """
    waits = dict(binned(timeline.waits))
    lines = [
        f"AUTOSCALE={name}: {timeline.completed} of {timeline.started} orders, highest attempt {timeline.attempts}"
    ]
    lines.append(f"{'second':>8} {'wanted':>8} {'ready':>8} {'backlog':>8} {'wait ms':>8}")
    for look in timeline.looks[:: max(1, len(timeline.looks) // 30)]:
        wait = next((value for at, value in waits.items() if abs(at - look.at) <= BIN_SECONDS / 2), None)
        shown = "-" if wait is None else f"{wait * 1000:.0f}"
        backlog = "-" if look.backlog is None else str(look.backlog)
        lines.append(f"{look.at:8.0f} {look.wanted:8d} {look.ready:8d} {backlog:>8} {shown:>8}")
    return "\n".join(lines)


def draw(name: str, timeline: AutoscaleTimeline, load_seconds: float, folder: Path) -> None:
    """
    Write ``autoscale-<name>.svg``.
    """
    matplotlib.rcParams["svg.hashsalt"] = name
    figure, (top, middle, bottom) = pyplot.subplots(3, 1, sharex=True, figsize=(8, 6), layout="constrained")
    at = [look.at for look in timeline.looks]
    top.step(at, [look.wanted for look in timeline.looks], where="post", label="wanted")
    top.step(at, [look.ready for look in timeline.looks], where="post", label="ready", linestyle="--")
    top.set(ylabel="worker replicas", title=f"AUTOSCALE={name}", ylim=(0, None))
    top.legend(loc="lower right", frameon=False)
    known = [(look.at, look.backlog) for look in timeline.looks if look.backlog is not None]
    middle.plot(*zip(*known, strict=True))
    middle.set(ylabel="backlog, tasks", ylim=(0, None))
    bottom.plot(*zip(*((second, wait * 1000) for second, wait in binned(timeline.waits)), strict=True))
    bottom.set(
        ylabel="schedule-to-start, ms\n(mean of 5 s)", xlabel="seconds since the first order", ylim=(0, None)
    )
    for axes in (top, middle, bottom):
        axes.axvspan(0, load_seconds, alpha=0.08)
        axes.spines[["top", "right"]].set_visible(False)
    folder.mkdir(parents=True, exist_ok=True)
    figure.savefig(folder / f"autoscale-{name}.svg", metadata={"Date": None})
    pyplot.close(figure)
