"""
How numbers read: as many digits as they bear.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.analysis.estimators.number_text import duration_text
from loadtest.report.numbers import (
    DASH,
    actions_text,
    bound_text,
    listed,
    milliseconds,
    money,
    percent,
    rate,
    share,
    wait_milliseconds,
    with_error,
)
from loadtest.results.estimate import Estimate


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.0, "0"),
        (0.004, "0.004"),
        (0.4312, "0.431"),
        (7.3, "7.3"),
        (99.4, "99.4"),
        (99.7, "100"),
        (12345.6, "12,346"),
    ],
)
def test_a_small_price_is_not_none(amount: float, text: str) -> None:
    assert money(amount) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, DASH),
        (0.0, "0"),
        (0.0026, "2.6"),
        (0.00996, "10"),
        (0.0099, "9.9"),
        (0.636, "636"),
        (5.004, "5,004"),
    ],
)
def test_milliseconds(seconds: float | None, text: str) -> None:
    """
    One decimal below ten, none above.
    """
    assert milliseconds(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, DASH), (0.0003, "<1"), (0.00099, "<1"), (0.001, "1.0"), (0.229, "229")]
)
def test_a_wait_below_the_first_bound_is_no_number(seconds: float | None, text: str) -> None:
    """
    Of waits of 0.3 ms a line from 0 to 1 ms makes a p95 of 0.95.
    """
    assert wait_milliseconds(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (None, DASH),
        (0.0, "0"),
        (1.8, "1.8"),
        (1.8275, "1.83"),
        (22.04, "22"),
        (0.123456, "0.123"),
        (2000, "2,000"),
    ],
)
def test_rates(per_second: float | None, text: str) -> None:
    """
    Three digits that count, no trailing zeros.
    """
    assert rate(per_second) == text


@pytest.mark.parametrize(
    ("value", "half_width", "text"),
    [
        (8.62, 0.31, "8.6 ± 0.3"),
        (8.62, 0.14, "8.62 ± 0.14"),
        (0.977, 0.031, "0.98 ± 0.03"),
        (1234.5, 21.0, "1,234 ± 21"),
        (2.2, 0.0, "2.20 ± 0.00"),
        (2.0, 9.6, "2 ± 10"),
        (0.00333, 0.0004, "0.0033 ± 0.0004"),
        (0.00167, 0.00008, "0.00167 ± 0.00008"),
        (0.00333, 0.0, "0.00333 ± 0.00000"),
        (0.0, 0.0, "0.00 ± 0.00"),
        (None, None, DASH),
    ],
)
def test_a_mean_has_the_decimals_of_its_half_width(
    value: float | None, half_width: float | None, text: str
) -> None:
    """
    One digit of the half width, two if it begins with 1.
    """
    assert with_error(Estimate(value, half_width, 5, "batches")) == text


@given(st.floats(1e-3, 1e6), st.floats(1e-4, 1e5))
def test_what_is_written_is_near_the_number(value: float, half_width: float) -> None:
    """
    Rounding never moves a mean by more than half its half width, or half a thousandth.
    """
    shown = float(with_error(Estimate(value, half_width, 5, "batches")).split(" ± ")[0].replace(",", ""))

    assert abs(shown - value) <= max(0.55 * half_width, 0.00051)


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (0.0, "0.0 %"),
        (0.0042, "0.4 %"),
        (0.0002, "0.02 %"),
        (0.104, "10 %"),
        (214 / 215, "99.5 %"),
        (0.9996, "99.96 %"),
        (1.0, "100 %"),
    ],
)
def test_some_never_read_as_none_and_most_never_as_all(ratio: float, text: str) -> None:
    """
    One late task of five thousand is one.
    """
    assert share(ratio) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.15, "150 ms"), (0.0005, "0.5 ms"), (0.0755, "75.5 ms"), (1.25, "1.25 s"), (3.0, "3 s")],
)
def test_a_bound_is_written_as_it_was_given(seconds: float, text: str) -> None:
    """
    "1.2 s" would be another goal than the one that was judged.
    """
    assert bound_text(seconds) == text


def test_small_words() -> None:
    """
    Durations, shares and lists.
    """
    assert [duration_text(s) for s in (0.15, 1.84)] == ["150 ms", "1.8 s"]
    assert [percent(r) for r in (None, 0.5, 1.0)] == [DASH, "50 %", "100 %"]
    assert [listed(["a"]), listed(["a", "b", "c"])] == ["a", "a, b and c"]


# All that server 1.30 counts, as its telemetry interceptor lists them; a page writes a colon as `_`.
REQUESTS = (
    "StartWorkflowExecution", "ExecuteMultiOperation", "QueryWorkflow", "UpdateWorkflowExecutionOptions",
    "RecordActivityTaskHeartbeat", "RecordActivityTaskHeartbeatById", "ResetWorkflowExecution", "SignalWorkflowExecution",
    "SignalWithStartWorkflowExecution", "CreateSchedule", "UpdateSchedule", "DeleteSchedule", "PatchSchedule",
    "PauseWorkflowExecution", "UnpauseWorkflowExecution", "StartWorkflowExecution_UpdateWorkflowExecutionOptions",
    "ExecuteMultiOperation_UpdateWorkflowExecutionOptions",
)  # fmt: skip
COMMANDS = (
    "BatchMarkers", "StartTimer", "ScheduleActivityTask", "StartChildWorkflowExecution", "StartChildWorkflowExecution_Extra",
    "SignalExternalWorkflowExecution", "UpsertWorkflowSearchAttributes", "ModifyWorkflowProperties",
    "ContinueAsNewWorkflowExecution", "ScheduleNexusOperation", "RequestCancelNexusOperation",
)  # fmt: skip
OTHERS = (
    "activity_retry",
    "message_UpdateWorkflowExecution_Acceptance",
    "message_UpdateWorkflowExecution_Rejection",
)
EVERY = (
    *(f"grpc_{name}" for name in REQUESTS),
    *(f"command_{name}" for name in COMMANDS),
    *OTHERS,
)


@pytest.mark.parametrize("kind", EVERY)
def test_every_action_of_a_server_has_words(kind: str) -> None:
    """The server's own name is told of a kind that a newer one counts."""
    assert "_" not in actions_text({kind: 2.0})
    assert "brand_new" in actions_text({"brand_new": 2.0})
