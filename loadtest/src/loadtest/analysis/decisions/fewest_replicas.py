"""
The fewest replicas that keep the SLO under each open load, and what is known of the other counts, in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loadtest.analysis.decisions.slo import judge_count
from loadtest.plan import LoadKind, Plan
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import Demand, Judgement, SloAnswer


def by_answer(judgements: Mapping[int, Judgement], answer: SloAnswer) -> tuple[int, ...]:
    """
    Return the measured counts that have an answer, rising.
    """
    return tuple(count for count in sorted(judgements) if judgements[count].answer is answer)


def not_measured(judgements: Mapping[int, Judgement]) -> str | None:
    """
    Name the counts that were not measured and among which the fewest that are enough may lie.
    """
    enough = by_answer(judgements, SloAnswer.MET)
    if not enough:
        return None
    missing = [count for count in range(1, enough[0]) if count not in judgements]
    worse = [count for count in by_answer(judgements, SloAnswer.MISSED) if count < enough[0]]
    missing = [count for count in missing if not worse or count > worse[-1]]
    spans: list[list[int]] = []
    for count in missing:
        if spans and spans[-1][-1] == count - 1:
            spans[-1].append(count)
        else:
            spans.append([count])
    return ", ".join(f"{s[0]} to {s[-1]}" if len(s) > 1 else f"{s[0]}" for s in spans) or None


def answer_in_words(judgements: Mapping[int, Judgement]) -> str:
    """
    Say what is known of every measured count, and what was not measured.
    """
    if not judgements:
        return "no step of this load was measured"
    enough, not_enough, undecided = (
        by_answer(judgements, answer) for answer in (SloAnswer.MET, SloAnswer.MISSED, SloAnswer.UNDECIDED)
    )
    parts = []
    if enough:
        parts.append(f"{_with_verb(enough)} enough")
    if not_enough and enough:
        parts.append(f"{_with_verb(not_enough, named=True)} not")
    elif not_enough and undecided:
        parts.append(f"{_with_verb(not_enough)} not enough")
    elif not_enough:
        parts.append(f"not even {_with_verb(not_enough[-1:])} enough")
    more = [", ".join(parts)] if parts else []
    if undecided:
        more.append(f"{_with_verb(undecided, named=bool(parts))} undecided")
    gap = not_measured(judgements)
    if gap is not None:
        more.append(f"{gap} {'was' if gap.isdigit() else 'were'} not measured")
    return "; ".join(more)


def _with_verb(counts: Sequence[int], *, named: bool = False) -> str:
    """
    Return counts with their verb, and with their noun unless *named*: "2 and 4 replicas are".
    """
    *others, last = map(str, counts)
    told = f"{', '.join(others)} and {last}" if others else last
    if named:
        return f"{told} {'are' if others else 'is'}"
    return f"{told} replica is" if tuple(counts) == (1,) else f"{told} replicas are"


def fewest_replicas(steps: Sequence[StepResult], plan: Plan, load: int) -> Demand:
    """
    Find the fewest replicas that keep the SLO under one open load of the plan.
    """
    mine = [step for step in steps if step.load.index == load]
    judgements = {
        count: judge_count([s for s in mine if s.replicas == count], plan.slo) for count in plan.replicas
    }
    rates = [rate for step in mine if (rate := step.load.arrival_rate) is not None]
    enough = by_answer(judgements, SloAnswer.MET)
    return Demand(
        load=load,
        arrival_rate=sum(rates) / len(rates) if rates else None,
        replicas=enough[0] if enough else None,
        enough=enough,
        not_enough=by_answer(judgements, SloAnswer.MISSED),
        undecided=by_answer(judgements, SloAnswer.UNDECIDED),
        not_measured=not_measured(judgements),
        why=answer_in_words(judgements),
        by_replicas={str(count): judgement for count, judgement in judgements.items()},
    )


def fewest_replicas_by_load(steps: Sequence[StepResult], plan: Plan) -> tuple[Demand, ...]:
    """
    Find the demand under each open load; empty for a plan without one.
    """
    return tuple(
        fewest_replicas(steps, plan, index)
        for index, load in enumerate(plan.loads)
        if load.kind is LoadKind.OPEN
    )


def no_demand() -> Demand:
    """
    The demand of a plan that has no open load.
    """
    return Demand(
        None,
        None,
        None,
        (),
        (),
        (),
        None,
        "the plan has no open load, whose rate is the same for all replica counts",
        {},
    )
