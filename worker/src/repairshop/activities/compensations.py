"""
The compensations: one activity each, so that a history can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity

from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.order_steps import UNDOES, OrderStep
from repairshop.step_payloads import StepContext, StepOutput


def compensations(recorder: EffectRecorder) -> list[Callable[..., Any]]:
    """
    Return an activity for each compensation.
    """
    return [_compensation(recorder, name, step) for name, step in UNDOES.items()]


def _compensation(recorder: EffectRecorder, name: str, step: OrderStep) -> Callable[..., Any]:
    @activity.defn(name=name)
    async def undo(given: StepContext) -> StepOutput:
        return await recorder.take_back(given, step)

    return undo
