"""
The table of error rates is the same whoever made its parts.
"""

from __future__ import annotations

import pytest
from cells import Cell
from decision_trials import Effort, page
from event_system import Traits
from findings import Findings
from known_system import Subject
from parallel_trials import Trials, run_trials

ONE = Subject(Traits(1), "uniform", known=(2.504, 1.1215))
TWO = Subject(Traits(2), "exponential", known=(4.9, 0.6))
TRIALS = Trials(
    systems=[
        [
            Cell("decisions", "one", "0.95", ONE, 0.95, 2),
            Cell("decisions", "one", "1.2", ONE, 1.2, 2),
            Cell("alarm", "one", "+10%", ONE, 0.9, 1, slower_later=0.1),
        ],
        [Cell("unknown draws", "two", "0.95", TWO, 0.95, 1, draws_known=False)],
    ],
    by_model={"one": ONE},
    model_runs=1,
    queues=[(1, 0.3, 60)],
)


def _found(processes: int) -> list[Findings]:
    return [progress.findings for progress in run_trials(TRIALS, processes)]


@pytest.fixture(scope="module")
def shared() -> list[Findings]:
    """
    Found by two processes, for all tests of this file.
    """
    return _found(2)


@pytest.mark.process
def test_one_and_two_processes_find_the_same(shared: list[Findings]) -> None:
    """
    Every outcome and every line of the page, whichever process made it and whichever ended first.
    """
    effort = Effort(2, 1.0, (0.5,))

    alone = _found(1)

    assert shared == alone
    assert page(shared[-1], effort) == page(alone[-1], effort)
    assert [len(found) for _, found in alone[-1].cells] == [2, 2, 1, 1]


@pytest.mark.process
def test_runs_of_a_cell_have_luck_of_their_own(shared: list[Findings]) -> None:
    """
    Two runs saturate, and show a capacity, each for itself.
    """
    (_, (first, second)), *_ = shared[-1].cells

    assert first.saturated[0] != second.saturated[0]
