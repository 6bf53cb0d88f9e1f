"""
The length and the schedule of a step's window: fixed, or until the twins decide.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from loadtest import arrivals
from loadtest.analysis.decisions.late_workflow_tasks import orders_that_tell
from loadtest.analysis.decisions.model_answer import fewest_counted, is_far_below
from loadtest.analysis.decisions.model_from_fewer_replicas import far_below_by_fewer
from loadtest.analysis.rules.enough_closes import (
    LONGEST_AGAIN_SECONDS,
    seconds_of_enough_closes,
    too_few_closes,
)
from loadtest.analysis.saturation.calibrated_model import Calibration, calibration_of
from loadtest.analysis.saturation.doubled_closed_load import first_key
from loadtest.analysis.twin import (
    FixedWindow,
    Measure,
    OpenStep,
    SloBound,
    StoppingRule,
    UntilDecided,
    choose_schedule,
    find_edge,
    simulate_twins,
)
from loadtest.analysis.twin.work_distribution import Draws, WorkDistribution, knows_orders
from loadtest.design.design import KeptStep
from loadtest.design.foreknown_windows import far_below_schedule, overload_window_seconds
from loadtest.design.long_run_reading import StepModel
from loadtest.plan import ArrivalKind, Plan, Saturate, Work
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.step_instruction import StepInstruction, seed_of_order
from loadtest.results.step_key import StepKey

# Of this many schedules the one is chosen whose twin has its usual share of late tasks from the first seconds on.
CANDIDATES = 32
# Most arrivals of all these schedules together: at 2,000 a second 32 schedules are 8 million arrivals, which a pod of 1
# GiB cannot hold; with that many tasks every schedule has about its usual share of late ones.
_MOST_ARRIVALS = 1_000_000
# The last look must be before the window's end, as each second is read with some delay.
BEFORE_THE_END_SECONDS = 1.0

DrawnWork = Callable[[Work, int], Sequence[float] | None]
"""
Seconds of an order's activities, one after the other, from the plan's work and the order's own seed; ``None`` where
more than the draws decides how long they take.
"""


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """
    The window of one step, as decided before the step.

    Attributes:
        rule: Decides when the window has shown enough.
        schedule_seed: Seed of the open schedule.
        late_seconds: The bound, in seconds, beyond which a task is late; ``None`` where the rule does not count late
            tasks.
        notes: Why twins do not decide the window, in words; empty where they do.
        model: Model of the step, with which its long run is estimated afterwards; ``None`` where no twins were made.
    """

    rule: StoppingRule
    schedule_seed: str
    late_seconds: float | None = None
    notes: tuple[str, ...] = ()
    model: StepModel | None = None

    @property
    def is_fixed(self) -> bool:
        """
        Whether the window's length does not depend on what it shows.
        """
        return isinstance(self.rule, FixedWindow)


def order_seed(plan: Plan, repetition: int) -> int:
    """
    Return the seed of a repetition, below 2**31; with its number each order of the repetition draws from it.

    Runs with neighbouring seeds have no repetition in common, as they would if the repetition were added to the seed.
    """
    return int(np.random.SeedSequence([plan.seed, repetition]).generate_state(1)[0]) >> 1


def fixed_window(plan: Plan, key: StepKey, *notes: str) -> WindowPlan:
    """
    Return a window of the load's own length.
    """
    seconds = plan.loads[key.load].longest_window_seconds
    return WindowPlan(FixedWindow(seconds), f"{plan.seed}/{key.repetition}", None, notes)


def plan_window(
    plan: Plan,
    instruction: StepInstruction,
    key: StepKey,
    kept: Sequence[KeptStep],
    drawn_work: DrawnWork | None,
) -> WindowPlan:
    """
    Decide a step's window before it begins; takes seconds of CPU where twins are simulated.

    Args:
        plan: Plan of the cell.
        instruction: The step's instruction, with its rate and lengths; its schedule may change.
        key: Key of the step.
        kept: Every step so far; the cell's own saturate step calibrates the model.
        drawn_work: Work that each order will draw; ``None`` where the kit does not make the draws.
    """
    load, bound = plan.loads[key.load], plan.slo.schedule_to_start_p95_seconds
    if isinstance(load, Saturate):
        return _closed_window(plan, key, kept)
    if load.window_seconds is not None:
        return fixed_window(plan, key)
    if bound is None:
        return fixed_window(plan, key, "no bound on the waits is asked, so the window has its full length")
    if load.arrivals.kind is not ArrivalKind.POISSON:
        told = (
            f"arrivals of kind {load.arrivals.kind.value} have no long run, so the window has its full length"
        )
        return fixed_window(plan, key, told)
    rate = instruction.arrival_rate
    above = None if rate is None else overload_window_seconds(plan, key, rate, kept)
    if above is not None:
        told = "the rate is above capacity, which needs no window; a short one shows the waits"
        return WindowPlan(FixedWindow(above), instruction.schedule_seed, bound, (told,))
    measured = [step.measured for step in kept if step.result.is_usable]
    found = calibration_of(plan, measured, key)
    if isinstance(found, str):
        return _without_calibration(plan, instruction, key, measured, found)
    return _decided(plan, instruction, found, SloBound(bound), drawn_work)


def _closed_window(plan: Plan, key: StepKey, kept: Sequence[KeptStep]) -> WindowPlan:
    """
    Return a closed load's own window, or a longer one if too few workflows closed in an earlier step of the load.
    """
    seconds = plan.loads[key.load].longest_window_seconds
    earlier = [step.measured for step in kept if first_key(step.key) == first_key(key)]
    wanted = max(
        (seconds_of_enough_closes(one) or 0 for one in earlier if too_few_closes(one, plan)), default=0
    )
    if not seconds < wanted <= LONGEST_AGAIN_SECONDS:
        return fixed_window(plan, key)
    told = f"the window is {wanted} s, and not the plan's {seconds:g} s, as too few workflows closed in that"
    return WindowPlan(FixedWindow(wanted), f"{plan.seed}/{key.repetition}", None, (told,))


def _without_calibration(
    plan: Plan, instruction: StepInstruction, key: StepKey, measured: Sequence[Measured], why: str
) -> WindowPlan:
    """
    Return the window of a step that only the model can decide, from what the window itself shows.

    It is short where a model of fewer replicas shows that the rate is far below the edge, and has its full length
    elsewhere.
    """
    bound, rate = plan.slo.schedule_to_start_p95_seconds, instruction.arrival_rate
    assert bound is not None and rate is not None  # a load without one of them has a fixed window
    told = f"no twins could be made: {why}"
    fewer = far_below_by_fewer(plan, measured, key, rate, SloBound(bound))
    if fewer is None:
        return fixed_window(plan, key, told)
    short = f"the window is short, as by the model of {counted(fewer.replicas, 'replica')} the rate is far below the edge"
    seconds, seed = far_below_schedule(instruction, _orders_needed(plan, fewer.stages))
    return WindowPlan(FixedWindow(seconds), seed, bound, (told, short))


def _decided(
    plan: Plan,
    instruction: StepInstruction,
    found: Calibration,
    bound: SloBound,
    drawn_work: DrawnWork | None,
) -> WindowPlan:
    rate = instruction.arrival_rate
    assert rate is not None  # a saturate step has a fixed window
    default = instruction.schedule_seed
    if rate >= found.model.capacity_per_second(found.work.mean):
        # At capacity there is nothing to decide: waits grow with the window.
        seconds = min(30.0, instruction.window_seconds)
        return WindowPlan(
            FixedWindow(seconds),
            default,
            bound.seconds,
            ("the rate is not below capacity; the window is short",),
        )
    orders = _orders_needed(plan, len(found.model.shape))
    if is_far_below(found.model, found.work, rate, bound):
        seconds, seed = far_below_schedule(instruction, orders)
        return WindowPlan(FixedWindow(seconds), seed, bound.seconds, found.notes)
    edge = find_edge(found.model, found.work, rate, bound)
    if isinstance(edge, str):
        return WindowPlan(
            FixedWindow(instruction.window_seconds),
            default,
            bound.seconds,
            (f"no twins could be made: {edge}",),
        )
    seconds = math.ceil(instruction.window_seconds)
    candidates = candidate_steps(plan, instruction, found.work, seconds, drawn_work)
    per_second = rate * found.model.activities
    # Each step begins empty, as the step before was drained.
    chosen = choose_schedule(edge, candidates, bound, per_second)
    twins = simulate_twins(edge, candidates[chosen], bound)
    # "Met" also needs enough workflow tasks, and slow rates or orders of one activity have few of them.
    rule = UntilDecided(
        twins, seconds - BEFORE_THE_END_SECONDS, arrival_rate=rate, met_from_seconds=orders / rate
    )
    step = StepModel(found, candidates[chosen], bound, rate)
    return WindowPlan(rule, f"{default}/{chosen}", bound.seconds, found.notes, step)


def _orders_needed(plan: Plan, stages: int) -> int:
    """
    Return how many orders a window needs for its workflow tasks to tell, and for the plan's bound on end to end.
    """
    enough, seconds = orders_that_tell(stages), plan.slo.end_to_end_p95_seconds
    if seconds is None:
        return enough
    bound = SloBound(seconds, measure=Measure.END_TO_END)
    return max(enough, fewest_counted(bound, orders_known=knows_orders(plan)))


def candidate_steps(
    plan: Plan,
    instruction: StepInstruction,
    work: WorkDistribution,
    seconds: int,
    drawn_work: DrawnWork | None,
) -> dict[int, OpenStep]:
    """
    Return the steps from whose schedules one is chosen, by the number that is appended to the schedule's seed; fewer at
    high rates.

    Args:
        plan: Plan of the cell.
        instruction: The step's instruction, with its rate.
        work: Distribution of the work from which the twins draw where the kit does not make the draws.
        seconds: Length of the longest window.
        drawn_work: Work that each order will draw; ``None`` where the kit does not make the draws.
    """
    draws: Draws | WorkDistribution = work
    if drawn_work is not None and drawn_work(plan.work, 0) is not None:
        # The draws depend on the order numbers alone, so one array is used for every schedule.
        most = 2 * len(arrivals.schedule(instruction)) + 100
        draws = np.array(
            [drawn_work(plan.work, seed_of_order(instruction.seed, number)) for number in range(most)]
        )

    def offered(schedule_seed: str) -> OpenStep:
        times = arrivals.schedule(instruction.on_schedule(schedule_seed))
        mine = draws[: len(times)] if isinstance(draws, np.ndarray) else draws
        return OpenStep(times, mine, instruction.warm_up_seconds, seconds)

    return {
        number: offered(f"{instruction.schedule_seed}/{number}")
        for number in range(schedules_tried(instruction))
    }


def schedules_tried(instruction: StepInstruction) -> int:
    """
    Return how many schedules are made to choose from; all of them are in memory at once.
    """
    expected = arrivals.expected_starts(
        instruction.arrivals,
        instruction.arrival_rate or 0.0,
        instruction.warm_up_seconds,
        instruction.window_seconds,
    )
    return max(1, min(CANDIDATES, int(_MOST_ARRIVALS / max(1.0, expected))))
