"""
Which services of a compose file can be scaled, by their rendered configuration.
"""

from __future__ import annotations

from typing import Any

import pytest
import synthetic_steps

from loadtest.errors import InputError
from loadtest.plan import WorkerSetup
from loadtest.target.compose.compose_service import deviations_from_plan, why_unscalable
from loadtest.target.compose.service_container import control_group_use, parse_metrics_port


def _port(published: str) -> dict[str, Any]:
    return {"ports": [{"host_ip": "127.0.0.1", "target": 9000, "published": published, "protocol": "tcp"}]}


@pytest.mark.parametrize(
    ("service", "most", "told"),
    [
        pytest.param({}, 4, None, id="no-ports"),
        pytest.param(_port("0"), 4, None, id="free-port"),
        pytest.param({"ports": [{"target": 9000}]}, 4, None, id="free-port-unsaid"),
        pytest.param(_port("9000"), 1, None, id="one-replica-one-port"),
        pytest.param(_port("9000-9003"), 4, None, id="range-that-suffices"),
        pytest.param(_port("9000"), 2, "write 127.0.0.1::9000, which takes free ones", id="fixed-port"),
        pytest.param(_port("9000-9002"), 4, "4 replicas want 4 ports of the host", id="range-too-small"),
        pytest.param({"container_name": "me"}, 1, "container_name: me: two containers", id="container-name"),
        pytest.param(
            {"hostname": "me"}, 1, "hostname: me: replicas would poll under one name", id="hostname"
        ),
        pytest.param({"network_mode": "host"}, 1, "network_mode: host", id="host-network"),
    ],
)
def test_what_cannot_have_replicas_is_told(service: dict[str, Any], most: int, told: str | None) -> None:
    """Each reason names the key and what to write in its place."""
    problems = why_unscalable("shop/worker", service, most, None)

    assert [told in problem for problem in problems] == ([] if told is None else [True])


def test_a_page_that_is_asked_for_must_be_published() -> None:
    """Into a container nothing leads on every machine but a published port."""
    (problem,) = why_unscalable("shop/worker", _port("0"), 4, 9464)

    assert problem.startswith("--worker-metrics-port 9464: the service shop/worker does not publish it")
    assert problem.endswith("add `ports: [127.0.0.1::9464]`")
    assert why_unscalable("shop/worker", _port("0"), 4, 9000) == ()


def test_labels_and_plan_must_agree() -> None:
    """A plan that says 8 slots of workers with 4 is told both numbers; a service without labels is believed."""
    plan = synthetic_steps.demo_plan(worker=WorkerSetup(activity_slots=8), task_queue="mine")
    labels = {"temporal-kit/activity-slots": "4", "temporal-kit/task-queue": "repair-shop"}

    slots, queue = deviations_from_plan("shop/worker", labels, plan)

    assert slots.startswith("plan: worker.activity_slots = 8: the service shop/worker has 4;")
    assert queue == "plan: task_queue = 'mine': the service shop/worker polls 'repair-shop'; write that"
    assert deviations_from_plan("shop/worker", {}, plan) == ()


@pytest.mark.parametrize(
    ("printed", "use"),
    [
        pytest.param("7024202297\ncache 67997696\nrss 275132416\n", (7.024202297, 275132416), id="version-1"),
        pytest.param("usage_usec 1500000\nuser_usec 9\nanon 1024\nfile 5\n", (1.5, 1024), id="version-2"),
        pytest.param("usage_usec 1500000\n", None, id="no-memory"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_control_groups_of_both_versions_are_read(printed: str, use: tuple[float, int] | None) -> None:
    """CPU in seconds whatever the file's unit; what is not there is not zero."""
    assert control_group_use(printed) == use


@pytest.mark.parametrize("text", ["metrics", "0", "65536", "-1", ""])
def test_a_port_of_a_container_is_a_number(text: str) -> None:
    """Compose has no names of ports."""
    with pytest.raises(InputError, match="--worker-metrics-port .*: ports of a compose service have numbers"):
        parse_metrics_port(text)
