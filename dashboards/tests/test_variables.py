"""
What a reader may choose at the top of a dashboard, worked out by Prometheus over made-up series.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_programs import demand_answers

from dashboards.grafana_json import NAMESPACE_QUERY, TASK_QUEUE_QUERY

pytestmark = pytest.mark.process

SERVER = 'poll_success{temporal_namespace="shop_a1", taskqueue="repair_shop", instance="server:9090"}'
INTERNAL = 'poll_success{temporal_namespace="shop_a1", taskqueue="temporal_sys_tq", instance="server:9090"}'


def worker(queue: str, namespace: str = "shop.a1", instance: str = "a:9000") -> str:
    labels = f'temporal_namespace="{namespace}", task_queue="{queue}", instance="{instance}"'
    return f'temporal_worker_start_total{{service_name="temporal-core-sdk", {labels}}}'


@pytest.mark.parametrize(
    ("query", "series", "shown"),
    [
        pytest.param(
            TASK_QUEUE_QUERY,
            [SERVER, INTERNAL, worker("repair-shop"), worker("repair-shop", instance="b:9000")],
            {'{taskqueue="repair_shop", value="repair.shop"}': 1},
            id="queue-of-both",
        ),
        pytest.param(
            TASK_QUEUE_QUERY,
            [worker("repair-shop"), worker("bills_2"), worker("else", namespace="other")],
            {
                '{taskqueue="repair-shop", value="repair.shop"}': 0,
                '{taskqueue="bills_2", value="bills.2"}': 0,
            },
            id="queue-of-workers-alone",
        ),
        pytest.param(
            TASK_QUEUE_QUERY,
            [worker("orders-eu-west-1-prod-high-priority-v2"), worker("-".join("abcdefghijklmnopq"))],
            {
                '{taskqueue="orders-eu-west-1-prod-high-priority-v2", value="orders.eu.west.1.prod.high.priority.v2"}': 0,
                f'{{taskqueue="{"-".join("abcdefghijklmnopq")}", value="{".".join("abcdefghijklmnopq")}"}}': 0,
            },
            id="queue-of-many-signs",
        ),
        pytest.param(
            NAMESPACE_QUERY,
            [SERVER, worker("repair-shop"), worker("repair-shop", namespace="other")],
            {
                '{temporal_namespace="shop_a1", value="shop.a1"}': 1,
                '{temporal_namespace="other", value="other"}': 0,
            },
            id="namespace",
        ),
    ],
)
def test_the_choices_are_those_of_server_and_workers(
    tmp_path: Path, query: str, series: list[str], shown: dict[str, float]
) -> None:
    """
    Where the server is somebody else's its pages are missing, and without a choice every panel would be empty.
    """
    asked = {
        "expr": query.replace("${namespace:pipe}", "shop.*"),
        "eval_time": "5m",
        "exp_samples": [{"labels": labels, "value": weight} for labels, weight in shown.items()],
    }
    case = {
        "interval": "15s",
        "input_series": [{"series": one, "values": "1x40"} for one in series],
        "promql_expr_test": [asked],
    }

    demand_answers([case], tmp_path)
