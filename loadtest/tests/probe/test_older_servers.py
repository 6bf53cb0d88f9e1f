"""
What a server is too old to count is not known: it is no count of zero, and no count of a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest.catalogue import BY_KEY, read_by_sweep
from loadtest.catalogue.metric import server_version
from loadtest.probe.page import Page, PageScope, cut, read, versions_of, younger_than
from loadtest.probe.page_difference import difference

DATA = Path(__file__).parent / "data"
# After 76 repair orders, of 1.29.1, and after 163, of 1.25.1: the lines of the catalogue that are of the task queue.
PAGES = {"1.29": DATA / "server-1.29.1.txt", "1.25": DATA / "server-1.25.1.txt"}
SCOPE = PageScope("default", "repair_shop")


@pytest.fixture(params=PAGES)
def version(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def page(version: str, endpoint: str = "server") -> Page:
    return read(endpoint, cut(PAGES[version].read_bytes(), "server"))


def empty(of: Page) -> Page:
    """
    The page as its server had it before the first order.
    """
    return replace(of, values={line: 1.0 if line.startswith("build_") else 0.0 for line in of.values})


def test_workflows_that_a_server_does_not_count_are_no_zero(version: str) -> None:
    """
    Servers before 1.30 do not count the workflows that close, and what they do count is read.
    """
    found = difference(30.0, [empty(page(version))], [page(version)], "server", SCOPE)

    orders = {"1.29": 76, "1.25": 163}[version]
    assert "server.workflow_closed" not in found.counters
    assert found.counters["server.workflow_success"] == orders
    assert found.counters["server.activity_completed"] == 6 * orders
    assert found.by_label["server.actions"] == {
        "grpc_StartWorkflowExecution": orders,
        "command_ScheduleActivityTask": 6 * orders,
    }
    assert found.counters["server.state_transitions"] == 27 * orders


def test_what_a_page_lacks_is_what_its_server_is_too_young_for(version: str) -> None:
    """
    Of all that the catalogue reads a page of that version has each metric whose event came, and none that is younger.
    """
    told = page(version)
    lacks = {
        metric.key
        for metric in read_by_sweep("server")
        if not any(
            line.startswith(f"{metric.series[-1]}{{") and _is_of(line, metric.where) for line in told.values
        )
    }
    young = {metric.key for metric in read_by_sweep("server") if younger_than(metric, versions_of([told]))}

    # Nothing failed, timed out, continued as new or was refused.
    never = re.compile(
        r"workflow_(continued|failed|cancelled|terminated|timed_out)|activity_(failed|timed_out|timeouts)|exhausted|errors"
    )
    attempts = {"server.activity_failed", "server.activity_timed_out", "server.activity_timeouts"}
    later = {"server.activity_schedule_to_start", *attempts} if version == "1.25" else set()
    assert young == {"server.workflow_closed", "server.workflow_endtoend", "server.tasks_added"} | later
    assert {key for key in lacks if not never.search(key)} == {key for key in young if not never.search(key)}


def _is_of(line: str, where: tuple[tuple[str, str], ...]) -> bool:
    return all(f'{label}="{value}"' in line for label, value in where)


def test_a_part_of_the_servers_is_no_whole() -> None:
    """
    Where one of two history services is too old for a count, the other's count is only a part of it.
    """

    def history(name: str, version: str, closed: int) -> Page:
        of = 'service_name="history"'
        return read(
            name,
            f'build_information{{build_version="{version}",{of}}} 1\nrestarts{{{of}}} 1\n'
            f'lock_latency_bucket{{operation="ShardInfo",{of},le="+Inf"}} 1\n'
            f'lock_latency_sum{{operation="ShardInfo",{of}}} 1\nlock_latency_count{{operation="ShardInfo",{of}}} 1\n'
            f'persistence_latency_bucket{{{of},le="+Inf"}} 1\npersistence_latency_sum{{{of}}} 1\n'
            f"persistence_latency_count{{{of}}} 1\npersistence_requests{{{of}}} 1\nmemory_heap{{{of}}} 1\n"
            + f'workflow_schedule_to_close_latency_count{{{of},namespace="default",workflowType="A"}} {closed}\n'
            * bool(closed),
        )

    old, new = history("a", "1_29_1", 0), history("b", "1_30_1", 5)

    both = difference(1.0, [old, empty(new)], [old, new], "server", SCOPE)
    alone = difference(1.0, [empty(new)], [new], "server", SCOPE)

    assert ("server.workflow_closed" in both.counters, "server.workflow_closed" in both.by_label) == (
        False,
        False,
    )
    assert (alone.counters["server.workflow_closed"], alone.by_label["server.workflow_closed"]) == (
        5,
        {"A": 5},
    )


@pytest.mark.parametrize("build", ["", 'build_information{build_version="mine",service_name="history"} 1'])
def test_a_server_that_tells_no_version_is_taken_to_be_new(build: str) -> None:
    """
    A build of one's own whose version cannot be read counts as one that has everything.
    """
    assert not younger_than(BY_KEY["server.workflow_closed"], versions_of([read("server", build)]))


@pytest.mark.parametrize(
    ("text", "version"),
    [("1_31_2", (1, 31)), ("1.29.0-142.3", (1, 29)), ("Temporal server 1.25", (1, 25)), ("mine", None)],
)
def test_versions_are_read_as_they_are_written(text: str, version: tuple[int, int] | None) -> None:
    """
    As a page writes them, as a server answers, and as the catalogue has them.
    """
    assert server_version(text) == version
