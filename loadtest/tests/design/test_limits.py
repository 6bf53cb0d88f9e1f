"""
What holds a setting back, on systems whose limit is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest
import synthetic_steps
from compared_blocks import kept_block, replace_block

from loadtest.analysis.readings.workers_as_planned import in_flight
from loadtest.analysis.suspects.relief_change import Relief, relief_of
from loadtest.analysis.suspects.suspect_builder import found
from loadtest.cli.limits_plan import limits_plan
from loadtest.cli.rounds_asked import RoundsAsked
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.design.limits import LimitSearch
from loadtest.plan import Saturate, WorkerSetup
from loadtest.results.limits_result import LimitsAnswer
from loadtest.results.step_key import StepKey
from loadtest.results.steps_of_plan import plan_of_cell
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.worker_facts import WorkerFacts

SLOTS = found(SuspectName.ACTIVITY_SLOTS, 3, "4 of 4 in use")
POLLERS = found(SuspectName.ACTIVITY_POLLERS, 3, "5 of 5 polls are out")
CPU = found(SuspectName.WORKER_CPU, 4, "0.9 cores")
ORDERS = found(SuspectName.ORDERS_IN_FLIGHT, 5, "all are worked on")
DOWNSTREAM = found(SuspectName.DOWNSTREAM, 4, "an activity executes 992 ms")
MACHINE = found(SuspectName.MACHINE, 6, "2.0 of 2 cores are busy")
CACHE = found(SuspectName.CACHE, 3, "0 % hits")
RPS = found(SuspectName.REQUEST_RATE, 1, "refused 11 requests/s")


def limits(most_suspects: int = 3, *, starts_server: bool = True, own_worker: bool = True) -> LimitSearch:
    """
    The design on the demo's work, with 4 slots and 8 orders in flight.
    """
    place = {} if starts_server else {"address": "127.0.0.1:7233"}
    if not own_worker:
        place["worker_command"] = "./worker"
    plan, question = limits_plan(
        synthetic_steps.demo_plan(worker=WorkerSetup(activity_slots=4 if own_worker else None)),
        place,
        RoundsAsked(),
        most_suspects,
    )
    return LimitSearch(plan, question)


@dataclass
class Known:
    """
    A system that speeds up where its true limit is relieved.

    Attributes:
        ranking: What its readings point at.
        gains: Throughput with a relief over that without, by a word of the step's folder.
        jumps: Whether throughput jumps up and down from round to round in relieved blocks.
        whole: Whether its steps are valid.
    """

    ranking: tuple[Suspect, ...]
    gains: Mapping[str, float]
    jumps: bool = False
    whole: bool = True

    def answer(self, design: LimitSearch) -> tuple[list[KeptStep], Answer]:
        """Measure what the design asks for until it has its answer."""
        kept: list[KeptStep] = []
        pattern = kept_block(design.plan)
        while isinstance(asked := design.next(kept), NextStep):
            names = tuple(f"worker-{number}" for number in range(1, asked.key.replicas + 1))
            slots = plan_of_cell(design.plan, asked.key).worker.activity_slots
            workers = tuple(WorkerFacts(name, "heartbeat", activity_slots=slots) for name in names)
            measured = replace(
                pattern.measured, key=asked.key, identities_start=names, identities_end=names, workers=workers
            )
            step = replace_block(pattern, measured, 100 * self._gain(asked.key))
            step = replace(step, result=replace(step.result, suspects=self.ranking))
            if not self.whole:
                step = replace(step, measured=replace(step.measured, gone=("worker-1",)))
            kept.append(step)
        return kept, asked

    def _gain(self, key: StepKey) -> float:
        relieved = key.factors or key.load or key.replicas > 1
        if not relieved:
            return 1.0
        if self.jumps:
            return (0.6, 1.7)[(key.repetition // 2) % 2]
        words = key.folder
        return next((gain for word, gain in self.gains.items() if word in words), 1.0)


@pytest.mark.parametrize(
    ("limit", "word", "relief"),
    [
        (SLOTS, "activity_slots-6", "6 activity slots"),
        (POLLERS, "activity_pollers-8", "8 activity pollers"),
        (CPU, "2-saturate3", "2 replicas"),
        (ORDERS, "1-saturate1", "12 orders in flight"),
        (CACHE, "max_cached_workflows-1500", "1,500 cached workflows"),
        (RPS, "frontend.namespaceRPS-3600", "3,600 requests/s"),
    ],
    ids=lambda value: value.name.value if isinstance(value, Suspect) else None,
)
def test_the_relief_that_moves_the_throughput_is_the_limit(limit: Suspect, word: str, relief: str) -> None:
    """The first suspect is relieved alone by half more, in alternation, and nothing else is measured."""
    design = limits()

    kept, _ = Known((limit, MACHINE), {word: 1.4}).answer(design)

    (tried,) = design.tried(kept)
    assert design.answer(kept) is LimitsAnswer.PROVED
    assert (tried.suspect, tried.relief) == (limit, relief)
    assert tried.throughput.ratio == pytest.approx(1.4)
    assert len(kept) == 1 + 4 * design.question.rounds


def test_the_next_suspect_has_its_turn_where_nothing_moved() -> None:
    """Each relief has blocks of its own beside it, so that no alternation is torn apart."""
    design = limits()

    kept, _ = Known((SLOTS, POLLERS, CPU), {"activity_pollers": 1.3}).answer(design)

    assert [one.suspect for one in design.tried(kept)] == [SLOTS, POLLERS]
    assert design.answer(kept) is LimitsAnswer.PROVED
    assert len(kept) == 1 + 2 * 4 * design.question.rounds
    assert len({step.key for step in kept}) == len(kept)


def test_nothing_moved_is_not_found() -> None:
    """After the suspects that can be relieved, at most so many as asked for."""
    design = limits(2)

    kept, _ = Known((SLOTS, POLLERS, CPU, MACHINE), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NOT_FOUND
    assert [one.suspect for one in design.tried(kept)] == [SLOTS, POLLERS]


def test_what_the_kit_cannot_relieve_is_named_by_its_readings() -> None:
    """One step, and no relief of later suspects, which would say nothing."""
    design = limits()

    kept, _ = Known((DOWNSTREAM, MACHINE), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NAMED
    assert design.named(kept) == (DOWNSTREAM,)
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("suspect", "starts_server", "own_worker", "why"),
    [
        (RPS, False, True, "somebody else started the server"),
        (SLOTS, True, False, "whoever starts the workers sets it"),
    ],
    ids=["somebody's server", "somebody's worker"],
)
def test_what_is_not_the_kits_to_change_is_not_relieved(
    suspect: Suspect, starts_server: bool, own_worker: bool, why: str
) -> None:
    """It is named with the reason."""
    design = limits(starts_server=starts_server, own_worker=own_worker)

    kept, _ = Known((suspect,), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NAMED
    assert why in (design.why_not_relieved(suspect, kept) or "")


def test_a_worker_of_another_language_is_not_relieved_by_settings_that_it_does_not_read() -> None:
    """A relief that it never gets would move nothing, and pass for no limit."""
    design = limits()
    kept, _ = Known((POLLERS,), {}).answer(design)
    go = tuple(replace(worker, sdk="temporal-go 1.35.0") for worker in kept[0].measured.workers)
    first = [replace(kept[0], measured=replace(kept[0].measured, workers=go))]

    assert design.answer(kept) is LimitsAnswer.NOT_FOUND
    assert design.answer(first) is LimitsAnswer.NAMED
    assert "only the kit's `main` reads a plan's settings" in (design.why_not_relieved(POLLERS, first) or "")


def test_a_python_worker_without_the_kits_main_is_not_relieved_with_a_number_that_nobody_wrote() -> None:
    """The plan wrote the slots that it has; half more of them it would never get, and the run would be refused."""
    design = limits()
    kept, _ = Known((SLOTS,), {}).answer(design)
    plain = tuple(replace(worker, shows_main=False) for worker in kept[0].measured.workers)
    first = [replace(kept[0], measured=replace(kept[0].measured, workers=plain))]

    assert isinstance(design.next(first), Answer)
    assert design.answer(first) is LimitsAnswer.NAMED
    assert "only the kit's `main` reads a plan's settings" in (design.why_not_relieved(SLOTS, first) or "")


def test_more_orders_are_told_as_many_as_are_tried() -> None:
    """Half more than twice the slots that a worker of one's own has, whatever the kit's own would have."""
    plan, workers = limits(own_worker=False).plan, [WorkerFacts("w", "heartbeat", activity_slots=100)]

    relief = relief_of(ORDERS, plan, workers, starts_server=True, why_not_worker="it is somebody's")

    assert isinstance(relief, Relief)
    load = plan.loads[relief.load]
    assert isinstance(load, Saturate)
    assert relief.text == "300 orders in flight"
    assert in_flight(load, workers, plan, StepKey(1, relief.load, "saturate", 1)) == 300


def test_of_two_as_likely_the_one_that_can_be_relieved_is_tried() -> None:
    """If it moves nothing, the other one is not proved either."""
    design = limits()

    kept, _ = Known((replace(DOWNSTREAM, group=5), ORDERS), {}).answer(design)

    assert [one.suspect for one in design.tried(kept)] == [ORDERS]
    assert design.answer(kept) is LimitsAnswer.NOT_FOUND


def test_a_relief_that_cannot_be_told_is_no_answer() -> None:
    """Throughput that jumps from round to round takes all rounds, and then is not known."""
    design = limits(1)

    kept, _ = Known((SLOTS,), {}, jumps=True).answer(design)

    assert design.answer(kept) is LimitsAnswer.UNKNOWN
    assert len(kept) == 1 + 4 * design.question.most_rounds


def test_an_invalid_first_step_ends_the_search() -> None:
    """It is measured once more; its readings rank nothing."""
    design = limits()

    kept, _ = Known((SLOTS,), {}, whole=False).answer(design)

    assert (len(kept), design.ranking(kept)) == (2, ())
    assert design.answer(kept) is LimitsAnswer.UNKNOWN


def test_an_interrupted_search_goes_on_where_it_was() -> None:
    """The next step is the one that was not kept."""
    design = limits()
    kept, _ = Known((SLOTS, POLLERS), {"activity_pollers": 1.3}).answer(design)

    for number in range(len(kept)):
        assert design.left(kept[:number])[0] == kept[number].key
    assert design.left(kept) == ()


def test_an_interrupted_search_is_not_one_that_found_nothing() -> None:
    """
    A suspect that moved nothing was tried, and another one was not.
    """
    design = limits()
    kept, _ = Known((SLOTS, POLLERS), {}).answer(design)
    first = kept[: 1 + 4 * design.question.rounds]

    assert [one.suspect for one in design.tried(first)] == [SLOTS]
    assert design.answer(first) is LimitsAnswer.UNKNOWN
    assert design.answer(kept) is LimitsAnswer.NOT_FOUND


def test_a_budget_ends_the_search() -> None:
    """
    It counts seconds of windows, and what is left is not answered.
    """
    design = limits()
    design = replace(design, plan=design.plan.model_copy(update={"budget_seconds": 55.0}))

    kept, answer = Known((SLOTS, POLLERS), {}).answer(design)

    assert answer.why == "the budget of 55 s of windows is spent"
    assert len(kept) == 6
    assert design.answer(kept) is LimitsAnswer.UNKNOWN


def test_relief_of_slots_and_replicas_keeps_the_orders_in_flight() -> None:
    """Else a gain could come from them."""
    plan = limits().plan
    loads = [load.in_flight_per_slot for load in plan.loads if isinstance(load, Saturate)]

    assert loads[0] * 4 == 8
    assert loads[1] * 4 == 12
    assert loads[2] * 6 == pytest.approx(8)
    assert loads[3] * 4 * plan.replicas[1] == pytest.approx(8)
