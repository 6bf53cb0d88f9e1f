"""
What holds a setting back, on systems whose limit is known.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from known_limit import (
    BY_API,
    BY_SYSTEM,
    BY_WORKER,
    CACHE,
    CPU,
    DATABASE_RATE,
    DOWNSTREAM,
    INJECTOR,
    MACHINE,
    ORDERS,
    POLLERS,
    RPS,
    SLOTS,
    WF_POLLERS,
    KnownLimit,
    limit_search,
)

from loadtest.analysis.readings.workers_as_planned import in_flight
from loadtest.analysis.suspects.relief_change import Relief, relief_of
from loadtest.design.design import Answer
from loadtest.plan import Saturate
from loadtest.results.limits_result import LimitsAnswer
from loadtest.results.step_key import StepKey
from loadtest.results.suspect import Suspect
from loadtest.results.worker_facts import WorkerFacts


@pytest.mark.parametrize(
    ("limit", "word", "relief"),
    [
        (SLOTS, "activity_slots-6", "6 activity slots"),
        (POLLERS, "activity_pollers-8", "8 activity pollers"),
        (CPU, "2-saturate3", "2 replicas"),
        (ORDERS, "1-saturate1", "12 orders in flight"),
        (CACHE, "max_cached_workflows-1500", "1,500 cached workflows"),
        (RPS, "frontend.namespaceRPS-3600", "3,600 requests/s"),
        (DATABASE_RATE, "history.persistenceMaxQPS-13500", "13,500 requests/s to the database"),
        (BY_API, "queue_activities_per_second-30", "30 activities/s of the queue"),
        (BY_WORKER, "queue_activities_per_second-30", "30 activities/s of the queue"),
        (BY_SYSTEM, "queue_activities_per_second-30", "30 activities/s of the queue"),
        (WF_POLLERS, "workflow_pollers-8", "8 workflow task pollers"),
        (INJECTOR, "injectors-2", "2 injectors"),
    ],
    ids=lambda value: value.name.value if isinstance(value, Suspect) else None,
)
def test_the_relief_that_moves_the_throughput_is_the_limit(limit: Suspect, word: str, relief: str) -> None:
    """The first suspect is relieved alone by half more, in alternation, and nothing else is measured."""
    design = limit_search()

    kept, _ = KnownLimit((limit, MACHINE), {word: 1.4}).answer(design)

    (tried,) = design.tried(kept)
    assert design.answer(kept) is LimitsAnswer.PROVED
    assert (tried.suspect, tried.relief) == (limit, relief)
    assert tried.throughput.ratio == pytest.approx(1.4)
    assert len(kept) == 1 + 4 * design.question.rounds


def test_the_next_suspect_has_its_turn_where_nothing_moved() -> None:
    """Each relief has blocks of its own beside it, so that no alternation is torn apart."""
    design = limit_search()

    kept, _ = KnownLimit((SLOTS, POLLERS, CPU), {"activity_pollers": 1.3}).answer(design)

    assert [one.suspect for one in design.tried(kept)] == [SLOTS, POLLERS]
    assert design.answer(kept) is LimitsAnswer.PROVED
    assert len(kept) == 1 + 2 * 4 * design.question.rounds
    assert len({step.key for step in kept}) == len(kept)


def test_nothing_moved_is_not_found() -> None:
    """After the suspects that can be relieved, at most so many as asked for."""
    design = limit_search(2)

    kept, _ = KnownLimit((SLOTS, POLLERS, CPU, MACHINE), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NOT_FOUND
    assert [one.suspect for one in design.tried(kept)] == [SLOTS, POLLERS]


def test_what_the_kit_cannot_relieve_is_named_by_its_readings() -> None:
    """One step, and no relief of later suspects, which would say nothing."""
    design = limit_search()

    kept, _ = KnownLimit((DOWNSTREAM, MACHINE), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NAMED
    assert design.named(kept) == (DOWNSTREAM,)
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("suspect", "starts_server", "own_worker", "why"),
    [
        (RPS, False, True, "somebody else started the server"),
        (BY_API, False, True, "somebody set it on a server that the run does not start"),
        (BY_WORKER, False, True, "it stands in the worker's code"),
        (SLOTS, True, False, "whoever starts the workers sets it"),
    ],
    ids=["somebody's server", "somebody's queue", "somebody's limit", "somebody's worker"],
)
def test_what_is_not_the_kits_to_change_is_not_relieved(
    suspect: Suspect, starts_server: bool, own_worker: bool, why: str
) -> None:
    """It is named with the reason."""
    design = limit_search(starts_server=starts_server, own_worker=own_worker)

    kept, _ = KnownLimit((suspect,), {}).answer(design)

    assert design.answer(kept) is LimitsAnswer.NAMED
    assert why in (design.why_not_relieved(suspect, kept) or "")


def test_a_worker_of_another_language_is_not_relieved_by_settings_that_it_does_not_read() -> None:
    """A relief that it never gets would move nothing, and pass for no limit."""
    design = limit_search()
    kept, _ = KnownLimit((POLLERS,), {}).answer(design)
    go = tuple(replace(worker, sdk="temporal-go 1.35.0") for worker in kept[0].measured.workers)
    first = [replace(kept[0], measured=replace(kept[0].measured, workers=go))]

    assert design.answer(kept) is LimitsAnswer.NOT_FOUND
    assert design.answer(first) is LimitsAnswer.NAMED
    assert "only the kit's `main` reads a plan's settings" in (design.why_not_relieved(POLLERS, first) or "")


def test_a_python_worker_without_the_kits_main_is_not_relieved_with_a_number_that_nobody_wrote() -> None:
    """The plan wrote the slots that it has; half more of them it would never get, and the run would be refused."""
    design = limit_search()
    kept, _ = KnownLimit((SLOTS,), {}).answer(design)
    plain = tuple(replace(worker, shows_main=False) for worker in kept[0].measured.workers)
    first = [replace(kept[0], measured=replace(kept[0].measured, workers=plain))]

    assert isinstance(design.next(first), Answer)
    assert design.answer(first) is LimitsAnswer.NAMED
    assert "only the kit's `main` reads a plan's settings" in (design.why_not_relieved(SLOTS, first) or "")


def test_more_orders_are_told_as_many_as_are_tried() -> None:
    """Half more than twice the slots that a worker of one's own has, whatever the kit's own would have."""
    plan, workers = limit_search(own_worker=False).plan, [WorkerFacts("w", "heartbeat", activity_slots=100)]

    relief = relief_of(ORDERS, plan, workers, starts_server=True, why_not_worker="it is somebody's")

    assert isinstance(relief, Relief)
    load = plan.loads[relief.load]
    assert isinstance(load, Saturate)
    assert relief.text == "300 orders in flight"
    assert in_flight(load, workers, plan, StepKey(1, relief.load, "saturate", 1)) == 300


@pytest.mark.parametrize("limit", [BY_API, BY_WORKER, BY_SYSTEM])
def test_the_rate_limit_that_a_relief_set_is_still_that_of_whoever_set_the_first(limit: Suspect) -> None:
    """The relief sets it by API, so that the server calls it one of the API; the next limit is the same one again."""
    design = limit_search()
    kept, _ = KnownLimit((limit,), {"queue_activities_per_second-30": 1.4}).answer(design)
    relieved = [
        replace(step, result=replace(step.result, suspects=(BY_API,))) if step.key.factors else step
        for step in kept
    ]

    found = design.after_relief(relieved)

    assert found is not None
    assert (found.name, found.setting) == (limit.name, limit.setting)


def test_injectors_of_a_cluster_are_as_many_as_were_started() -> None:
    """Their pods are a Job's, so nothing is added to them in the middle of a run."""
    design = limit_search()
    elsewhere = replace(design, question=replace(design.question, adds_injectors=False))

    kept, _ = KnownLimit((INJECTOR,), {}).answer(elsewhere)

    assert design.question.adds_injectors
    assert elsewhere.answer(kept) is LimitsAnswer.NAMED
    assert elsewhere.why_not_relieved(INJECTOR, kept) == (
        "it is the measurement's own; measure again with more"
    )


def test_of_two_as_likely_the_one_that_can_be_relieved_is_tried() -> None:
    """If it moves nothing, the other one is not proved either."""
    design = limit_search()

    kept, _ = KnownLimit((replace(DOWNSTREAM, group=5), ORDERS), {}).answer(design)

    assert [one.suspect for one in design.tried(kept)] == [ORDERS]
    assert design.answer(kept) is LimitsAnswer.NOT_FOUND


def test_a_relief_that_cannot_be_told_is_no_answer() -> None:
    """Throughput that jumps from round to round takes all rounds, and then is not known."""
    design = limit_search(1)

    kept, _ = KnownLimit((SLOTS,), {}, jumps=True).answer(design)

    assert design.answer(kept) is LimitsAnswer.UNKNOWN
    assert len(kept) == 1 + 4 * design.question.most_rounds


def test_an_invalid_first_step_ends_the_search() -> None:
    """It is measured once more; its readings rank nothing."""
    design = limit_search()

    kept, _ = KnownLimit((SLOTS,), {}, whole=False).answer(design)

    assert (len(kept), design.ranking(kept)) == (2, ())
    assert design.answer(kept) is LimitsAnswer.UNKNOWN


def test_an_interrupted_search_goes_on_where_it_was() -> None:
    """The next step is the one that was not kept."""
    design = limit_search()
    kept, _ = KnownLimit((SLOTS, POLLERS), {"activity_pollers": 1.3}).answer(design)

    for number in range(len(kept)):
        assert design.left(kept[:number])[0] == kept[number].key
    assert design.left(kept) == ()


def test_an_interrupted_search_is_not_one_that_found_nothing() -> None:
    """
    A suspect that moved nothing was tried, and another one was not.
    """
    design = limit_search()
    kept, _ = KnownLimit((SLOTS, POLLERS), {}).answer(design)
    first = kept[: 1 + 4 * design.question.rounds]

    assert [one.suspect for one in design.tried(first)] == [SLOTS]
    assert design.answer(first) is LimitsAnswer.UNKNOWN
    assert design.answer(kept) is LimitsAnswer.NOT_FOUND


def test_a_budget_ends_the_search() -> None:
    """
    It counts seconds of windows, and what is left is not answered.
    """
    design = limit_search()
    design = replace(design, plan=design.plan.model_copy(update={"budget_seconds": 55.0}))

    kept, answer = KnownLimit((SLOTS, POLLERS), {}).answer(design)

    assert answer.why == "the budget of 55 s of windows is spent"
    assert len(kept) == 6
    assert design.answer(kept) is LimitsAnswer.UNKNOWN


def test_relief_of_slots_and_replicas_keeps_the_orders_in_flight() -> None:
    """Else a gain could come from them."""
    plan = limit_search().plan
    loads = [load.in_flight_per_slot for load in plan.loads if isinstance(load, Saturate)]

    assert loads[0] * 4 == 8
    assert loads[1] * 4 == 12
    assert loads[2] * 6 == pytest.approx(8)
    assert loads[3] * 4 * plan.replicas[1] == pytest.approx(8)
