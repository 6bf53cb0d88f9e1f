"""
Which design answers which question.
"""

from __future__ import annotations

from loadtest.design.capacity import Capacity
from loadtest.design.compare import Compare
from loadtest.design.design import Design
from loadtest.design.grid import Grid
from loadtest.design.limits import LimitSearch
from loadtest.plan import Plan
from loadtest.results.question import CapacityQuestion, CompareQuestion, LimitsQuestion, Question


def design_of(plan: Plan, question: Question | None) -> Design:
    """
    Return the design of a run.

    Args:
        plan: Plan of the run.
        question: Question that the run answers; ``None`` sweeps the plan.
    """
    match question:
        case None:
            return Grid(plan)
        case CompareQuestion():
            return Compare(plan, question)
        case CapacityQuestion():
            return Capacity(plan, question)
        case LimitsQuestion():
            return LimitSearch(plan, question)
