"""
The saga: runs the steps of an order and, if necessary, undoes them in reverse.

What was done is undone whatever happens meanwhile. ``order_steps.UNDONE_BY`` lists the steps, and the workflow decides
which of them an order takes.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError, TerminatedError, TimeoutError
from temporalio.workflow import ActivityCancellationType

from repairshop.contract import RepairOrder
from repairshop.order_steps import UNDONE_BY, OrderStep
from repairshop.step_payloads import StepContext, StepOutput
from repairshop.workflows.retry_policies import UNTIL_IT_WORKS
from repairshop.workflows.step_timeouts import StepTimeouts

_T = TypeVar("_T")

# What ends a workflow that has no say in it, and so undoes nothing.
ENDED_FROM_OUTSIDE = (TerminatedError, TimeoutError)
NOTHING_MORE = StepContext()
# Time until a compensation that no retry can correct is tried once more, as somebody may have corrected it by hand.
# It doubles up to a day, so that years of trying stay far below the 51,200 events that a history may have.
HOPELESS_SECONDS = 60.0
LONGEST_HOPELESS_SECONDS = 86_400.0


class Saga:
    """
    What was done for an order, and so what must be undone.

    Attributes:
        done: Steps with an effect to undo, with their rounds, oldest first.
        undone: Compensations that undid an effect, in the order in which they ran.
        cancelled: Whether the client cancelled the order.
    """

    def __init__(self, order: RepairOrder, entered: Callable[[str], None]) -> None:
        """
        Begin with nothing done.

        Args:
            order: The order.
            entered: Gets the name of each step and compensation when it begins.
        """
        self.cancelled = False
        self.done: list[tuple[OrderStep, int]] = []
        self.undone: list[str] = []
        self._order = order
        self._entered = entered
        self._blob = "x" * order.work.payload_bytes
        self._timeouts = StepTimeouts.of(order.work, order.spans)
        repair = replace(order.work, seconds=order.repair_seconds) if order.repair_seconds else None
        self._repair_timeouts = StepTimeouts.of(repair, order.spans) if repair else self._timeouts

    async def do(
        self, step: OrderStep, retries: RetryPolicy, given: StepContext = NOTHING_MORE, round_: int = 0
    ) -> StepOutput:
        """
        Run a step; a cancellation is obeyed once it is known what must be undone.

        Args:
            step: Activity of the step.
            retries: Retry policy of the step.
            given: The step's own input; the order's part is filled in.
            round_: How often the device was sent back, for steps that each round runs again.

        Raises:
            FailureError: The step failed for good, or it cannot be scheduled.
            asyncio.CancelledError: The order was cancelled in the meantime.
        """
        self._entered(step)
        # A step that is refused here was not even scheduled.
        asked = self._start(step, retries, given, round_)
        try:
            answer = await asked
        except (FailureError, asyncio.CancelledError) as error:
            if _may_have_happened(error):
                self.add(step, round_)
            raise
        self.add(step, round_)
        self.stop_if_cancelled()
        return answer

    async def finish(self, step: OrderStep, given: StepContext = NOTHING_MORE) -> StepOutput:
        """
        Run the step that ends an order: a cancellation that comes now is too late.

        It is retried until it is known to have happened, as nothing undoes it.

        Raises:
            ActivityError: The step was refused.
        """
        self._entered(step)
        return await unstoppable(self._start(step, UNTIL_IT_WORKS, given, 0))

    @property
    def is_cancelled(self) -> bool:
        """
        Whether the order must be stopped, by its client or by the operator of the server.
        """
        return self.cancelled or workflow.cancellation_reason() is not None

    def stop_if_cancelled(self) -> None:
        """
        Obey a cancellation that came while the workflow awaited something that completed all the same.

        Raises:
            asyncio.CancelledError: The order was cancelled.
        """
        if self.is_cancelled:
            raise asyncio.CancelledError

    def add(self, step: OrderStep, round_: int) -> None:
        """
        Note that a step may have had an effect, if such an effect must be undone.
        """
        if step in UNDONE_BY:
            self.done.append((step, round_))

    def has_done(self, step: OrderStep) -> bool:
        """
        Whether a step of the first round may have had an effect that is still to be undone, should it come to that.
        """
        return (step, 0) in self.done

    async def take_back(self, step: OrderStep, round_: int = 0) -> None:
        """
        Take back one step of an order that goes on, until it works, whoever cancels meanwhile.
        """
        await unstoppable(asyncio.create_task(self._undo(step, round_)))

    async def undo_all(self) -> None:
        """
        Undo what was done, the newest first, each until it works, also if the workflow is cancelled meanwhile.
        """
        if self.done:
            await unstoppable(asyncio.create_task(self._undo_all()))

    def _start(
        self, step: OrderStep, retries: RetryPolicy, given: StepContext, round_: int
    ) -> asyncio.Task[StepOutput]:
        faults = self._order.faults
        timeouts = self._repair_timeouts if step is OrderStep.REPAIR else self._timeouts
        told = replace(
            given,
            order_id=self._order.order_id,
            round=round_,
            seed=self._order.seed,
            work=timeouts.work,
            blob=self._blob,
            fault=next((fault for fault in faults if fault.step == step and fault.round == round_), None)
            if faults
            else None,
        )
        if self._order.work.local_activities:
            return asyncio.create_task(_locally(step, told, timeouts, retries))
        return workflow.start_activity(
            step,
            told,
            result_type=StepOutput,
            start_to_close_timeout=timeouts.start_to_close,
            heartbeat_timeout=timeouts.heartbeat,
            retry_policy=retries,
            cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
        )

    async def _undo_all(self) -> None:
        while self.done:
            await self._undo(*self.done[-1])

    async def _undo(self, step: OrderStep, round_: int) -> None:
        compensation = UNDONE_BY[step]
        for failed in itertools.count():
            self._entered(compensation)
            try:
                answer = await self._start(compensation, UNTIL_IT_WORKS, NOTHING_MORE, round_)
            except ActivityError as error:
                workflow.logger.error("%s failed for good and is begun anew: %s", compensation, error.cause)
                await workflow.sleep(hopeless_seconds(failed))
            else:
                break
        self.done.remove((step, round_))
        if answer.value:
            self.undone.append(compensation)


async def _locally(
    step: OrderStep, told: StepContext, timeouts: StepTimeouts, retries: RetryPolicy
) -> StepOutput:
    """
    Run a step within the workflow task; it fails in the same way as one from the queue.

    Raises:
        ActivityError: The step failed for good.
        asyncio.CancelledError: The order was cancelled in the meantime.
    """
    handle = workflow.start_local_activity(
        step,
        told,
        result_type=StepOutput,
        start_to_close_timeout=timeouts.start_to_close,
        retry_policy=retries,
        cancellation_type=ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    )
    try:
        answer: StepOutput = await handle
    except (ApplicationError, TimeoutError) as error:
        # The SDK raises the error of a local activity unchanged.
        raise ActivityError(
            "the local activity failed",
            scheduled_event_id=0,
            started_event_id=0,
            identity="",
            activity_type=step,
            activity_id="",
            retry_state=None,
        ) from error
    return answer


async def unstoppable(task: asyncio.Task[_T]) -> _T:
    """
    Await a task to its end, even if the waiting task is cancelled.
    """
    while True:
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise


def hopeless_seconds(failed: int) -> float:
    """
    Return how long to wait before a compensation is tried again that no retry could correct and that failed *failed*
    times.
    """
    # After a few doublings the upper bound is used, and the power of a large number would not fit.
    return float(min(HOPELESS_SECONDS * 2 ** min(failed, 16), LONGEST_HOPELESS_SECONDS))


def _may_have_happened(error: BaseException) -> bool:
    cause = error.cause if isinstance(error, ActivityError) else None
    return not (isinstance(cause, ApplicationError) and cause.non_retryable)


def root_cause(error: BaseException) -> str:
    """
    Return the first cause of an error, in words for people.
    """
    while isinstance(error, FailureError) and error.cause is not None:
        error = error.cause
    return str(error) or type(error).__name__
