"""
The attempts at the steps of a run: which may be believed, which to make next, and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from loadtest.analysis.judged_steps.worth_another_attempt import why_not_again
from loadtest.analysis.saturation.doubled_closed_load import first_key, second_key, why_doubled
from loadtest.design.design import KeptStep, most_attempts
from loadtest.plan import Plan
from loadtest.results.step_key import StepKey
from loadtest.results.step_result import StepVerdict


def attempts_at(key: StepKey, kept: Sequence[KeptStep]) -> list[KeptStep]:
    """
    Return all attempts at a step; the key may be that of any of them.
    """
    return [step for step in kept if step.key.first_attempt == key.first_attempt]


def usable_attempt(key: StepKey, kept: Sequence[KeptStep]) -> KeptStep | None:
    """
    Return the attempt at a step that counts; ``None`` where none may be believed.
    """
    usable = [step for step in attempts_at(key, kept) if step.result.is_usable]
    return usable[-1] if usable else None


def attempt_to_make(key: StepKey, kept: Sequence[KeptStep]) -> StepKey | None:
    """
    Return the attempt to make at a step; ``None`` where one may be believed, or the most allowed were made.
    """
    made = attempts_at(key, kept)
    if not made:
        return key
    if usable_attempt(key, kept) is not None or len(made) >= most_attempts(made):
        return None
    return replace(key, attempt=len(made) + 1)


def why_not_repeated(step: KeptStep, plan: Plan, left: Iterable[StepKey]) -> str | None:
    """
    Say why an invalid step is not attempted again; ``None`` where it is attempted again, or nobody would expect it.

    Args:
        step: The step that was measured last.
        plan: Plan of the step's cell.
        left: Steps that the design still asks for.
    """
    if step.result.verdict is not StepVerdict.INVALID or step.key.attempt > 1:
        return None
    if any(key.first_attempt == step.key for key in left):
        return None
    return why_not_again(step.measured, plan)


def is_given_up(key: StepKey, plan: Plan, kept: Sequence[KeptStep]) -> bool:
    """
    Tell whether a sweep leaves a step invalid because another attempt would be invalid too, and it is a closed one that no
    answer needs or none of its workflows ended.
    """
    made = attempts_at(key, kept)
    return (
        bool(made)
        and usable_attempt(key, kept) is None
        and why_not_again(made[-1].measured, plan) is not None
    )


def why_made(key: StepKey, plan: Plan, kept: Sequence[KeptStep]) -> str | None:
    """
    Say why a step is made again, or with twice the orders in flight; ``None`` for a step that the plan itself names.
    """
    if key.attempt > 1:
        last = attempts_at(key, kept)[-1].result
        return f"measured again, as it was invalid: {'; '.join(last.reasons)}"
    return _why_second(first_key(key), plan, kept) if key.doubled else None


def second_step(first: StepKey, plan: Plan, kept: Sequence[KeptStep]) -> StepKey | None:
    """
    Return the step with twice the orders in flight that follows a closed one.

    Returns:
        ``None`` where the closed step was not measured, is invalid, or needs no second one.
    """
    return None if _why_second(first, plan, kept) is None else second_key(first, plan)


def second_steps_to_come(left: Iterable[StepKey], plan: Plan) -> tuple[StepKey, ...]:
    """
    Return the second steps of closed loads that are still to be measured; they are made where slots stay free.
    """
    return tuple(second for key in left if (second := second_key(key, plan)) is not None)


def _why_second(first: StepKey, plan: Plan, kept: Sequence[KeptStep]) -> str | None:
    usable = usable_attempt(first, kept)
    return None if usable is None else why_doubled(usable.measured, plan, usable.result.suspects or ())
