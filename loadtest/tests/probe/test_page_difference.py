"""
What counters gained between two looks is exact, or there is an error; never a guess.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.catalogue import MetricKind, Presence, read_by_sweep
from loadtest.errors import CounterResetError, FamilyAbsentError, MeasurementError
from loadtest.probe.page import Page, PageScope, read
from loadtest.probe.page_difference import difference

SCOPE = PageScope("default", "q")
QUEUE = 'namespace="default",service_name="temporal-core-sdk",task_queue="q"'
BOUNDS = (0.001, 0.01, 0.1, 1.0, math.inf)

SLOTS = f'temporal_worker_task_slots_used{{{QUEUE},worker_type="ActivityWorker"}}'


def always_there(role: str = "worker") -> str:
    """
    A line for each series that the catalogue expects on a role's page at any time.
    """
    lines = {}
    for metric in read_by_sweep(role):
        if metric.presence is Presence.ALWAYS:
            where = "".join(f',{label}="{value}"' for label, value in metric.where)
            bucket = ',le="+Inf"' if metric.kind is MetricKind.HISTOGRAM else ""
            for name in metric.series:
                extra = bucket if name.endswith("_bucket") else ""
                lines[name, where] = f"{name}{{{QUEUE}{where}{extra}}} 1"
    lines.pop(("process_start_time_seconds", ""), None)
    lines.pop(("process_cpu_seconds_total", ""), None)
    return "\n".join([*lines.values(), "process_start_time_seconds 1000.5"])


ALWAYS = always_there()


def page(endpoint: str, *lines: str, cpu: float = 1.0) -> Page:
    return read(endpoint, "\n".join([ALWAYS, f"process_cpu_seconds_total {cpu}", *lines]))


def completed(count: float, workflow: str = "Repair") -> str:
    return f'temporal_workflow_completed_total{{{QUEUE},workflow_type="{workflow}"}} {count}'


def failed(count: float, activity: str) -> str:
    return f'temporal_activity_execution_failed_total{{{QUEUE},activity_type="{activity}"}} {count}'


def waits(samples: list[float]) -> list[str]:
    name = "temporal_activity_schedule_to_start_latency_seconds"
    places = [bisect_left(BOUNDS, sample) for sample in samples]
    lines = [
        f'{name}_bucket{{{QUEUE},le="{"+Inf" if math.isinf(bound) else bound}"}} {sum(p <= i for p in places)}'
        for i, bound in enumerate(BOUNDS)
    ]
    return [*lines, f"{name}_sum{{{QUEUE}}} {sum(samples)}", f"{name}_count{{{QUEUE}}} {len(samples)}"]


def counted(before: list[Page], after: list[Page]) -> Mapping[str, float]:
    return difference(1.0, before, after, "worker", SCOPE).counters


def test_growth_is_summed_over_series_and_pages() -> None:
    """
    Workflows of two types on two workers are one count.
    """
    before = [page("a", completed(5)), page("b", completed(1), completed(2, "Noop"))]
    after = [page("a", completed(8)), page("b", completed(1), completed(12, "Noop"))]

    assert counted(before, after)["worker.workflow_completed"] == 13


def test_absent_then_present_counts_from_zero() -> None:
    """
    A counter that appears in the window started at 0, as its process is the same.
    """
    assert counted([page("a")], [page("a", completed(4))])["worker.workflow_completed"] == 4


def test_absent_at_both_ends_is_zero_for_an_event() -> None:
    """
    A failure counter that never appeared is 0, not unknown.
    """
    assert counted([page("a")], [page("a")])["worker.activity_failed"] == 0


def test_failures_are_kept_apart_by_type() -> None:
    """
    A counter that the catalogue splits says which label values grew.
    """
    before, after = [page("a", failed(1, "charge"))], [page("a", failed(4, "charge"), failed(2, "notify"))]

    d = difference(1.0, before, after, "worker", SCOPE)

    assert d.counters["worker.activity_failed"] == 5
    assert d.by_label["worker.activity_failed"] == {"charge": 3, "notify": 2}


def test_refused_database_requests_count_in_whatever_name_they_were_made() -> None:
    """
    The lines are of a server whose limit was planted: history reads its queues in the name of `system`.

    What a limit refuses of requests to the server itself is read of the namespace under test alone.
    """

    def server(refused: int) -> Page:
        limit = 'resource_exhausted_cause="PersistenceLimit",resource_exhausted_scope="System",service_name="history"'
        return read(
            "server",
            always_there("server")
            + f"""
persistence_errors_resource_exhausted{{namespace="system",operation="GetCurrentClusterMetadata",{limit}}} {refused}
persistence_errors_resource_exhausted{{namespace="system",operation="ListNamespaces",{limit}}} {refused // 200}
service_errors_resource_exhausted{{namespace="other",operation="StartWorkflowExecution",{limit}}} {refused}""",
        )

    d = difference(15.0, [server(22)], [server(208)], "server", SCOPE)

    assert d.by_label["server.persistence_exhausted"] == {"PersistenceLimit": 187.0}
    assert d.counters["server.resource_exhausted"] == 0


def test_the_database_answers_every_namespace() -> None:
    """
    The lines are of a real server under 1.5 orders/s: most requests are made in the name of `system`.
    """

    def server(orders: int) -> Page:
        lines = {
            ("default", "UpdateWorkflowExecution"): 26 * orders,
            ("system", "GetTimerTasks"): 48 * orders,
            ("temporal_system", "GetTaskQueue"): 2 * orders,
        }
        return read(
            "server",
            always_there("server")
            + "".join(
                f'\npersistence_requests{{namespace="{namespace}",operation="{name}",service_name="history"}} {count}'
                for (namespace, name), count in lines.items()
            ),
        )

    d = difference(20.0, [server(10)], [server(40)], "server", SCOPE)

    assert d.counters["server.database_requests"] == 30 * (26 + 48 + 2)


def test_a_lower_counter_is_a_reset() -> None:
    """
    A counter that fell ends the comparison and names endpoint and values.
    """
    with pytest.raises(CounterResetError, match="a: temporal_workflow_completed_total fell from 5 to 2"):
        counted([page("a", completed(5))], [page("a", completed(2))])


def test_a_counter_that_is_gone_is_a_reset() -> None:
    """
    A process that started anew shows its old counters no more, though nothing fell.
    """
    with pytest.raises(CounterResetError, match="a: temporal_workflow_completed_total is gone"):
        counted([page("a", completed(5))], [page("a")])


def test_another_start_time_is_a_reset() -> None:
    """
    A process that overtook its predecessor's counters is still another process.
    """
    after = read(
        "a", "\n".join([ALWAYS.replace("1000.5", "1060.5"), "process_cpu_seconds_total 9", completed(9)])
    )

    with pytest.raises(CounterResetError, match="a: its process started anew"):
        counted([page("a", completed(5))], [after])


def test_an_absent_family_is_an_error_at_either_end() -> None:
    """
    A page without a family that is always there cannot be compared.
    """
    bare = read("a", "process_cpu_seconds_total 1")

    for before, after in ((bare, page("a")), (page("a"), bare)):
        with pytest.raises(FamilyAbsentError, match="a: its /metrics page lacks temporal_worker_start_total"):
            counted([before], [after])


def test_an_endpoint_seen_once_is_an_error() -> None:
    """
    What a worker counted is unknown when it was looked at only once.
    """
    with pytest.raises(MeasurementError, match="^b: looked at only once"):
        counted([page("a"), page("b")], [page("a")])


def test_gauges_are_no_counts() -> None:
    """
    A gauge may fall; it is in no difference.
    """
    after = read("a", f"{ALWAYS.replace(f'{SLOTS} 1', f'{SLOTS} 0')}\nprocess_cpu_seconds_total 2")

    d = difference(1.0, [page("a")], [after], "worker", SCOPE)

    assert SLOTS in ALWAYS
    assert "worker.slots_used" not in d.counters
    assert d.counters["worker.cpu"] == 1


@given(
    first=st.lists(st.floats(min_value=0, max_value=5), max_size=40),
    more=st.lists(st.floats(min_value=0, max_value=5), min_size=1, max_size=40),
)
def test_a_histograms_growth_is_that_of_the_samples_in_between(first: list[float], more: list[float]) -> None:
    """
    The window's histogram is the one of the window's samples alone, whatever came before.
    """
    before = page("a", *(waits(first) if first else []))
    after = page("a", *waits([*first, *more]))

    h = difference(1.0, [before], [after], "worker", SCOPE).histograms["worker.activity_schedule_to_start"]

    places = [bisect_left(BOUNDS, sample) for sample in more]
    assert h.bounds == BOUNDS
    assert h.counts == tuple(places.count(i) for i in range(len(BOUNDS)))
    assert h.sum == pytest.approx(sum(more), abs=1e-6)


@given(
    counts=st.lists(
        st.tuples(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**6)),
        min_size=1,
        max_size=8,
    )
)
def test_differences_add_up_over_any_set_of_workers(counts: list[tuple[int, int]]) -> None:
    """
    The difference over all pages is the sum of each page's own.
    """
    before = [page(f"w{i}", completed(start)) for i, (start, _) in enumerate(counts)]
    after = [page(f"w{i}", completed(start + grown)) for i, (start, grown) in enumerate(counts)]

    assert counted(before, after)["worker.workflow_completed"] == sum(grown for _, grown in counts)


def test_a_worker_without_process_metrics_is_measured_without_them() -> None:
    """
    The SDK's page alone is enough; the CPU of its process is then unknown, and no zero.
    """
    bare = "\n".join(line for line in ALWAYS.splitlines() if not line.startswith("process_"))

    d = difference(
        1.0, [read("a", f"{bare}\n{completed(1)}")], [read("a", f"{bare}\n{completed(3)}")], "worker", SCOPE
    )

    assert d.counters["worker.workflow_completed"] == 2
    assert "worker.cpu" not in d.counters


def test_two_windows_are_the_whole() -> None:
    """
    The halves of a window add up to it.
    """
    a, b, c = (page("w", completed(n), *waits([0.05] * n)) for n in (3, 7, 12))

    halves = [difference(1.0, [x], [y], "worker", SCOPE) for x, y in ((a, b), (b, c))]
    whole = difference(2.0, [a], [c], "worker", SCOPE)

    key = "worker.workflow_completed"
    assert sum(half.counters[key] for half in halves) == whole.counters[key]
    wait = "worker.activity_schedule_to_start"
    assert sum(half.histograms[wait].count for half in halves) == whole.histograms[wait].count


@pytest.mark.parametrize("fine_seconds", [0.05, 2.0])
def test_workers_with_other_buckets_cannot_be_added(fine_seconds: float) -> None:
    """
    Histograms of unlike bounds give an error, not a mixture: also where the sums by bound happen to rise.
    """
    fine = waits([fine_seconds] * 3)
    coarse = [
        line.replace('le="0.1"', 'le="0.3"').replace('le="0.01"', 'le="0.03"') for line in waits([0.2] * 3)
    ]

    with pytest.raises(MeasurementError, match="different bounds"):
        difference(1.0, [page("a"), page("b")], [page("a", *fine), page("b", *coarse)], "worker", SCOPE)
