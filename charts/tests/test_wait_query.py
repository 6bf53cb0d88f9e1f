"""
What KEDA is told of the workers' wait, worked out by Prometheus over made-up series.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from prometheus_programs import demand_answers
from rendering import Charts, only
from worker_chart_values import CHART, values

pytestmark = pytest.mark.process

POD = 'task_queue="repair-shop", namespace="default", pod="kit-repair-worker-6c8f9d7b5d-x2x9z"'
STARTED = {"series": f"temporal_worker_start_total{{{POD}}}", "values": "1x40"}
BUCKET = "temporal_activity_schedule_to_start_latency_seconds_bucket"


def waits(course: str) -> list[dict[str, str]]:
    """
    A histogram of two buckets that takes this course.
    """
    return [{"series": f'{BUCKET}{{le="{bound}", {POD}}}', "values": course} for bound in ("1", "2", "+Inf")]


@pytest.mark.parametrize(
    ("series", "answer"),
    [
        pytest.param([STARTED, *waits("0+15x40")], [{"labels": "{}", "value": 0.95}], id="busy"),
        pytest.param([STARTED, *waits("60x40")], [{"labels": "{}", "value": 0}], id="idle"),
        pytest.param([STARTED], [{"labels": "{}", "value": 0}], id="nothing-ran-yet"),
        pytest.param([], [], id="prometheus-lost-its-targets"),
    ],
)
def test_a_wait_is_zero_only_where_workers_are_seen(
    charts: Charts, tmp_path: Path, series: list[dict[str, str]], answer: list[dict[str, Any]]
) -> None:
    """
    No series is no answer, and what runs is kept: a zero would shrink a busy fleet to its minimum.
    """
    demand_answers([case(charts, {}, "15s", series, answer)], tmp_path)


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        pytest.param({}, [], id="too-seldom"),
        pytest.param({"window": "3m"}, [{"labels": "{}", "value": 0.95}], id="window-of-three-scrapes"),
    ],
)
def test_a_page_that_is_scraped_once_a_minute_is_not_idle(
    charts: Charts, tmp_path: Path, given: dict[str, Any], answer: list[dict[str, Any]]
) -> None:
    """
    As Prometheus scrapes by itself: a minute holds one sample and no rate, and a zero would never let the fleet grow.
    """
    demand_answers([case(charts, given, "1m", [STARTED, *waits("0+60x40")], answer)], tmp_path)


def case(
    charts: Charts,
    given: dict[str, Any],
    interval: str,
    series: list[dict[str, str]],
    answer: list[dict[str, Any]],
) -> dict[str, Any]:
    """
    The chart's query over series, each with a sample per interval.
    """
    keda = {"enabled": True, "triggers": ["scheduleToStart"], "scheduleToStart": given}
    found = only(charts.render(CHART, values(autoscaling={"keda": keda})), "ScaledObject")
    (trigger,) = found["spec"]["triggers"]
    # Between two scrapes, as most looks are.
    asked = {"expr": trigger["metadata"]["query"], "eval_time": "305s", "exp_samples": answer}
    return {"interval": interval, "input_series": series, "promql_expr_test": [asked]}
