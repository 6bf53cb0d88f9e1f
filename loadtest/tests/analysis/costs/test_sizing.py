"""
What a rate needs, from synthetic sweeps of known truth.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis.costs.sizing import size
from loadtest.analysis.costs.sizing_resources import part_cores, state_transitions, worker_memory
from loadtest.analysis.costs.sizing_steps import extrapolation_of
from loadtest.plan import Slo
from loadtest.plan.prices import PriceTable
from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.resource_use import MachineUse
from loadtest.results.sizing_result import Basis, Sized, SizingResult
from loadtest.results.sweep_result import Interval
from loadtest.results.worker_facts import WorkerFacts

PLAN = synthetic_steps.demo_plan(replicas=(1, 2, 3, 4))
STEPS = synthetic_steps.steps(PLAN)
PRICES = PriceTable(currency="coins", worker_core_hour=2.0, million_state_transitions=3.0, fixed_month=5.0)


def sized(rate: float, steps: list[Measured] | None = None, prices: PriceTable | None = None) -> SizingResult:
    return size(STEPS if steps is None else steps, PLAN, synthetic_steps.manifest(), rate, prices=prices)


def named(result: SizingResult, name: str) -> Sized:
    return next(one for one in result.quantities if one.quantity == name)


def _without_actions(step: Measured) -> Measured:
    assert step.server_whole is not None
    counters = {name: n for name, n in step.server_whole.counters.items() if name != "server.actions"}
    return replace(step, server_whole=replace(step.server_whole, counters=counters))


def test_a_rate_between_the_steps_is_measured() -> None:
    """
    A rate that lies between those measured needs replicas that were measured, and says so.

    Three replicas would do by a long run of 40,000 tasks, which holds too few of the rare long queues; by 600,000 they do not.
    """
    found = sized(5.0)

    assert found.replicas.basis is Basis.MEASURED
    assert found.replicas.needed is not None
    assert found.replicas.needed.value == 4
    assert found.exit_code == 0


def test_a_rate_beyond_the_steps_is_marked_and_wider() -> None:
    """
    Twice the highest rate is marked as beyond, and its worker cores are told with a wider share.
    """
    within, beyond = named(sized(5.0), "slots in use"), named(sized(16.0), "slots in use")

    assert within.basis is Basis.MEASURED
    assert beyond.basis is Basis.BEYOND
    assert "times the" in beyond.why
    widths = [
        one.needed.high / one.needed.value for one in (within, beyond) if one.needed and one.needed.high
    ]
    assert widths[1] > widths[0]


def test_a_rate_far_beyond_is_refused_with_the_step_to_add() -> None:
    """
    A hundred times the highest rate gets no number; what to measure instead is named.
    """
    found = sized(900.0)

    assert found.replicas.needed is None
    assert "900/s needs about " in found.replicas.why
    assert "too far from the counts measured (1, 2, 3, 4): no more than 10-fold is told" in found.replicas.why
    assert "add replica counts up to" in found.replicas.why
    assert "add a step at" in named(found, "slots in use").why
    assert found.exit_code == 3


def test_a_bound_that_no_count_keeps_is_told_as_that() -> None:
    """
    An order of six activities of 0.3 s takes longer than half a second, however many replicas there are.
    """
    slo = Slo(schedule_to_start_p95_seconds=None, end_to_end_p95_seconds=0.5)
    plan = PLAN.model_copy(update={"slo": slo})

    found = size(STEPS, plan, synthetic_steps.manifest(), 2.0).replicas

    assert found.needed is None
    assert found.why.startswith("1 replica would carry 2/s, but not even 40 replicas would keep the bound")


def test_the_intervals_ends_lie_around_the_value() -> None:
    """
    Every quantity that is told lies within its own interval.
    """
    found = sized(16.0)

    for one in (found.replicas, *found.quantities):
        if one.needed is not None:
            assert (one.needed.low or 0.0) <= one.needed.value
            assert one.needed.high is None or one.needed.value <= one.needed.high


@pytest.mark.parametrize(("rate", "needed"), [(1.0, 1), (4.0, None), (9.0, None)])
def test_one_saturated_count_says_nothing_of_more_replicas(rate: float, needed: int | None) -> None:
    """
    Nobody knows what a second one would add; where the one that was measured carries the rate, it is the answer.
    """
    found = sized(rate, [step for step in STEPS if step.key.replicas == 1]).replicas

    assert (found.needed and found.needed.value) == needed
    if needed is None:
        assert "by the counts measured (1), too wide to be an answer; add replica counts" in found.why


def test_without_a_saturate_step_nobody_knows_the_replicas() -> None:
    """
    A run of open loads alone tells costs and no replicas.
    """
    found = sized(5.0, [step for step in STEPS if step.key.kind == "open"])

    assert found.replicas.needed is None
    assert "add a load of kind saturate" in found.replicas.why


def _full(step: Measured) -> Measured:
    return replace(step, limits=replace(step.limits, machine=MachineUse(2, 1.99, 0.0)))


def test_a_saturate_step_that_filled_the_machine_is_no_point_of_the_throughput() -> None:
    """
    What four replicas carry on a machine without a core to spare is told by the counts below, and the answer says so.
    """
    most = max(step.key.replicas for step in STEPS)
    steps = [
        _full(step) if step.key.kind == "saturate" and step.key.replicas == most else step for step in STEPS
    ]
    extrapolation, without = extrapolation_of(steps, PLAN), extrapolation_of(STEPS, PLAN)

    assert extrapolation is not None
    assert without is not None
    assert extrapolation.counts == (1, 2, 3)
    assert without.counts == (1, 2, 3, 4)
    assert any("1 of 4 saturate steps filled the machine" in note for note in sized(1.0, steps).notes)


def test_where_every_saturate_step_filled_the_machine_they_are_all_there_is() -> None:
    """
    A small machine is full at one replica: an answer about this machine is better than none.
    """
    extrapolation = extrapolation_of([_full(step) for step in STEPS], PLAN)

    assert extrapolation is not None
    assert extrapolation.counts == (1, 2, 3, 4)


def _cpu(step: Measured, injectors: float) -> Measured:
    use = {part: ProcessUse(0.3 * step.window_seconds, 1) for part in ("worker", "server")}
    injector = replace(step.injector, cpu_seconds=injectors * step.window_seconds)
    return replace(step, use=use, injector=injector)


@pytest.mark.parametrize(("injectors", "told"), [(0.5, False), (1.15, True)])
def test_the_cpu_of_the_injectors_is_a_part_of_what_fills_the_machine(injectors: float, told: bool) -> None:
    """
    Of two cores 0.6 are the workers' and the server's: with 1.15 more of the injectors none is left.
    """
    notes = sized(1.0, [_cpu(step, injectors) for step in STEPS]).notes

    assert any("server, workers and injectors took 1.8 of the 2 cores" in note for note in notes) is told


def test_an_end_that_nobody_knows_stays_unknown() -> None:
    """
    What so many replicas take at most is not the most of those that are enough by the middle estimate.
    """
    open_ended = Interval(3, 2, None)

    cores, memory = part_cores(STEPS, "worker", 5.0, open_ended), worker_memory(STEPS, open_ended)

    for one in (cores, memory):
        assert one.needed is not None
        assert one.needed.low is not None and one.needed.low <= one.needed.value
        assert one.needed.high is None


def test_cores_of_more_replicas_than_were_measured_are_beyond_what_was_measured() -> None:
    """
    Whatever the rate: the idle part of twelve workers is told from that of four.
    """
    few, many = (part_cores(STEPS, "worker", 5.0, Interval(n, n, n)) for n in (4, 12))

    assert few.basis is Basis.MEASURED
    assert (many.basis, many.why) == (Basis.BEYOND, "3 times the 4 replicas measured")
    assert few.needed is not None and many.needed is not None
    assert many.needed.high is not None and few.needed.high is not None
    assert many.needed.high - many.needed.value > few.needed.high - few.needed.value


def test_steps_whose_windows_completed_nothing_refuse_what_they_cannot_tell() -> None:
    """
    Orders of minutes may close in the drain alone.
    """

    def emptied(step: Measured) -> Measured:
        assert step.worker_window is not None and step.server_window is not None
        none = {name: 0.0 for name in step.worker_window.counters}
        return replace(
            step,
            worker_window=replace(step.worker_window, counters=none),
            server_window=replace(
                step.server_window, counters=dict.fromkeys(step.server_window.counters, 0.0)
            ),
        )

    found = state_transitions([emptied(step) for step in STEPS], 5.0)

    assert found.basis is Basis.REFUSED
    assert found.why == "no order was completed in a window"


def test_steps_that_are_not_valid_are_left_out() -> None:
    """
    A step with a problem counts for nothing, and the answer says how many there were.
    """
    broken = [
        replace(STEPS[0], problems=(Problem(ProblemCause.COUNTER_FELL, "the server restarted"),)),
        *STEPS[1:],
    ]

    assert any("1 of 8 steps is not valid" in note for note in sized(1.0, broken).notes)


def test_a_price_times_what_is_needed_is_the_sum() -> None:
    """
    Prices multiply the quantities, their sum has both ends, and what has no price is not shown.
    """
    found = sized(5.0, prices=PRICES)
    priced = {one.item: one.per_month for one in found.prices}
    cores = named(found, "worker cores").needed

    assert cores is not None
    assert list(priced) == ["worker_core_hour", "million_state_transitions", "fixed_month", "sum"]
    assert priced["worker_core_hour"] is not None
    assert priced["worker_core_hour"].value == pytest.approx(cores.value * 2 * 730)
    parts = [one.value for item, one in priced.items() if one is not None and item != "sum"]
    assert priced["sum"] is not None
    assert priced["sum"].value == pytest.approx(sum(parts))


def test_a_sum_with_an_unknown_part_is_not_known() -> None:
    """
    Where a priced quantity cannot be told, neither can the sum; it is no sum of the rest.
    """
    found = sized(
        5.0,
        prices=PriceTable(currency="coins", million_actions=1.0, fixed_month=5.0),
        steps=[_without_actions(step) for step in STEPS],
    )

    assert [one.per_month is None for one in found.prices] == [True, False, True]
    assert "million_actions" in found.prices[-1].why


@pytest.mark.parametrize(
    ("sdk", "is_told"),
    [("temporal-python 1.35.0", True), ("temporal-go 1.48.0", False), ("temporal-java 1.35.0", False)],
)
def test_a_replica_that_takes_more_than_a_core_is_too_busy_only_where_its_code_runs_on_one(
    sdk: str, is_told: bool
) -> None:
    """
    A worker in Go or Java takes as many cores as there are.
    """

    def busy(step: Measured) -> Measured:
        spent = replace(step.use["worker"], cpu_seconds=20 * (step.use["worker"].cpu_seconds or 0.0))
        workers = tuple(WorkerFacts(name, sdk=sdk) for name in step.identities_start)
        return replace(step, use={**step.use, "worker": spent}, workers=workers)

    notes = sized(5.0, [busy(step) for step in STEPS]).notes

    assert any("each replica would take" in note for note in notes) is is_told
