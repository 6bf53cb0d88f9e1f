"""
Draws a dashboard's panels from what a Prometheus answers, as a Grafana would roughly show them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from dashboards.prometheus_api import PrometheusApi
from dashboards.unanswered_panels import as_grafana_asks, panels_of

# Okabe and Ito's palette: told apart by those who see no red and green, too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#777777", "#000000")
ACROSS = 3
LEGEND_LINES = 6


def legend_of(target: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """
    Fill a legend in, as Grafana does.
    """
    return re.sub(r"{{(\w+)}}", lambda found: labels.get(found[1], ""), target["legendFormat"]).strip()


def _scaled(unit: str, highest: float) -> tuple[float, str]:
    if unit == "s":
        return (1000.0, "ms") if highest < 1 else (1.0, "s")
    if unit == "percentunit":
        return 100.0, "%"
    if unit == "bytes":
        return 1 / 2**20, "MiB"
    return 1.0, unit.removeprefix("suffix: ").replace("none", "")


def _bound(panel: Mapping[str, Any]) -> float | None:
    steps = panel["fieldConfig"]["defaults"].get("thresholds", {}).get("steps", [])
    return float(steps[1]["value"]) if len(steps) > 1 else None


def _curves(axes: Axes, panel: Mapping[str, Any], found: list[tuple[str, list[Any]]], start: float) -> None:
    highest = max(
        (float(v) for _, values in found for _, v in values if math.isfinite(float(v))), default=0.0
    )
    bound = _bound(panel)
    factor, unit = _scaled(panel["fieldConfig"]["defaults"]["unit"], max(highest, bound or 0.0))
    for (name, values), colour in zip(found, COLOURS * 20, strict=False):
        points = [(at - start, float(v) * factor) for at, v in values]
        axes.plot([x for x, _ in points], [y for _, y in points], label=name, color=colour, linewidth=1.2)
    if bound is not None and bound * factor <= max(highest * factor * 4, 1e-9):
        axes.axhline(bound * factor, color="#D55E00", linestyle="--", linewidth=0.9)
    axes.set_ylabel(unit)
    axes.set_ylim(bottom=0, top=105 if unit == "%" else None if highest > 0 else 1)
    if found:
        axes.legend(
            *(part[:LEGEND_LINES] for part in axes.get_legend_handles_labels()),
            fontsize=6,
            frameon=False,
            loc="upper center",
            bbox_to_anchor=(0.5, -0.2),
            ncols=2,
        )


def _bars(axes: Axes, panel: Mapping[str, Any], found: list[tuple[str, list[Any]]]) -> None:
    factor, unit = _scaled(panel["fieldConfig"]["defaults"]["unit"], 1.0)
    names = [name for name, _ in found]
    lengths = [float(values[-1][1]) * factor for _, values in found]
    axes.barh(names, lengths, color=COLOURS[0])
    axes.bar_label(axes.containers[0], fmt="%.2f", fontsize=7, padding=2)
    axes.set_xlim(0, max(lengths, default=1.0) * 1.2)
    axes.set_xlabel(unit)
    axes.invert_yaxis()


def _states(axes: Axes, found: list[tuple[str, list[Any]]], start: float) -> None:
    found = sorted(found, key=lambda one: (one[0][0].isalpha(), float(one[1][0][0])))  # steps, then phases
    names = [name for name, _ in found]
    for row, (_, values) in enumerate(found):
        axes.scatter([at - start for at, _ in values], [row] * len(values), marker="s", s=9, color=COLOURS[0])
    axes.set_yticks(range(len(names)), names, fontsize=6)
    axes.invert_yaxis()


def draw(
    document: Mapping[str, Any],
    prometheus: PrometheusApi,
    chosen: Mapping[str, str],
    start: float,
    end: float,
    path: Path,
) -> int:
    """
    Write one picture of a dashboard and return how many of its panels have curves.

    Args:
        document: The dashboard's JSON.
        prometheus: The Prometheus that answers the queries.
        chosen: Values for Grafana's variables.
        start, end: Unix times of the picture's beginning and end.
        path: PNG file to write.
    """
    panels = list(panels_of(document))
    rows = math.ceil(len(panels) / ACROSS)
    figure, grid = plt.subplots(rows, ACROSS, figsize=(15, 3.1 * rows), squeeze=False)
    drawn = 0
    for axes, panel in zip(grid.flat, panels, strict=False):
        found = [
            (legend_of(target, one["metric"]), one["values"])
            for target in panel["targets"]
            for one in prometheus.series(as_grafana_asks(target["expr"], chosen), start, end)
        ]
        drawn += bool(found)
        axes.set_title(panel["title"], fontsize=10, loc="left")
        if not found:
            note = panel["fieldConfig"]["defaults"].get("noValue", "no data")
            axes.text(0.5, 0.5, note, ha="center", va="center", color="#777777", transform=axes.transAxes)
            axes.set_xticks([])
            axes.set_yticks([])
        elif panel["type"] == "bargauge":
            _bars(axes, panel, found)
            continue
        elif panel["type"] == "state-timeline":
            _states(axes, found, start)
        else:
            _curves(axes, panel, found, start)
        axes.set_xlim(0, end - start)
        axes.tick_params(labelsize=7)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, color="#eeeeee", linewidth=0.6)
        axes.set_axisbelow(True)
        if found:
            axes.set_xlabel("seconds", fontsize=7)
    for axes in list(grid.flat)[len(panels) :]:
        axes.set_visible(False)
    figure.suptitle(f"{document['title']}: {document['description']}", fontsize=12, x=0.01, ha="left")
    figure.tight_layout(rect=(0, 0, 1, 0.97), h_pad=1.5)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=80)
    plt.close(figure)
    return drawn
