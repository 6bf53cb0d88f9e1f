"""
What a step found, in one line for people who watch; the report tells more.
"""

from __future__ import annotations

import math

from loadtest.analysis.decisions.slo import judge_step, judge_waits
from loadtest.analysis.estimators.number_text import milliseconds_text, wait_milliseconds_text
from loadtest.plan import Slo
from loadtest.results.estimate import Wait
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.step_result_parts import Limit


def step_line(step: StepResult, slo: Slo, not_again: str | None = None, restarts: str | None = None) -> str:
    """
    Return one line: the verdict, and how much was completed and how long tasks waited, or why these may not be
    believed.

    Args:
        step: Readings of the step.
        slo: Bounds that the step is held against.
        not_again: Why an invalid step is not measured again; ``None`` where it is, or where that needs no reason.
        restarts: What was restarted before it, in words; ``None`` where nothing was.
    """
    setting = f"{step.setting}, " if step.factors else ""
    head = f"{setting}{step.replicas} × {step.key.load_name}: {step.verdict.value}"
    before = () if restarts is None else (restarts,)
    if step.verdict is StepVerdict.INVALID:
        again = () if not_again is None else (f"not measured again, as {not_again}",)
        return f"{head}: {'; '.join((*step.reasons, *again, *before))}"
    parts = []
    rate = step.throughput_per_second
    if rate.value is not None and rate.half_width is not None:
        # Rates of orders that take minutes are thousandths per second.
        decimals = 2 if rate.value <= 0 else max(2, 2 - math.floor(math.log10(rate.value)))
        parts.append(f"{rate.value:.{decimals}f} ± {rate.half_width:.{decimals}f}/s")
    if step.load.arrival_rate is not None:
        parts.append(completed_text(step))
        waits = step.schedule_to_start_seconds
        parts += [
            text
            for text in (_wait("activities", waits.activity), _wait("workflow tasks", waits.workflow))
            if text
        ]
        parts.append(_slo_told(step, slo))
    parts += [told] if (told := _second_told(step)) else []
    parts += (*step.reasons, *before)
    return f"{head}: {', '.join(parts)}" if parts else head


def _slo_told(step: StepResult, slo: Slo) -> str:
    """
    Say whether the step keeps every bound (one on failed orders there always is) and, where that differs, what its
    activities' waits alone say.
    """
    answer, waits = judge_step(step, slo).answer, judge_waits([step], slo)
    alone = (
        "" if waits is None or waits.answer is answer else f" (its activities' waits: {waits.answer.value})"
    )
    return f"SLO {answer.value}{alone}"


def completed_text(step: StepResult) -> str:
    """
    Say how many of the window's arrivals were completed, and how many were open at its two ends.
    """
    told = f"{step.counts.window_completed} of {step.counts.window_offered} completed"
    start, end = step.in_flight.start, step.in_flight.end
    return told if start is None or end is None else f"{told}, in flight {start:.0f} → {end:.0f}"


def _second_told(step: StepResult) -> str | None:
    """
    Say what the step with twice the orders in flight showed; ``None`` for any other step.
    """
    if not step.load.doubled:
        return None
    if step.superseded:
        is_full = step.capacity is not None and step.capacity.limit is Limit.SLOTS
        return f"no more than with half of the orders, so {'the slots limit' if is_full else 'the hand-over between slots limits'}"
    return "in place of the step with half of the orders, which leaves slots free"


def _wait(what: str, wait: Wait) -> str | None:
    if wait.p95 is not None:
        return f"{what} waited {wait_milliseconds_text(wait.p95)} ms (this window's p95)"
    if wait.mean.value is not None:
        return f"{what} waited {milliseconds_text(wait.mean.value)} ms (this window's mean)"
    return None
