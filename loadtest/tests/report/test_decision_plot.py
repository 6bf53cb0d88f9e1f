"""
The picture of a decision: what it draws is what was counted.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from captured_figures import capture_figures
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from loadtest.report import decision_plot as module
from loadtest.report.decision_plot import MOST_PANELS, decision_plot
from loadtest.report.report_figures import figures
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import SweepResult
from loadtest.results.window_decision import Block, Decided, Decision

BLOCKS = (Block(0.0, 10.0, 7.0, 3.0, 1.0, 6.0), Block(10.0, 15.0, 2.0, 4.0, 2.0, 9.0))
DECISION = Decision(Decided.MISSED, 15.0, 9.0, 7.0, 2.0, None, BLOCKS)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """
    Every figure that is saved.
    """
    return capture_figures(monkeypatch, module)


def _decided(sweep: SweepResult, **decisions: Decision | None) -> SweepResult:
    """Give the open step of each count, ``of_1`` and so on, a decision."""

    def change(step: StepResult) -> StepResult:
        decision = decisions.get(f"of_{step.replicas}") if step.load.kind == "open" else None
        return replace(step, decision=decision, verdict=StepVerdict.VALID)

    return replace(sweep, steps=tuple(change(step) for step in sweep.steps))


def test_without_twins_there_is_no_picture(sweep: SweepResult, drawn: list[Figure]) -> None:
    """An answer by a fixed share has no blocks to be drawn."""
    assert decision_plot(_decided(sweep, of_1=replace(DECISION, blocks=()))) is None
    assert drawn == []


def test_each_count_has_a_panel_that_says_its_answer(sweep: SweepResult, drawn: list[Figure]) -> None:
    """Counts without a decision have none; an undecided one says how long was looked."""
    undecided = replace(DECISION, answer=Decided.UNDECIDED, seconds=120.0)

    decision_plot(_decided(sweep, of_1=DECISION, of_4=undecided))

    (figure,) = drawn
    assert [axes.get_title(loc="left") for axes in figure.axes] == [
        "1 replica: missed after 15 s",
        "4 replicas: undecided at 120 s",
    ]


def test_late_tasks_stand_beside_the_twins_block_by_block(sweep: SweepResult, drawn: list[Figure]) -> None:
    """The band goes from the 5th to the 95th hundredth of the twins, the lines are their mean and what was measured."""
    decision_plot(_decided(sweep, of_1=DECISION))

    (axes,) = drawn[0].axes
    stairs = {patch.get_label(): patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)}
    band, mean, measured = (
        stairs[label] for label in ("a system just at the limit, 95 %", "its mean", "measured")
    )
    assert list(measured.values) == [7.0, 2.0]
    assert list(measured.edges) == [0.0, 10.0, 15.0]
    assert list(mean.values) == [3.0, 4.0]
    assert list(band.values) == [6.0, 9.0]
    assert list(band.baseline) == [1.0, 2.0]


def test_nothing_is_cut_off(sweep: SweepResult, drawn: list[Figure]) -> None:
    """The axis begins at 0 and ends above the largest of all, be it measured or a twin's."""
    decision_plot(_decided(sweep, of_1=DECISION))

    bottom, top = drawn[0].axes[0].get_ylim()
    assert bottom == 0
    assert top > 9.0


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        pytest.param(1, range(1, 7), id="the first is enough"),
        pytest.param(5, range(2, 8), id="in the middle"),
        pytest.param(9, range(4, 10), id="only the last"),
        pytest.param(None, range(4, 10), id="none is enough"),
    ],
)
def test_many_counts_are_cut_to_those_around_the_answer(
    answer: int | None, counts: range, sweep: SweepResult, drawn: list[Figure]
) -> None:
    """A page of twenty panels shows nothing, nor one that leaves out the answer; the caption says what is left out."""
    base = next(step for step in sweep.steps if step.load.kind == "open")
    many = tuple(
        replace(base, replicas=count, decision=DECISION, verdict=StepVerdict.VALID)
        for count in range(1, MOST_PANELS + 4)
    )

    run = replace(sweep, steps=many, demand=replace(sweep.demand, replicas=answer))
    decision_plot(run)

    told = [axes.get_title(loc="left").split(" replica")[0] for axes in drawn[0].axes]
    assert told == [str(count) for count in counts]
    (figure,) = [each for each in figures(run) if each.id == "decision"]
    which = "of the most replicas" if answer is None else "around the answer"
    assert figure.caption.endswith(f"6 of 9 such windows are drawn, those {which}.")


def test_a_panel_of_one_repetition_says_so(sweep: SweepResult, drawn: list[Figure]) -> None:
    """The count's answer is of all of them together."""
    base = next(step for step in sweep.steps if step.load.kind == "open")
    first = replace(base, decision=DECISION, verdict=StepVerdict.VALID)

    decision_plot(replace(sweep, steps=(first, replace(first, repetition=2))))

    assert drawn[0].axes[0].get_title(loc="left") == "1 replica, repetition 1 alone: missed after 15 s"
