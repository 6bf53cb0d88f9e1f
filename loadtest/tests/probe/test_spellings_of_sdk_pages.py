"""
Pages of the SDK's core as its versions and settings spell them: read where they tell the same, refused where they do not.

The lines were recorded of `temporalio` 1.10, 1.18 and 1.35, each of which was told what the test's id says.
"""

from __future__ import annotations

import re

import pytest

from loadtest.errors import FamilyAbsentError
from loadtest.probe.page import Page, PageScope, cut, read, refuse_absent
from loadtest.probe.page_difference import difference

SCOPE = PageScope("default", "bread")
CORE = 'namespace="default",service_name="temporal-core-sdk"'
QUEUE = f'{CORE},task_queue="bread"'
ACTIVITY = f'activity_type="bake",{QUEUE},workflow_type="BakeWorkflow"'


def page(loaves: int, *, total: str = "_total", unit: str = "_seconds") -> Page:
    """A page after an order of some loaves; counters end as ``total`` says, histograms as ``unit`` does."""
    lines = f"""\
temporal_worker_start{total}{{{QUEUE}}} 1
temporal_num_pollers{{{QUEUE},poller_type="activity_task"}} 4
temporal_num_pollers{{{QUEUE},poller_type="workflow_task"}} 1
temporal_worker_task_slots_used{{{QUEUE},worker_type="ActivityWorker"}} 0
temporal_worker_task_slots_used{{{QUEUE},worker_type="WorkflowWorker"}} 0
temporal_request{total}{{{CORE},operation="DescribeNamespace"}} 1
temporal_request_latency{unit}_count{{{CORE},operation="DescribeNamespace"}} 1
"""
    done = f"""\
temporal_workflow_completed{total}{{{QUEUE},workflow_type="BakeWorkflow"}} 1
temporal_activity_task_received{total}{{eager="false",{ACTIVITY}}} {loaves}
temporal_activity_execution_latency{unit}_count{{{ACTIVITY}}} {loaves}
"""
    return read("worker-1", cut((lines + (done if loaves else "")).encode(), "worker"))


@pytest.mark.parametrize("total", ["_total", ""], ids=["until 1.14 and from 1.33 on", "1.15 to 1.32"])
def test_counters_count_with_and_without_their_suffix(total: str) -> None:
    """Versions between two that keep it leave `counters_total_suffix` unread."""
    before, after = page(0, total=total), page(3, total=total)

    counters = difference(1.0, [before], [after], "worker", SCOPE).counters

    assert counters["worker.workflow_completed"] == 1
    assert counters["worker.activity_received"] == 3
    assert counters["worker.activity_finished"] == 3


@pytest.mark.parametrize(
    ("total", "unit"),
    [
        pytest.param("_total", "", id="counters_total_suffix alone"),
        pytest.param("_total", "_milliseconds", id="without durations_as_seconds"),
        pytest.param("", "_milliseconds", id="1.15 to 1.32 without durations_as_seconds"),
        pytest.param("", "", id="nothing set"),
    ],
)
def test_a_page_that_writes_times_otherwise_is_refused(total: str, unit: str) -> None:
    """Its counters alone would tell of workflows without an activity, so of none of their waits."""
    with pytest.raises(FamilyAbsentError, match="lacks temporal_request_latency_seconds; .*unit_suffix"):
        refuse_absent(page(0, total=total, unit=unit), "worker")


GO_PAGE = """\
temporal_worker_start{client_name="temporal_go",namespace="default",task_queue="bread",worker_type="ActivityWorker"} 1
temporal_request{client_name="temporal_go",namespace="default",operation="DescribeNamespace"} 1
"""


@pytest.mark.parametrize(
    ("text", "told", "untold"),
    [
        pytest.param(GO_PAGE, "in Go `contrib/tally`", "durations_as_seconds", id="Go"),
        pytest.param(
            f"temporal_worker_start{{{QUEUE}}} 1\n", "in Python `PrometheusConfig(", "tally", id="SDK core"
        ),
        pytest.param(
            f"temporal_worker_start{{{QUEUE}}} 1\n",
            "in Rust `use_seconds_for_durations`",
            "tally",
            id="SDK core in Rust",
        ),
        pytest.param(
            'temporal_worker_start_total{namespace="default",task_queue="bread",} 1.0\n',
            "worker/README.md shows what does it in Python, Go, TypeScript and Java",
            "durations_as_seconds",
            id="not told, as by Java's",
        ),
    ],
)
def test_a_refused_page_is_told_the_settings_of_its_own_sdk(text: str, told: str, untold: str) -> None:
    """Options of another language cannot be set."""
    with pytest.raises(FamilyAbsentError, match=re.escape(told)) as refused:
        refuse_absent(read("worker-1", cut(text.encode(), "worker")), "worker")

    assert untold not in str(refused.value)


@pytest.mark.parametrize(
    ("left_out", "is_told"),
    [("temporal_request_latency", False), ("temporal_request", True)],
    ids=["times", "times-and-counts"],
)
def test_a_page_without_its_client_is_told_that(left_out: str, is_told: bool) -> None:
    """A worker in Rust whose page was in seconds and with suffixes was told to write these."""
    whole = page(3)
    part = {series: value for series, value in whole.values.items() if not series.startswith(left_out)}

    with pytest.raises(FamilyAbsentError, match="lacks temporal_request") as refused:
        refuse_absent(Page("worker-1", part), "worker")

    assert ("in Rust `metrics_meter` of its `ConnectionOptions`" in str(refused.value)) is is_told


@pytest.mark.parametrize(("prefix", "is_told"), [("bakery_", True), ("temporal_", False)])
def test_a_page_of_another_prefix_is_told_what_to_leave_out(prefix: str, is_told: bool) -> None:
    """It has all the families, in seconds and with their suffixes, which it was told to write."""
    text = f"{prefix}worker_start_total{{{QUEUE}}} 1\n"

    with pytest.raises(FamilyAbsentError) as refused:
        refuse_absent(read("worker-1", cut(text.encode(), "worker")), "worker")

    assert ("`metric_prefix`" in str(refused.value)) is is_told
