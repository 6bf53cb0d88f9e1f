"""
What an attempt costs: the wait, the CPU time and the failures that its order asks for.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from temporalio import activity

from repairshop.activities.activity_errors import InjectedFailure, Refused
from repairshop.contract import Fault
from repairshop.draws import drawn_failure, drawn_seconds
from repairshop.step_payloads import StepContext

# Heartbeats within the longest time between two that the order allows.
BEATS_PER_SILENCE = 4


def progress() -> float:
    """
    Return the share of the work, 0..1, that an earlier attempt had reported before it was lost.
    """
    details = activity.info().heartbeat_details
    return float(details[0]) if details else 0.0


async def spend(given: StepContext) -> None:
    """
    Wait and compute as the profile says, from the point where an earlier attempt was lost.

    Raises:
        InjectedFailure: The profile drew a failure for this attempt.
    """
    work = given.work
    if work is None:
        return
    info = activity.info()
    attempt = (given.seed, info.activity_type, given.round, info.attempt)
    seconds = drawn_seconds(work, *attempt)
    if seconds > 0:
        if info.heartbeat_timeout is None:
            await wait(seconds)
        else:
            await _wait_with_heartbeats(seconds, info.heartbeat_timeout.total_seconds())
    if work.cpu_seconds > 0:
        await _compute(work.cpu_seconds, info.heartbeat_timeout)
    if drawn_failure(work, *attempt):
        raise InjectedFailure(info.activity_type, "failed by its failure_probability")


async def suffer(given: StepContext, *, after_effect: bool) -> None:
    """
    Do what a fault of the order asks for at this point of the attempt.

    Raises:
        InjectedFailure: A retry can correct the fault.
        Refused: No retry can correct the fault.
    """
    fault = given.fault
    if fault is None or not strikes(fault, after_effect=after_effect):
        return
    if fault.hang_seconds:
        await hang(fault.hang_seconds)
    if not fault.fails:
        return
    step = activity.info().activity_type
    if fault.permanent:
        raise Refused(step)
    raise InjectedFailure(step, "failed as the order asks for")


async def wait(seconds: float) -> None:
    """
    Wait as an activity waits for a person or a remote system.
    """
    await asyncio.sleep(seconds)


async def hang(seconds: float) -> None:
    """
    Do nothing for a while, like a system that does not answer.
    """
    await asyncio.sleep(seconds)


def strikes(fault: Fault, *, after_effect: bool) -> bool:
    """
    Return whether a fault happens at this point of the running attempt.
    """
    return fault.after_effect is after_effect and (
        fault.attempts == 0 or activity.info().attempt <= fault.attempts
    )


async def _wait_with_heartbeats(seconds: float, silence: float) -> None:
    done = progress()
    begun = time.monotonic() - done * seconds
    while done < 1:
        activity.heartbeat(done)
        await asyncio.sleep(min(silence / BEATS_PER_SILENCE, (1 - done) * seconds))
        done = min(1.0, (time.monotonic() - begun) / seconds)


async def _compute(cpu_seconds: float, silence: timedelta | None) -> None:
    burning = asyncio.ensure_future(asyncio.to_thread(_burn, cpu_seconds))
    try:
        while silence is not None and not burning.done():
            activity.heartbeat(1.0)
            await asyncio.wait({burning}, timeout=silence.total_seconds() / BEATS_PER_SILENCE)
        await burning
    finally:
        burning.cancel()


def _burn(cpu_seconds: float) -> None:
    # In a thread, so that only the CPU time of this thread counts and heartbeats go on.
    end = time.thread_time() + cpu_seconds
    while time.thread_time() < end:
        sum(range(200))
