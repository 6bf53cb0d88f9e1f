"""
The compensations: one activity each, so that a history can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from temporalio import activity

from repairshop.activities.books import Books
from repairshop.steps import UNDOES, Step, StepInput, StepOutput


def compensations(books: Books) -> list[Callable[..., Any]]:
    """
    Return an activity for each compensation.
    """
    return [_compensation(books, name, step) for name, step in UNDOES.items()]


def _compensation(books: Books, name: str, step: Step) -> Callable[..., Any]:
    @activity.defn(name=name)
    async def undo(given: StepInput) -> StepOutput:
        return await books.take_back(given, step)

    return undo
