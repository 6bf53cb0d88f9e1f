"""
The last orders of a window end while the queue empties, as none follows them: what that makes of their times.
"""

from __future__ import annotations

import model_trial
import numpy as np
import pytest
from cells import MIXED
from event_system import EventSystem
from known_system import ACTIVITIES, WARM_UP_SECONDS, WORK, Column, Subject, capacity_of
from model_trial import WINDOW_SECONDS, model_trials

from loadtest.analysis.twin import Measure

SUBJECT = Subject(MIXED, "uniform", 0.84, Measure.END_TO_END)
WHOLE_SECONDS = WARM_UP_SECONDS + WINDOW_SECONDS


def _times(utilization: float, *, goes_on_seconds: float) -> Column:
    """End to end of the window's orders in 40 windows, after each of which arrivals go on for some seconds."""
    found = []
    for seed in range(40):
        gaps = np.random.default_rng(seed).exponential(1 / (utilization * capacity_of(SUBJECT)), 400)
        arrivals = np.cumsum(gaps)
        arrivals = arrivals[arrivals < WHOLE_SECONDS + goes_on_seconds]
        system = EventSystem(SUBJECT.traits, seed)
        system.load(arrivals.tolist(), WORK[SUBJECT.work].draw(seed, len(arrivals), ACTIVITIES))
        system.run(600)
        columns = system.record.arrays()
        arrived = columns["closed"] - columns["end_to_end"]
        found.append(columns["end_to_end"][(arrived >= WARM_UP_SECONDS) & (arrived < WHOLE_SECONDS)])
    return np.concatenate(found)


@pytest.mark.parametrize(
    ("utilization", "least", "most"),
    [pytest.param(0.5, 0.0, 0.01, id="half"), pytest.param(0.95, 0.05, 0.2, id="near capacity")],
)
def test_the_p95_of_end_to_end_is_too_low_near_capacity(
    utilization: float, least: float, most: float
) -> None:
    """As the report page says: by a tenth and more at 95 % of capacity, and by nothing at half of it; the median hardly."""
    emptied = _times(utilization, goes_on_seconds=0.0)
    fed = _times(utilization, goes_on_seconds=60.0)

    lower, middle = (1 - np.quantile(emptied, at) / np.quantile(fed, at) for at in (0.95, 0.5))

    assert least <= lower <= most
    assert abs(middle) <= 0.025


def test_it_makes_no_missed_bound_on_end_to_end_a_kept_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """5 % of the rate above the limit the model, which has no end, stands against every such window."""
    monkeypatch.setattr(model_trial, "UTILIZATIONS", (0.88,))

    (trials,) = model_trials("end to end", SUBJECT, 10)

    assert (trials.runs, trials.wrong) == (10, 0)
