"""
Asks a Prometheus what a Grafana would ask, and says what found no answer.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.catalogue import ALL
from dashboards.files import ROOT
from dashboards.prometheus import Prometheus


@dataclass(frozen=True, slots=True)
class Question:
    """
    One query of a panel or of a rule.
    """

    where: str
    promql: str


def as_grafana_asks(promql: str, choices: Mapping[str, str]) -> str:
    """
    Put choices into a panel's query, as Grafana does.

    Raises:
        ValueError: A variable is left that nobody chose.
    """
    for name, value in choices.items():
        promql = promql.replace(name, value)
    if "$" in promql:
        raise ValueError(f"a variable was left: {promql}")
    return promql


def choices(window: str = "30s", span: str = "1m", queues: str = ".*") -> dict[str, str]:
    """
    What a reader chose.
    """
    return {
        "${namespace:pipe}": "default",
        "${task_queue:pipe}": queues,
        "$__rate_interval": window,
        "$__range": span,
    }


def panels_of(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """
    The panels of a dashboard's JSON, without its rows.
    """
    return (panel for panel in document["panels"] if panel["type"] != "row")


def committed() -> dict[str, dict[str, Any]]:
    """
    The committed dashboards by name.
    """
    return {
        layout.name: json.loads((ROOT / f"dashboards/json/{layout.name}.json").read_text(encoding="utf-8"))
        for layout in ALL
    }


def questions(document: Mapping[str, Any], chosen: Mapping[str, str]) -> list[Question]:
    """
    Every query of a dashboard's JSON.
    """
    return [
        Question(
            f"{document['title']}: {panel['title']}: {target['refId']}",
            as_grafana_asks(target["expr"], chosen),
        )
        for panel in panels_of(document)
        for target in panel["targets"]
    ]


def series(prometheus: Prometheus, promql: str, start: float, end: float) -> list[dict[str, Any]]:
    """
    The series that answer over a time, those with one finite sample at least.
    """
    found = prometheus.ask("query_range", query=promql, start=start, end=end, step=1)["result"]
    return [one for one in found if any(math.isfinite(float(value)) for _, value in one["values"])]


def unanswered(prometheus: Prometheus, asked: Iterable[Question], start: float, end: float) -> list[str]:
    """
    Where a question found no sample.
    """
    return [
        f"{question.where}\n    {question.promql}"
        for question in asked
        if not series(prometheus, question.promql, start, end)
    ]
