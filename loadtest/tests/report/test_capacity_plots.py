"""
The picture of what each count carries.
"""

from __future__ import annotations

import pytest
from captured_figures import capture_figures
from matplotlib.figure import Figure

from loadtest.report import capacity_plots as module
from loadtest.report.capacity_plots import capacity_plot
from loadtest.results.capacity_result import CapacityResult, CountCapacity
from loadtest.results.step_result_parts import Limit


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """
    Every figure that is saved.
    """
    return capture_figures(monkeypatch, module)


def search(brackets: dict[int, tuple[float, float] | None]) -> CapacityResult:
    """
    A search that found these brackets.
    """
    counts = tuple(
        CountCapacity(
            replicas=count,
            low=None if bracket is None else bracket[0],
            high=None if bracket is None else bracket[1],
            low_confirmed=True,
            high_confirmed=True,
            saturated_per_second=None if bracket is None else bracket[1] * 1.2,
            saturated_half_width=0.1,
            saturated_limit=Limit.SLOTS,
            proposed=None,
            path=(),
            measured_seconds=60.0,
            headroom=None,
            why="probes contradict each other" if bracket is None else "",
        )
        for count, bracket in brackets.items()
    )
    return CapacityResult(1, "run", "demo", "repair", 0.15, 0.05, 1500.0, counts, 60.0, 120.0, "done")


def texts(figure: Figure) -> list[str]:
    """
    Everything that is written beside a point.
    """
    return [text.get_text() for text in figure.axes[0].texts]


def test_brackets_of_many_counts_are_named_where_there_is_room(drawn: list[Figure]) -> None:
    """
    The table has them all; the first and the last always stand in the picture.
    """
    counts = (1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 48)

    capacity_plot(search({count: (1.8 * count, 2.0 * count) for count in counts}))

    told = [text for text in texts(drawn[0]) if " to " in text]
    assert (told[0], told[-1]) == ("1.8 to 2/s", "86.4 to 96/s")
    assert len(told) <= 7


def test_rates_are_written_as_in_the_table(drawn: list[Figure]) -> None:
    """
    Thousands a second and thousandths are no powers of ten.
    """
    capacity_plot(search({1: (1234.0, 1360.0)}))

    assert texts(drawn[0]) == ["1,234 to 1,360/s", "1,500/s asked"]


def test_a_search_without_a_bracket_says_so(drawn: list[Figure]) -> None:
    """
    No legend explains what is not there.
    """
    capacity_plot(search({1: None, 2: None}))

    assert "no bracket was found" in texts(drawn[0])
    assert drawn[0].axes[0].get_legend() is None
