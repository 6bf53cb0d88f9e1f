"""
A read step with other readings.
"""

from __future__ import annotations

from dataclasses import replace

from loadtest.analysis.estimators.intervals import share_ends
from loadtest.results.estimate import Estimate, Percentiles, Wait
from loadtest.results.step_result import StepResult, StepVerdict, Waits
from loadtest.results.step_result_parts import Errors
from loadtest.results.window_decision import Decided, Decision

NO_MEAN = Estimate(None, None, 0, "batches")


def waiting(p95: float | None, n: int = 300) -> Wait:
    """
    A wait with that p95.
    """
    return Wait(NO_MEAN, 0.001, p95, None, n)


def decided(p95: float | None, bound: float = 0.15) -> Decision:
    """
    What a window decides whose long run has that p95, of 300 activities; nothing for ``None``.
    """
    if p95 is None:
        return Decision(Decided.UNDECIDED, 20.0, 12.0, 15.0, 5.0, "12 late", ())
    if p95 > bound:
        return Decision(Decided.MISSED, 20.0, 60.0, 15.0, 4.0, None, ())
    return Decision(Decided.MET, 20.0, 0.0, 15.0, 4.0, None, ())


def shared(taken: float | None, bound: float) -> Decision | None:
    """
    What is decided of a p95 against a bound, of 300 samples; nothing for ``None``.
    """
    if taken is None:
        return None
    answer = Decided.MISSED if taken > bound else Decided.MET
    return Decision(answer, 20.0, 60.0 if taken > bound else 0.0, 15.0, 5.0, None, ())


def errors_of(failed: int, finished: int = 1000) -> Errors:
    """
    So many failed orders with the ends of their share.
    """
    return Errors(failed, finished, *share_ends(failed, finished))


def made(
    step: StepResult,
    *,
    replicas: int = 1,
    repetition: int = 1,
    activity: float | None = 0.01,
    workflow: float | None = 0.003,
    end_to_end: float | None = 1.0,
    failed: int = 0,
    finished: int = 1000,
    verdict: StepVerdict = StepVerdict.VALID,
) -> StepResult:
    """
    A step with these readings.
    """
    why = {"schedule_to_start_seconds.activity.p95": "12 samples"} if activity is None else {}
    return replace(
        step,
        step=f"{replicas}-{step.load.kind}-{repetition}",
        replicas=replicas,
        repetition=repetition,
        schedule_to_start_seconds=Waits(waiting(workflow), waiting(activity)),
        end_to_end_seconds=Percentiles(0.5, end_to_end, None, 300),
        error_ratio=failed / finished,
        errors=errors_of(failed, finished),
        decision=decided(activity),
        workflow_decision=shared(workflow, 0.15),
        end_to_end_decision=shared(end_to_end, 1.9),
        verdict=verdict,
        reasons=() if verdict is StepVerdict.VALID else (f"it is {verdict.value}",),
        why=why,
    )
