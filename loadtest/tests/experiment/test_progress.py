"""
Events travel as JSON lines and come back the same.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from loadtest.errors import OtherVersionError
from loadtest.experiment.progress import (
    Event,
    PhaseStarted,
    StepEnded,
    StepStarted,
    SweepEnded,
    SweepStarted,
    Tick,
    from_json_line,
    to_json_line,
)
from loadtest.results.measured_step import Second
from loadtest.results.step_key import StepKey

KEY = StepKey(2, 1, "open", 1)


@pytest.mark.parametrize(
    "event",
    [
        SweepStarted("run", "demo", 6, 180.0, 3, 69.0),
        StepStarted(KEY, 1, 6, 180.0, None),
        StepStarted(replace(KEY, doubled=True), 2, 7, 150.0, None, "85 % of the slots were in use"),
        PhaseStarted("window", 20.0),
        Tick(Second(1.0, "window", offered=3)),
        StepEnded(KEY, "valid", "4.3/s"),
        SweepEnded("pass", "results/latest/report.html", ("a", "b"), 0, "run"),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_survives_its_line(event: Event) -> None:
    """What a Job prints is what the follower draws."""
    assert from_json_line(to_json_line(event)) == event


def test_an_event_of_another_version_is_told_in_one_line() -> None:
    """A Job's image may be older than the program that follows it."""
    with pytest.raises(OtherVersionError, match="the sweep sent a StepEnded .*verdict: field required"):
        from_json_line(
            '{"event": "StepEnded", "key": {"replicas": 1, "load": 0, "kind": "open", "repetition": 1}, "line": ""}'
        )


@pytest.mark.parametrize("line", ["", "a log line", "[1]", '{"event": "Other"}', "3"])
def test_another_line_is_no_event(line: str) -> None:
    """Log lines between events are not mistaken for one."""
    assert from_json_line(line) is None
