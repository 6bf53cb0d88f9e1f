"""
What a step found, in one line for whoever watches; the report says more.
"""

from __future__ import annotations

from loadtest.results.estimate import Wait
from loadtest.results.step_result import StepResult, StepVerdict


def step_line(step: StepResult) -> str:
    """
    Return one line: verdict, throughput and waits, or why they may not be believed.
    """
    setting = f"{step.setting}, " if step.factors else ""
    head = f"{setting}{step.replicas} × {step.load.kind}: {step.verdict.value}"
    if step.verdict is StepVerdict.INVALID:
        return f"{head}: {'; '.join(step.reasons)}"
    parts = []
    rate = step.throughput_per_second
    if rate.value is not None and rate.half_width is not None:
        parts.append(f"{rate.value:.2f} ± {rate.half_width:.2f}/s")
    if step.load.arrival_rate is not None:
        waits = step.schedule_to_start_seconds
        parts += [
            text
            for text in (_wait("activities", waits.activity), _wait("workflow tasks", waits.workflow))
            if text
        ]
    parts += step.reasons
    return f"{head}: {', '.join(parts)}" if parts else head


def _wait(what: str, wait: Wait) -> str | None:
    if wait.p95 is not None:
        return f"{what} wait {wait.p95 * 1000:.0f} ms (p95)"
    if wait.mean.value is not None:
        return f"{what} wait {wait.mean.value * 1000:.0f} ms (mean)"
    return None
