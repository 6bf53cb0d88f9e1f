"""
One report of all injectors of a step.
"""

from __future__ import annotations

import pytest

from loadtest.injector.locust_messages import PartReport
from loadtest.injector.merge import merge
from loadtest.results import hdr
from loadtest.results.injector_report import HISTOGRAMS, START_HISTOGRAMS, InjectorCounts


def _part(core_limit: float | None, throttled_seconds: float | None) -> PartReport:
    counts = InjectorCounts()
    histograms = dict.fromkeys(START_HISTOGRAMS, hdr.encode(hdr.empty()))
    return PartReport(
        counts,
        counts,
        0,
        {},
        histograms,
        0,
        0.0,
        (),
        (),
        0.0,
        0,
        core_limit=core_limit,
        throttled_seconds=throttled_seconds,
    )


@pytest.mark.parametrize(
    ("parts", "limit", "throttled"),
    [
        pytest.param([(0.5, 6.0), (1.0, 0.5)], 0.5, 6.0, id="the-tightest"),
        pytest.param([(None, 0.0), (0.5, 6.0)], 0.5, 6.0, id="one-of-two"),
        pytest.param([(None, None)], None, None, id="none"),
    ],
)
def test_the_injector_that_its_limit_holds_back_most_is_told(
    parts: list[tuple[float | None, float | None]], limit: float | None, throttled: float | None
) -> None:
    """Its starts are the late ones, however well the others keep up."""
    report = merge({str(index): _part(*part) for index, part in enumerate(parts)}, {}, None, 0.0, 0)

    assert (report.core_limit, report.throttled_seconds) == (limit, throttled)


def test_a_step_has_every_histogram_that_its_reading_demands() -> None:
    """A step that lacks one is refused as damaged."""
    report = merge({"a": _part(None, None)}, {}, None, 0.0, 0)

    assert tuple(report.histograms) == HISTOGRAMS
