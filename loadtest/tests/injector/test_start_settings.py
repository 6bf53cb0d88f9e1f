"""
What people may set of an interactive run, before anything is started by it.
"""

from __future__ import annotations

from argparse import Namespace
from typing import Any

import pytest

from loadtest.errors import InputError
from loadtest.injector.start_settings import start_settings

OPTIONS: dict[str, Any] = {
    "scenario": "noop",
    "task_queue": "repair-shop",
    "arrivals": "poisson",
    "rate_per_user": 1.0,
    "seed": 7,
    "work_seconds": 0.5,
    "max_in_flight": 2000,
    "drain_seconds": 30.0,
    "yes": False,
}
HERE = {"TEMPORAL_ADDRESS": "127.0.0.1:7233"}


def test_what_was_set_is_that_of_every_start() -> None:
    """
    Queue, seed, work and bound as they were given.
    """
    made = start_settings(Namespace(**OPTIONS), "mine", HERE)

    assert (made.id_prefix, made.task_queue, made.seed) == ("mine", "repair-shop", 7)
    assert (made.work.seconds, made.max_in_flight) == (0.5, 2000)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        pytest.param("scenario", "repiar", "--scenario repiar: no such scenario; there are: ", id="scenario"),
        pytest.param("arrivals", "even", "--arrivals even: no such shape; write poisson", id="shape"),
        pytest.param("rate_per_user", 0.0, "--rate-per-user 0: must be above 0", id="rate"),
        pytest.param("rate_per_user", float("nan"), "--rate-per-user nan: must be above 0", id="nan"),
        pytest.param("work_seconds", -1.0, "--work-seconds -1: must be at least 0", id="work"),
        pytest.param("max_in_flight", 0, "--max-in-flight 0: must be at least 1", id="cap"),
        pytest.param("drain_seconds", -1.0, "--drain-seconds -1: must be at least 0", id="drain"),
        pytest.param("task_queue", " ", "--task-queue: is empty", id="queue"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_flag(option: str, value: object, message: str) -> None:
    """
    The flag, the value and what to write.
    """
    with pytest.raises(InputError) as refused:
        start_settings(Namespace(**{**OPTIONS, option: value}), "mine", HERE)

    assert str(refused.value).startswith(message)


def test_a_server_that_others_may_use_wants_a_yes() -> None:
    """
    People's own load has no known end.
    """
    there = {"TEMPORAL_ADDRESS": "temporal.example:7233"}

    with pytest.raises(
        InputError, match=r"^TEMPORAL_ADDRESS=temporal\.example:7233: others may use that server"
    ):
        start_settings(Namespace(**OPTIONS), "mine", there)
    assert start_settings(Namespace(**{**OPTIONS, "yes": True}), "mine", there).task_queue == "repair-shop"
