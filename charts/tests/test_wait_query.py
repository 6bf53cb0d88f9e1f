"""
What KEDA is told of the workers' wait, worked out by Prometheus over made-up series.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from promtool import demand_answers
from rendering import Charts, only
from repair_worker import CHART, values

pytestmark = pytest.mark.process

POD = 'task_queue="repair-shop", namespace="default", pod="kit-repair-worker-6c8f9d7b5d-x2x9z"'
SLOTS = {
    "series": f'temporal_worker_task_slots_used{{worker_type="ActivityWorker", {POD}}}',
    "values": "3x40",
}
BUCKET = "temporal_activity_schedule_to_start_latency_seconds_bucket"


def waits(course: str) -> list[dict[str, str]]:
    """
    A histogram of two buckets that takes this course.
    """
    return [{"series": f'{BUCKET}{{le="{bound}", {POD}}}', "values": course} for bound in ("1", "2", "+Inf")]


@pytest.mark.parametrize(
    ("series", "answer"),
    [
        pytest.param([SLOTS, *waits("0+15x40")], [{"labels": "{}", "value": 0.95}], id="busy"),
        pytest.param([SLOTS, *waits("60x40")], [{"labels": "{}", "value": 0}], id="idle"),
        pytest.param([SLOTS], [{"labels": "{}", "value": 0}], id="nothing-ran-yet"),
        pytest.param([], [], id="prometheus-lost-its-targets"),
    ],
)
def test_a_wait_is_zero_only_where_workers_are_seen(
    charts: Charts, tmp_path: Path, series: list[dict[str, str]], answer: list[dict[str, Any]]
) -> None:
    """
    No series is no answer, and what runs is kept: a zero would shrink a busy fleet to its minimum.
    """
    keda = {"enabled": True, "triggers": ["scheduleToStart"]}
    found = only(charts.render(CHART, values(autoscaling={"keda": keda})), "ScaledObject")
    (trigger,) = found["spec"]["triggers"]
    asked = {"expr": trigger["metadata"]["query"], "eval_time": "5m", "exp_samples": answer}
    case = {"interval": "15s", "input_series": series, "promql_expr_test": [asked]}

    demand_answers([case], tmp_path)
