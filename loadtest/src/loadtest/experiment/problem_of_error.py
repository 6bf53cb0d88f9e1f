"""
Which problem of a step an error in a look at the system is.
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
    Return the problem, with the error's own text.
    """
    return Problem(_CAUSES.get(type(error), ProblemCause.PAGE_UNUSABLE), str(error))
