"""
Of a /metrics page only the catalogue's lines are kept, and only those of the queue under test are read.
"""

from __future__ import annotations

import pytest

from loadtest.catalogue import PROCESS_METRICS, Presence, read_by_sweep
from loadtest.errors import FamilyAbsentError
from loadtest.probe.page import PageScope, cut, read, refuse_absent, series

SCOPE = PageScope("default", "repair-shop")

ALWAYS_OF_SDK = [
    metric.series[-1]
    for metric in read_by_sweep("worker")
    if metric.presence is Presence.ALWAYS and metric not in PROCESS_METRICS
]


def test_only_the_catalogues_families_are_kept() -> None:
    """
    Comments, other families and buckets that nobody reads are cut before anything is parsed.
    """
    body = b"\n".join(
        [
            b"# HELP poll_success poll_success counter",
            b'poll_success{namespace="default",taskqueue="repair_shop",task_type="Activity"} 3',
            b'poll_success_sync{namespace="default"} 2',
            b'poll_success_per_tl{namespace="default"} 2',
            b'state_transition_count_bucket{namespace="default",le="1"} 9',
            b'state_transition_count_count{namespace="default"} 9',
            b"go_goroutines 5",
        ]
    )

    lines = cut(body, "server").splitlines()

    assert [line.partition("{")[0] for line in lines] == [
        "poll_success",
        "poll_success_sync",
        "state_transition_count_count",
    ]


@pytest.mark.parametrize(
    ("labels", "ours"),
    [
        pytest.param('namespace="default",taskqueue="repair_shop"', True, id="the server rewrites the dash"),
        pytest.param('namespace="default",taskqueue="repair-shop"', True, id="or leaves it"),
        pytest.param('namespace="default",taskqueue="__omitted__"', True, id="or leaves the queue out"),
        pytest.param('namespace="default"', True, id="no queue label"),
        pytest.param('namespace="default",taskqueue="other"', False, id="another queue"),
        pytest.param('namespace="temporal_system",taskqueue="repair_shop"', False, id="the server's own"),
    ],
)
def test_scope(labels: str, ours: bool) -> None:
    """
    A series of another namespace or task queue means nothing here.
    """
    line = series(f"poll_success{{{labels}}}", "server", SCOPE)

    assert bool(line.metrics) is ours


def test_a_gauge_that_has_gone_has_no_value() -> None:
    """
    Added to the others it would be the sum; a counter of it is gone too.
    """
    page = read("w", 'temporal_num_pollers{poller_type="activity_task"} NaN\ntemporal_request_total 3\n')

    assert page.values == {"temporal_request_total": 3.0}


def test_labels_with_quotes_and_commas() -> None:
    """
    A label's value may hold anything, also what looks like the next label.
    """
    line = series(r'persistence_requests{operation="a\"b,c=\"d",namespace="default"}', "server", SCOPE)

    assert line.labels == {"operation": r"a\"b,c=\"d", "namespace": "default"}


def test_one_line_can_mean_two_things() -> None:
    """
    The number of samples of a workflow's latency is also the count of closed workflows.
    """
    name = "workflow_schedule_to_close_latency_count"

    line = series(f'{name}{{namespace="default",taskqueue="repair_shop"}}', "server", SCOPE)

    assert {metric.key for metric in line.metrics} == {"server.workflow_closed", "server.workflow_endtoend"}


def test_the_core_is_read_alone_where_others_stand_beside_it() -> None:
    """
    Families that stand under two services' names are the core's alone; under one other name they are kept.
    """
    other = 'temporal_request_total{service_name="mine",operation="X"} 5'
    core = 'temporal_request_total{service_name="temporal-core-sdk",operation="X"} 3'

    both, alone = read("w", f"{other}\n{core}"), read("w", other)

    assert list(both.values.values()) == [3.0]
    assert list(alone.values.values()) == [5.0]


def test_an_absent_family_names_endpoint_and_family() -> None:
    """
    A worker's page without a family that is always there is refused, in words that say where and what.
    """
    page = read("worker-1@host", 'temporal_num_pollers{namespace="default"} 5\nprocess_cpu_seconds_total 1')

    with pytest.raises(FamilyAbsentError) as refused:
        refuse_absent(page, "worker")

    assert str(refused.value).startswith("worker-1@host: its /metrics page lacks ")
    assert "temporal_worker_start_total" in str(refused.value)
    assert "process_start_time_seconds" in str(refused.value)
    assert "temporal_num_pollers" not in str(refused.value)
    assert "temporal_workflow_failed_total" not in str(refused.value), "a failure need not have happened"


def test_a_resource_based_worker_has_no_number_of_free_slots() -> None:
    """
    Its page lacks what a worker of a fixed number shows, and is a worker's page all the same.
    """
    page = read(
        "w", "\n".join(f"{name} 1" for name in ALWAYS_OF_SDK if not name.endswith("_slots_available"))
    )

    refuse_absent(page, "worker")


def test_what_a_service_writes_is_asked_of_its_own_page() -> None:
    """
    A cluster's frontend page need not hold the history service's families, but a history page must.
    """
    common = "restarts", "persistence_requests", "persistence_latency_bucket"

    def lines(service: str, *names: str) -> str:
        return "\n".join(f'{name}{{namespace="default",service_name="{service}"}} 1' for name in names)

    refuse_absent(read("frontend", lines("frontend", *common, "service_requests")), "server")
    with pytest.raises(FamilyAbsentError, match="history: .* lacks lock_latency"):
        refuse_absent(read("history", lines("history", *common)), "server")
