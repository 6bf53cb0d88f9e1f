"""
Which problem of a step an error of a look at the system stands for.
"""

from __future__ import annotations

from loadtest.errors import CounterResetError, FamilyAbsentError, MeasurementError
from loadtest.results.problem import Problem, ProblemCause

_CAUSES: dict[type[MeasurementError], ProblemCause] = {
    CounterResetError: ProblemCause.COUNTER_FELL,
    FamilyAbsentError: ProblemCause.FAMILY_ABSENT,
}


def problem_of_error(error: MeasurementError) -> Problem:
    """
    Return the problem, in the error's own words.
    """
    return Problem(_CAUSES.get(type(error), ProblemCause.PAGE_UNUSABLE), str(error))
