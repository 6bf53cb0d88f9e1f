"""
How many replicas a run says to deploy: only what was measured and decided.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis import analyse
from loadtest.analysis.decisions.fewest_replicas import answer_in_words, by_answer
from loadtest.cli.capacity_plan import searching_plan
from loadtest.errors import InputError
from loadtest.plan import ArrivalKind, Arrivals, Open, Saturate, Slo
from loadtest.report.deployment_text import deployment_sentences
from loadtest.report.headlines import headlines
from loadtest.report.report_figures import figures
from loadtest.results.sweep_result import Demand, Judgement, RunVerdict, SloAnswer, SweepResult

PLAN = synthetic_steps.demo_plan()
GOAL = "the goal at 1.8 orders/s (the SLO: at most 5 % of the tasks wait longer than 150 ms for a worker)"
UNKNOWN = f"How many replicas to deploy for {GOAL} is not known"
SPARE = "; with one of them lost the rest do not"
MET, MISSED, UNDECIDED = SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNDECIDED
WHY = {MET: (), MISSED: ("too many waited",), UNDECIDED: ("too near to tell; write max_window_seconds = 40",)}


@pytest.fixture(scope="module")
def sweep() -> SweepResult:
    """
    What is said of the demo's steps.
    """
    return analyse(synthetic_steps.steps(), PLAN, synthetic_steps.manifest())


def _demand(sweep: SweepResult, answers: Mapping[int, SloAnswer]) -> Demand:
    judgements = {count: Judgement(answer, WHY[answer]) for count, answer in answers.items()}
    enough = by_answer(judgements, MET)
    return replace(
        sweep.demand,
        replicas=enough[0] if enough else None,
        enough=enough,
        not_enough=by_answer(judgements, MISSED),
        undecided=by_answer(judgements, UNDECIDED),
        why=answer_in_words(judgements),
        by_replicas={str(count): judgement for count, judgement in judgements.items()},
    )


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        pytest.param(
            {1: MISSED, 2: MET, 4: MET},
            f"Deploy 2 replicas: the fewest of those tried that keep {GOAL}, at 41 % of their capacity{SPARE}.",
            id="two",
        ),
        pytest.param(
            {1: MET, 2: MET},
            f"Deploy 1 replica: the fewest of those tried that keep {GOAL}, at 81 % of its capacity.",
            id="one",
        ),
        pytest.param(
            {1: MISSED, 4: MET},
            f"Deploy 4 replicas: the fewest of those tried that keep {GOAL}, at 21 % of their capacity.",
            id="what one fewer would do was not measured",
        ),
        pytest.param(
            {2: MET},
            f"Deploy 2 replicas: the only count tried, and it keeps {GOAL}, at 41 % of their capacity.",
            id="the only one",
        ),
        pytest.param(
            {1: MISSED, 2: MET, 4: UNDECIDED},
            f"Deploy 2 replicas: the fewest of those tried that keep {GOAL}, at 41 % of their capacity{SPARE}.",
            id="a larger one undecided",
        ),
        pytest.param(
            {1: MISSED, 2: UNDECIDED, 4: MET},
            f"{UNKNOWN}: 4 replicas are enough, 1 is not; 2 is undecided; 3 was not measured. "
            "With 2: too near to tell; write max_window_seconds = 40.",
            id="a smaller one undecided",
        ),
        pytest.param(
            {1: MISSED, 2: MISSED},
            f"{UNKNOWN}: not even 2 replicas are enough: too many waited. "
            "A sweep of more replicas, or at a lower rate, may find a count that does.",
            id="none",
        ),
        pytest.param(
            {1: UNDECIDED},
            f"{UNKNOWN}: 1 replica is undecided. With 1: too near to tell; write max_window_seconds = 40.",
            id="nothing decided",
        ),
    ],
)
def test_a_count_is_named_where_it_was_decided(
    answers: dict[int, SloAnswer], told: str, sweep: SweepResult
) -> None:
    """Else that it is not known, and what would decide it."""
    assert deployment_sentences(sweep, _demand(sweep, answers))[0] == told


@pytest.mark.parametrize("answers", list(itertools.product((MET, MISSED, UNDECIDED), repeat=3)))
def test_no_count_is_recommended_that_was_not_decided(
    answers: tuple[SloAnswer, ...], sweep: SweepResult
) -> None:
    """Whatever is known of three counts: the one to deploy is met, and each smaller one missed."""
    known = dict(zip(PLAN.replicas, answers, strict=True))
    decided = next((count for count, answer in known.items() if answer is not MISSED), None)

    sentence = deployment_sentences(sweep, _demand(sweep, known))[0]

    if decided is not None and known[decided] is MET:
        assert sentence.startswith(f"Deploy {decided} replica")
    else:
        assert sentence.startswith("How many replicas to deploy for the goal at 1.8 orders/s")
        assert " is not known: " in sentence


def test_an_invalid_run_recommends_nothing(sweep: SweepResult) -> None:
    """What its valid steps say is told as such."""
    invalid = replace(sweep, verdict=RunVerdict.INVALID)

    sentence = deployment_sentences(invalid, _demand(sweep, {1: MISSED, 2: MET}))[0]

    assert sentence == (
        f"{UNKNOWN}, as the run is invalid. Of the steps that may be believed: 2 replicas are enough, 1 is not."
    )


def test_nothing_is_told_of_steps_that_may_not_be_believed() -> None:
    """
    Where none may be, no count is "undecided by them", and the page knows that open loads were measured.
    """
    broken = [replace(step, gone=("worker-1",)) for step in synthetic_steps.steps()]

    found = headlines(analyse(broken, PLAN, synthetic_steps.manifest()))

    assert found[1:] == [f"{UNKNOWN}, as the run is invalid."]


def test_a_load_that_was_not_measured_has_no_answer() -> None:
    """A run that ended after its closed loads says so."""
    steps = [step for step in synthetic_steps.steps() if step.key.kind == "saturate"]

    found = headlines(analyse(steps, PLAN, synthetic_steps.manifest()))

    assert found[0] == "How many replicas to deploy is not known: no step at an open rate was measured."


def test_many_counts_are_told_around_the_answer() -> None:
    """
    Of six counts the sentence names those up to the answer and the largest.
    """
    plan = synthetic_steps.demo_plan(replicas=(1, 2, 3, 4, 6, 8))

    sentence = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))[1]

    assert [int(count) for count in re.findall(r"with (\d+)", sentence)] == [1, 2, 8], sentence


def test_late_activities_are_told_of_each_count() -> None:
    """
    Beside the count that misses the goal stands the one to deploy, of how many activities, and the worst of repetitions.
    """
    steps = synthetic_steps.steps()
    found = analyse(steps, PLAN, synthetic_steps.manifest())
    shares = {1: 0.104, 2: 0.0, 4: 0.0042}
    told = replace(
        found,
        steps=tuple(
            replace(step, late_ratio=shares[step.replicas]) if step.load.kind == "open" else step
            for step in found.steps
        ),
    )
    number = {
        step.replicas: step.schedule_to_start_seconds.activity.n
        for step in told.steps
        if step.load.kind == "open"
    }

    sentence = headlines(told)[1]

    assert (
        f"In the windows measured (seconds; hours may differ) 10 % of {number[1]} activities waited longer than "
        f"150 ms with 1, none of {number[2]} with 2 and 0.4 % of {number[4]} with 4."
    ) in sentence


def test_a_run_whose_largest_count_had_no_valid_closed_load_still_says_how_many() -> None:
    """
    The answer rests on the open loads; what is lost is named, with its reason.
    """
    steps = synthetic_steps.steps()
    last = next(
        index for index, step in enumerate(steps) if step.key.replicas == 4 and step.key.kind == "saturate"
    )
    steps[last] = replace(steps[last], gone=("worker-1",))

    found = headlines(analyse(steps, PLAN, synthetic_steps.manifest()))

    assert found[0].startswith("Deploy 2 replicas: ")
    assert any(
        sentence.startswith("What 4 replicas would complete saturated is not known: ")
        and sentence.endswith("The answer above does not rest on it.")
        for sentence in found
    ), found


def test_a_plan_without_a_bound_on_waiting_only_tells_it() -> None:
    """
    Nothing asked, nothing kept.
    """
    plan = synthetic_steps.demo_plan(slo=Slo(schedule_to_start_p95_seconds=None))

    found = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert "is not known, as the plan sets no bound on waits" in found[0]


def test_a_ramps_headline_says_that_its_answer_is_of_all_rates_together() -> None:
    """
    Neither its lowest nor its highest one is the rate at which the goal was kept.
    """
    ramp = Arrivals(kind=ArrivalKind.RAMP, from_ratio=0.5)
    plan = synthetic_steps.demo_plan(
        loads=(Saturate(), Open(arrival_rate=1.8, window_seconds=20, arrivals=ramp))
    )

    found = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert "the goal at a ramp from 0.9 to 1.8 orders/s, all rates mixed (the SLO" in found[0]


def test_a_shapes_headline_names_the_rates_that_were_offered() -> None:
    """
    "At 1.8/s" would be an answer about a rate that hardly was.
    """
    spike = Open(arrival_rate=1.8, window_seconds=20, arrivals=Arrivals(kind=ArrivalKind.SPIKE))
    plan = synthetic_steps.demo_plan(loads=(Saturate(window_seconds=15), spike))

    found = headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert "the goal at a spike of 5.4 over 1.8 orders/s (the SLO" in found[0]


@pytest.mark.usefixtures("unrendered")
def test_a_shapes_reasons_and_captions_name_the_rates_that_were_offered() -> None:
    """
    As its headline does.
    """
    spike = Open(arrival_rate=1.8, window_seconds=20, arrivals=Arrivals(kind=ArrivalKind.SPIKE))
    slo = Slo(schedule_to_start_p95_seconds=0.001)
    plan = synthetic_steps.demo_plan(loads=(Saturate(window_seconds=15), spike), slo=slo)

    found = analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest())

    assert found.reasons[0].startswith("at a spike of 5.4 over 1.8/s: ")
    (latency,) = [figure for figure in figures(found) if figure.id == "latency"]
    assert "the same arrivals, a spike of 5.4 over 1.8/s." in latency.caption


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({}, True),
        ({"slo": Slo(schedule_to_start_p95_seconds=None, end_to_end_p95_seconds=3.0)}, False),
        (
            {"loads": (Saturate(), Open(arrival_rate=1.8, arrivals=Arrivals(kind=ArrivalKind.CONSTANT)))},
            False,
        ),
        ({"loads": (Saturate(),)}, True),
    ],
    ids=["as it is", "no bound on waits", "no random arrivals", "no open load"],
)
def test_a_search_is_proposed_where_it_takes_the_plan(
    changes: Mapping[str, object], *, is_told: bool
) -> None:
    """
    `loadtest capacity` refuses every other one.
    """
    plan = synthetic_steps.demo_plan(**changes)
    question = {"rate": None, "window_seconds": None, "budget_seconds": None}

    told = "`loadtest capacity`" in " ".join(
        headlines(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))
    )

    assert told is is_told
    if is_told:
        searching_plan(plan, **question)
    else:
        with pytest.raises(InputError):
            searching_plan(plan, **question)
