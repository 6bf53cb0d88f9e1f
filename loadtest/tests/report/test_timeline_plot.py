"""
The picture of a step: what hit it from outside is shaded and named, and a gap is a gap.
"""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import synthetic_steps
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from loadtest.report import timeline_plot as module
from loadtest.report.timeline_plot import timeline_plot
from loadtest.results.disturbance import OutsideLook
from loadtest.results.measured_step import Measured


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """
    Every figure that is written.
    """
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figures.append(figure)
        return b""

    monkeypatch.setattr(module, "vector", keep)
    return figures


def _hit(measured: Measured) -> Measured:
    """A stall from second 5 to 10 and a restart from 8 to 13."""
    looks = (
        OutsideLook(10.0, 5.0, stall_seconds=2.0),
        OutsideLook(13.0, 5.0, restarts=("server: another process",)),
    )
    return replace(measured, outside=looks)


def _shaded(figure: Figure) -> list[tuple[float, float]]:
    spans = [patch for patch in figure.axes[-1].patches if isinstance(patch, Rectangle)]
    return [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in spans if patch.get_alpha()]


def test_what_began_just_before_a_step_began_at_its_second_0(drawn: list[Figure]) -> None:
    """
    Never at "-0".
    """
    early = replace(synthetic_steps.step(1, "open"), outside=(OutsideLook(4.7, 5.0, stall_seconds=2.0),))

    timeline_plot(early, "orders")

    assert "stall, 0 to 5 s" in [text.get_text() for text in drawn[0].axes[-1].texts]


def test_what_hit_a_step_is_shaded_once_and_named_with_its_seconds(drawn: list[Figure]) -> None:
    """
    Where two overlap the shade is not doubled, and their names stand one above the other.
    """
    timeline_plot(_hit(synthetic_steps.step(1, "open")), "orders")

    assert _shaded(drawn[0]) == [(5.0, 10.0), (10.0, 13.0)]
    names = [text for text in drawn[0].axes[-1].texts if " to " in text.get_text()]
    assert [text.get_text() for text in names] == ["stall, 5 to 10 s", "restart, 8 to 13 s"]
    assert len({text.xyann for text in names}) == 2  # type: ignore[attr-defined]


def test_a_step_that_nothing_hit_has_no_shade(drawn: list[Figure]) -> None:
    """
    The window's own colour is none.
    """
    timeline_plot(synthetic_steps.step(1, "open"), "orders")

    assert _shaded(drawn[0]) == []


def test_a_second_that_nobody_counted_is_a_gap(drawn: list[Figure]) -> None:
    """
    Neither the second itself nor the one after it has a rate; all others have one, and none is zero for want of a number.
    """
    measured = synthetic_steps.step(1, "open")
    seconds = list(measured.timeline)
    seconds[5] = replace(seconds[5], sent=None)

    timeline_plot(replace(measured, timeline=tuple(seconds)), "orders")

    (started,) = [line for line in drawn[0].axes[0].lines if line.get_label() == "orders started"]
    rates = [float(rate) for rate in started.get_ydata()]  # type: ignore[union-attr]
    assert [number for number, rate in enumerate(rates) if math.isnan(rate)] == [4, 5]
    assert len(rates) == len(seconds) - 1
