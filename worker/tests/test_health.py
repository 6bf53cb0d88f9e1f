"""
What the pages say of a process, and the resolution of what it measures.
"""

from __future__ import annotations

import itertools
import json
import logging
import urllib.error
import urllib.request

from repairshop import health, logs, telemetry
from repairshop.health import STUCK_AFTER_SECONDS, ProcessHealth


class Clock:
    """
    A clock that is set by hand.
    """

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """
        Return the time.
        """
        return self.now


def get(address: str) -> tuple[int, str]:
    """
    Return status and text of a page.
    """
    try:
        with urllib.request.urlopen(address, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_process_whose_event_loop_is_stuck_is_not_alive() -> None:
    """
    The page answers from a thread of its own, and so can tell.
    """
    clock = Clock()
    state = ProcessHealth(clock)

    clock.now = STUCK_AFTER_SECONDS
    alive = state.livez()
    clock.now = STUCK_AFTER_SECONDS + 1
    stuck = state.livez()
    state.beat()

    assert alive == (True, "ok")
    assert stuck == (False, "event loop stuck for 11 s")
    assert state.livez() == (True, "ok")


def test_readiness_tells_every_reason_and_notes_do_not_take_it() -> None:
    """
    A version that waits for its promotion stays ready, lest its own rollout stop.
    """
    state = ProcessHealth()

    at_start = state.readyz()
    state.ready("start")
    state.note("version", "version 2 receives no tasks")
    waiting = state.readyz()
    state.unready("server", "server does not answer")
    state.unready("drain", "draining")
    both_reasons = state.readyz()
    state.note("version", None)

    assert at_start == (False, "starting: not connected yet")
    assert waiting == (True, "ok\nversion 2 receives no tasks")
    assert both_reasons == (False, "server does not answer\ndraining\nversion 2 receives no tasks")
    assert state.readyz() == (False, "server does not answer\ndraining")


def test_half_a_metrics_page_is_never_served() -> None:
    """
    A page without the SDK's part would read as no work done.
    """

    def page() -> bytes:
        raise OSError("the SDK's metrics at 127.0.0.1:1: refused")

    with health.serve(ProcessHealth(), page, "127.0.0.1", 0) as base:
        answers = {path: get(base + path) for path in ("/metrics", "/readyz", "/livez", "/other")}

    assert answers["/metrics"] == (503, "no metrics: the SDK's metrics at 127.0.0.1:1: refused\n")
    assert answers["/readyz"] == (503, "starting: not connected yet\n")
    assert answers["/livez"] == (200, "ok\n")
    assert answers["/other"] == (404, "there are /livez, /readyz and /metrics\n")


def test_buckets_resolve_every_latency_from_1_ms_to_60_s() -> None:
    """
    Neighbours are at most 1.2 apart, so a percentile is off by at most that.
    """
    bounds = telemetry.buckets()

    ratios = [high / low for low, high in itertools.pairwise(bounds)]
    assert (bounds[0], bounds[-1]) == (0.001, 60.0)
    assert 55 <= len(bounds) <= 65
    assert min(ratios) > 1.0
    assert max(ratios) < 1.201
    assert any(0.14 < bound < 0.17 for bound in bounds)


def test_a_log_line_for_machines_is_one_json_object() -> None:
    """
    Also with a traceback and with a line break in the message.
    """
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        record = logging.LogRecord("shop", logging.ERROR, "f", 1, "it %s", ("broke\nhere",), None)
        record.exc_info = (type(error), error, error.__traceback__)

    line = logs.JsonFormatter().format(record)

    assert "\n" not in line
    entry = json.loads(line)
    assert (entry["level"], entry["logger"], entry["message"]) == ("error", "shop", "it broke\nhere")
    assert "ValueError: two" in entry["exception"]
