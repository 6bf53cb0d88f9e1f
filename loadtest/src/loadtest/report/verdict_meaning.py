"""
The meaning of a run's verdict, in a few words for people who see it for the first time.
"""

from __future__ import annotations

from loadtest.report.deployment_text import has_goal
from loadtest.results.sweep_result import RunVerdict, SweepResult


def verdict_meaning(sweep: SweepResult) -> str:
    """
    Return the meaning of a run's verdict as a clause.
    """
    loads = len(sweep.demands)
    every, one = (" at each rate", " at some rate") if loads > 1 else ("", "")
    match sweep.verdict:
        case RunVerdict.PASS if loads and not has_goal(sweep):
            return f"failures are within their bound{every}, and the plan bounds no waits"
        case RunVerdict.PASS:
            return f"some replica count keeps the goal{every}" if loads else "no step misses the goal"
        case RunVerdict.FAIL:
            return f"no replica count tried keeps the goal{one}" if loads else "a step misses the goal"
        case RunVerdict.UNDECIDED if lacks_settings(sweep):
            return "each setting that was measured keeps the goal, and not all of the plan's were"
        case RunVerdict.UNDECIDED:
            if not loads:
                return "no step is seen to miss the goal, and not all are known to keep it"
            return f"no replica count is known to keep the goal{one}, and some may"
        case RunVerdict.INVALID:
            return "a part of the plan has no step that may be believed"


def lacks_settings(sweep: SweepResult) -> bool:
    """
    Tell whether a run is undecided only because settings of its plan were not measured.
    """
    undecided = sweep.verdict is RunVerdict.UNDECIDED
    return (
        undecided
        and bool(sweep.missing)
        and all(each.verdict is RunVerdict.PASS for each in sweep.combinations)
    )
