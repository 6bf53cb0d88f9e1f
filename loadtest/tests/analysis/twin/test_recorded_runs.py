"""
The twin follows four real servers: 1 and 4 replicas, uniform and exponential work, one on PostgreSQL in a cluster.

``recorded_runs.npz`` has of each run the saturate step's readings and draws, and of an open step at 0.84 of capacity
the arrivals, the draws, and when each activity started after which wait, read from the workflows' histories.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from loadtest.analysis.twin.decision import MISFIT_RATIO, deviation_of
from loadtest.analysis.twin.misfit_alarm import misfit
from loadtest.analysis.twin.queue_model import QueueModel
from loadtest.analysis.twin.queue_model_calibration import Past, SaturateReading, calibrate
from loadtest.analysis.twin.slo_bound import SloBound
from loadtest.analysis.twin.twin_late_tasks import OpenStep, TwinLateTasks, simulate_twins

WARM_UP = 5
# Run and bound in seconds, at which about 5 % were late.
RUNS = [("n1uni", 1.0), ("n1exp", 0.7), ("n4uni", 0.15), ("n1uni_postgres", 0.5)]


@dataclass(frozen=True)
class Recorded:
    """
    A run, with the model that its saturate step teaches and what its open step showed.
    """

    model: QueueModel
    step: OpenStep
    late: np.ndarray[tuple[int], np.dtype[np.int64]]

    def twins(self, model: QueueModel | None = None) -> TwinLateTasks:
        """
        Twins of the step; it began on an empty queue.
        """
        return simulate_twins(model or self.model, self.step, BOUNDS[id(self)])


BOUNDS: dict[int, SloBound] = {}


@cache
def _recorded(name: str, bound: float) -> Recorded:
    with np.load(Path(__file__).with_name("recorded_runs.npz")) as data:
        run = {key.removeprefix(f"{name}_"): data[key] for key in data if key.startswith(f"{name}_")}
    in_flight, seconds, warm_up = run["saturate_step"]
    past = Past(int(in_flight), float(seconds), float(warm_up), run["saturate_draws"] / 1e4)
    plan = QueueModel(4 * int(run["replicas"]))
    model = calibrate(plan, SaturateReading(*run["saturate_reading"].tolist()), past)
    arrivals = run["arrivals"] / 1e3
    window = int(arrivals[-1]) // 10 * 10 - WARM_UP - 5
    started, waits = np.cumsum(run["started_steps"], dtype=float) / 1e3 - WARM_UP, run["waits"] / 1e3
    inside = (started >= 0) & (started < window) & (waits > bound)
    late = np.bincount(started[inside].astype(int), minlength=window)
    recorded = Recorded(model, OpenStep(arrivals.tolist(), run["draws"] / 1e4, WARM_UP, window), late)
    BOUNDS[id(recorded)] = SloBound(bound)
    return recorded


def _blocks(late: np.ndarray[tuple[int], np.dtype[np.int64]], seconds: int) -> list[float]:
    whole = len(late) // seconds * seconds
    return [float(block.sum()) for block in late[:whole].reshape(-1, seconds)]


@pytest.mark.parametrize(("name", "bound"), RUNS)
def test_late_tasks_follow_the_twin(name: str, bound: float) -> None:
    """
    Block by block of 10 s with a correlation above 0.93, calibrated by the saturate step alone.
    """
    run = _recorded(name, bound)
    expected = np.mean(run.twins().late_by_second, axis=0)

    found = np.corrcoef(_blocks(run.late, 10), _blocks(expected, 10))[0, 1]

    assert found > 0.93


@pytest.mark.parametrize(("name", "bound"), RUNS)
def test_matching_takes_the_newest_in_a_third_to_half_of_the_choices(name: str, bound: float) -> None:
    """
    As the waits of the saturate step say; nobody's first come, first served.
    """
    assert 0.3 < _recorded(name, bound).model.newest_first_ratio < 0.55


def test_first_come_first_served_does_not_follow() -> None:
    """
    The same run with the oldest first would have half of the late tasks, at other times.
    """
    run = _recorded("n1uni", 1.0)

    oldest = run.twins(replace(run.model, newest_first_ratio=-1.0))

    expected = np.mean(oldest.late_by_second, axis=0)
    assert oldest.mean_until(run.step.window_seconds) < 0.6 * run.late.sum()
    assert np.corrcoef(_blocks(run.late, 10), _blocks(expected, 10))[0, 1] < 0.8


@pytest.mark.parametrize(("name", "bound"), RUNS)
def test_a_model_calibrated_by_the_saturate_step_rings_no_alarm(name: str, bound: float) -> None:
    """
    Over each whole run.
    """
    run = _recorded(name, bound)

    found = misfit(run.step.window_seconds, float(run.late.sum()), run.twins())

    assert found.reasons == ()


def test_the_misfit_term_is_as_wide_as_the_runs_ask_for() -> None:
    """
    Over stretches of 20 s with twins as late in all as the run: differences of about one deviation.

    The model is slowed until its total is the run's, as a twin at the edge has the share of a system at the edge.
    """
    deviations = []
    for name, bound in RUNS:
        run = _recorded(name, bound)
        slowness = np.linspace(0.96, 1.04, 5)
        totals = [run.twins(run.model.slowed(slow)).mean_until(run.step.window_seconds) for slow in slowness]
        as_late = float(np.interp(run.late.sum(), np.maximum.accumulate(totals), slowness))
        late = np.array(run.twins(run.model.slowed(as_late)).late_by_second)
        for start in range(0, run.step.window_seconds - 19, 20):
            of_twins = late[:, start : start + 20].sum(axis=1)
            if of_twins.mean() >= 4:
                difference = run.late[start : start + 20].sum() - of_twins.mean()
                deviations.append(difference / deviation_of(of_twins.tolist(), MISFIT_RATIO))

    assert len(deviations) > 20
    assert 0.6 < float(np.sqrt(np.mean(np.square(deviations)))) < 1.3
