"""
What the report's queries of a window say on a real Prometheus, against counters whose every value is known.
"""

from __future__ import annotations

import bisect
import http.server
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_programs import needs

from dashboards.local_prometheus import LocalPrometheus, write_targets
from loadtest.catalogue import BY_KEY
from loadtest.catalogue.loadtest_metrics import LATENCY_BOUNDS_SECONDS
from loadtest.catalogue.window_queries import MeasuredWindow, quantile_query, throughput_query, wait_query

pytestmark = pytest.mark.process

ACTIVITIES_PER_SECOND = 24.0
ACTIVITIES_PER_ORDER = 6.0
QUEUE = 'namespace="default",service_name="temporal-core-sdk",task_queue="repair-shop"'
# As workers in Go may write it.
QUEUE_IN_GO = QUEUE.replace("repair-shop", "repair_shop")
# Before the window every task waits a second, in it they wait evenly from 0 to 0.4 s: p95 is 0.38 s.
WARM_UP_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 1.0, 0.4


class KnownWorker(http.server.BaseHTTPRequestHandler):
    """
    A worker's page whose counters are functions of the clock; a second kind of activity begins in mid-window.
    """

    began = 0.0
    window_began = 0.0

    def do_GET(self) -> None:
        now = time.time()
        total = ACTIVITIES_PER_SECOND * (now - self.began)
        late = ACTIVITIES_PER_SECOND * max(0.0, now - self.window_began - 5.0)
        before = ACTIVITIES_PER_SECOND * min(now - self.began, self.window_began - self.began)
        within = total - before
        counts = [f'activity_type="inspect",workflow_type="Repair"}} {total}']
        if late:
            counts.append(f'activity_type="settle",workflow_type="Repair"}} {late}')
        families = zip((QUEUE, QUEUE_IN_GO), counts, strict=False)
        lines = [
            f"temporal_activity_execution_latency_seconds_count{{{queue},{count}" for queue, count in families
        ]
        for bound in (*LATENCY_BOUNDS_SECONDS, float("inf")):
            waited = before * (bound >= WARM_UP_WAIT_SECONDS) + within * min(
                1.0, bound / LONGEST_WAIT_SECONDS
            )
            le = "+Inf" if bound == float("inf") else f"{bound:g}"
            lines.append(
                f'temporal_activity_schedule_to_start_latency_seconds_bucket{{{QUEUE},le="{le}"}} {waited}'
            )
        body = ("\n".join(lines) + "\n").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalPrometheus, MeasuredWindow]]:
    """
    A Prometheus that scrapes every 2 s, and a window of 15 s that begins 4 s later, between two scrapes.
    """
    needs("prometheus")
    folder: Path = tmp_path_factory.mktemp("window")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), KnownWorker)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        with LocalPrometheus(folder, scrape_seconds=2) as prometheus:
            KnownWorker.began = time.time()
            start = KnownWorker.window_began = KnownWorker.began + 8.3
            write_targets(prometheus.targets, {"worker": [f"127.0.0.1:{server.server_port}"]})
            window = MeasuredWindow(start, start + 15.0, "default", "repair-shop", scrape_seconds=2.0)
            while time.time() < window.end_seconds + 1.0:
                time.sleep(0.2)
            yield prometheus, window
    finally:
        server.shutdown()
        server.server_close()


def answer(prometheus: LocalPrometheus, promql: str) -> float:
    (one,) = prometheus.ask("query", query=promql)["result"]
    return float(one["value"][1])


def test_the_throughput_is_that_of_the_window(watched: tuple[LocalPrometheus, MeasuredWindow]) -> None:
    """
    Activities over an order's activities and the seconds, in the report's unit, and nothing of another kind of task.
    """
    prometheus, window = watched

    one_kind = throughput_query(window, ACTIVITIES_PER_ORDER).replace(
        'service_name="temporal-core-sdk"', 'service_name="temporal-core-sdk", activity_type="inspect"'
    )

    assert answer(prometheus, one_kind) == pytest.approx(
        ACTIVITIES_PER_SECOND / ACTIVITIES_PER_ORDER, rel=0.02
    )


def test_a_counter_that_begins_in_the_window_counts_from_nothing(
    watched: tuple[LocalPrometheus, MeasuredWindow],
) -> None:
    """
    The kind that begins after 5 of 15 s adds two thirds of its rate, to within the scrape at the window's end.
    """
    prometheus, window = watched

    told = answer(prometheus, throughput_query(window, ACTIVITIES_PER_ORDER))

    both = ACTIVITIES_PER_SECOND / ACTIVITIES_PER_ORDER * (1 + 10 / 15)
    a_scrape = ACTIVITIES_PER_SECOND / ACTIVITIES_PER_ORDER * 2 / 15
    assert told == pytest.approx(both, abs=a_scrape)


def test_the_p95_is_that_of_the_window_alone(watched: tuple[LocalPrometheus, MeasuredWindow]) -> None:
    """
    The long waits of the warm-up are not in it, though the buckets hold them; it is right to within its bucket.
    """
    prometheus, window = watched

    told = answer(prometheus, wait_query(window, "activity", 0.95))

    true = 0.95 * LONGEST_WAIT_SECONDS
    above = bisect.bisect_left(LATENCY_BOUNDS_SECONDS, true)
    assert told == pytest.approx(true, rel=0.02)
    assert LATENCY_BOUNDS_SECONDS[above - 1] < told <= LATENCY_BOUNDS_SECONDS[above]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        pytest.param(5.0, 5.0, id="no length"),
        pytest.param(5.0, 4.0, id="backwards"),
        pytest.param(5.0, 15.0, id="two scrapes long"),
    ],
)
def test_a_window_that_no_two_scrapes_fall_into_is_refused(start: float, end: float) -> None:
    """
    It has no rate.
    """
    with pytest.raises(ValueError, match="must be longer than twice the 5 s between scrapes"):
        MeasuredWindow(start, end, "default", "repair-shop")


def test_an_order_without_activities_is_refused() -> None:
    """
    Its throughput cannot be told in activities.
    """
    with pytest.raises(ValueError, match="activities_per_order = 0"):
        throughput_query(MeasuredWindow(1.0, 20.0, "default", "repair-shop"), 0.0)


def test_a_queues_name_is_taken_as_it_is() -> None:
    """
    A dot in a name is a dot, and no other queue's sign.
    """
    query = throughput_query(MeasuredWindow(1.0, 20.0, "default", "eu.orders"), 6.0)

    assert r'task_queue=~"eu\\.orders|eu_orders"' in query


def test_a_quantile_needs_buckets() -> None:
    """
    A histogram of which only the count is kept has none.
    """
    with pytest.raises(ValueError, match="has no buckets"):
        quantile_query(MeasuredWindow(1.0, 20.0, "default", "q"), BY_KEY["worker.activity_finished"], 0.95)
