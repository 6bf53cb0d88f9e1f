"""
The catalogue's expressions: which there are, and how they are narrowed.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loadtest.catalogue import ALL as METRICS
from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions import ALL, BY_NAME, for_reading
from loadtest.catalogue.promql import GRAFANA, PLAIN, QueryScope, quantile, rate, ratio, select

GOLDEN = Path(__file__).with_name("expressions.golden")


def golden() -> str:
    return "".join(f"{e.name} [{e.unit}]\n    {e.promql(PLAIN)}\n" for e in ALL)


def test_the_expressions_are_those_of_the_golden_list() -> None:
    """
    No expression changes unseen: ``make dashboards`` writes the list anew, and its diff is read.
    """
    assert golden() == GOLDEN.read_text(encoding="utf-8")


def test_names_are_unique_and_say_their_area() -> None:
    """
    A name is one expression, ``<area>.<what>``.
    """
    assert len(BY_NAME) == len(ALL)
    assert all(re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", name) for name in BY_NAME)


def test_metric_keys_are_unique() -> None:
    """
    A key is one metric, so nothing that is looked up by key is shadowed.
    """
    assert len(BY_KEY) == len(METRICS)


@pytest.mark.parametrize("expression", ALL, ids=lambda e: e.name)
def test_every_expression_says_what_good_looks_like(expression) -> None:
    """
    A panel without a reading aid is a picture: each has one sentence at least.
    """
    assert expression.good.endswith(".")
    assert expression.legend


def test_a_selector_takes_only_labels_that_the_metric_has() -> None:
    """
    Narrowing to a queue never empties a metric that knows no queues.
    """
    scope = QueryScope(namespace="default", task_queue="repair.shop")

    assert select(BY_KEY["worker.rss"], scope) == "process_resident_memory_bytes"
    assert 'task_queue=~"repair.shop"' in select(BY_KEY["worker.workflow_completed"], scope)
    assert 'taskqueue=~"repair.shop"' in select(BY_KEY["server.poll_success"], scope)


def test_the_servers_own_workers_are_left_out() -> None:
    """
    The server's page has temporal_num_pollers too; only the SDK core's series are the workers'.
    """
    assert 'service_name="temporal-core-sdk"' in BY_NAME["workers.pollers"].promql(GRAFANA)


def test_a_share_of_something_never_seen_is_zero() -> None:
    """
    Without one sync match the ratio is 0, not an empty answer that no alert can see.
    """
    query = ratio(rate(BY_KEY["server.poll_success_sync"]), rate(BY_KEY["server.poll_success"]))

    assert query.render(PLAIN).startswith("(sum(rate(poll_success_sync{")
    assert " or 0 * sum(rate(poll_success{" in query.render(PLAIN)


def test_a_quantile_needs_buckets() -> None:
    """
    A histogram that the catalogue reads by its count alone has no quantile.
    """
    with pytest.raises(ValueError, match=r"worker\.activity_finished has no buckets"):
        quantile(0.95, BY_KEY["worker.activity_finished"])


def test_a_reading_of_the_report_leads_to_its_expressions() -> None:
    """
    The report links each figure to the expression behind it.
    """
    names = [e.name for e in for_reading("schedule_to_start_seconds.activity")]

    assert "task_queues.activity_schedule_to_start_p95" in names
    assert "sweep.schedule_to_start_p95" in names
    assert for_reading("no_such_reading") == ()
