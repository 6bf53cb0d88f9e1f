"""
The report's queries of its own windows: from which moment to which, and by what they divide.
"""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.report.reading_definitions import NO_PAGES, WindowQueries, window_queries
from loadtest.results.measured_step import Measured

SCRAPE_SECONDS = 5.0


def _asked(step: Measured) -> WindowQueries:
    (found,) = window_queries([step], synthetic_steps.manifest(), SCRAPE_SECONDS)
    return found


def _moments(query: str | None) -> set[float]:
    return {float(moment) for moment in re.findall(r"@ ([0-9.]+)", str(query))}


def _looked(kind: str, seconds: float) -> Measured:
    """
    Return a step whose second look came so many seconds after the first, which is not the plan's window.
    """
    step = synthetic_steps.step(kind=kind)
    assert step.worker_window is not None and step.server_window is not None
    return replace(
        step,
        started_at=1_700_000_000.0,
        worker_window=replace(step.worker_window, seconds=seconds),
        server_window=replace(step.server_window, seconds=seconds),
    )


def test_a_window_is_from_the_end_of_the_warm_up_to_the_second_look() -> None:
    """
    The first sample in it is at most one scrape later than its beginning, the last at its end.
    """
    step = _looked("open", 20.6)
    began = 1_700_000_000.0 + step.warm_up_seconds

    found = _asked(step)

    assert step.warm_up_seconds == 5
    assert sorted(_moments(found.throughput)) == pytest.approx(
        [began + SCRAPE_SECONDS, began + 20.6], abs=0.01
    )
    assert _moments(found.wait_p95) == _moments(found.throughput)
    assert str(found.wait_p95).startswith("histogram_quantile(0.95,")


def test_throughput_is_over_the_activities_that_an_order_had() -> None:
    """
    Six of the demo's order, and a quarter more where rework made so many.
    """
    step = _looked("saturate", 15.0)
    whole = step.worker_whole
    assert whole is not None
    more = 1.25 * whole.counters["worker.activity_finished"]
    counters = {**whole.counters, "worker.activity_finished": more}
    reworked = replace(step, worker_whole=replace(whole, counters=counters))

    for one, activities in ((step, "6"), (reworked, "7.5")):
        assert str(_asked(one).throughput).endswith(f" / {activities}")


def test_waits_that_a_closed_load_makes_are_not_asked_for() -> None:
    """
    The report does not show them either.
    """
    found = _asked(_looked("saturate", 15.0))

    assert (found.throughput is not None, found.wait_p95) == (True, None)


def test_a_window_that_two_scrapes_may_miss_has_no_query() -> None:
    """
    And the reason in its place.
    """
    found = _asked(_looked("open", 9.9))

    assert (found.throughput, found.wait_p95) == (None, None)
    assert "must be longer than twice the 5 s between scrapes" in str(found.why)


def test_workers_without_a_page_have_no_query() -> None:
    """
    Their throughput is known by the server's count, and no query of the workers' pages would answer.
    """
    found = _asked(replace(_looked("open", 20.0), worker_window=None, worker_whole=None))

    assert found == WindowQueries("1-open1-1", None, None, NO_PAGES)


def test_orders_without_activities_have_no_query_of_their_throughput() -> None:
    """
    It counts activities.
    """
    step = replace(_looked("open", 20.0), activities_per_workflow=0)

    assert _asked(step).throughput is None
