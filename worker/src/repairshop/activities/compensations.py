"""
The compensations: one activity each, so that a history can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity

from repairshop.activities.effect_recorder import EffectRecorder
from repairshop.order_steps import UNDOES, OrderStep, StepInput, StepOutput


def compensations(books: EffectRecorder) -> list[Callable[..., Any]]:
    """
    Return an activity for each compensation.
    """
    return [_compensation(books, name, step) for name, step in UNDOES.items()]


def _compensation(books: EffectRecorder, name: str, step: OrderStep) -> Callable[..., Any]:
    @activity.defn(name=name)
    async def undo(given: StepInput) -> StepOutput:
        return await books.take_back(given, step)

    return undo
