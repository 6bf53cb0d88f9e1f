"""
Whether a kept step belongs to its run's plan and is in its own folder; copying folders by hand may bring other steps.
"""

from __future__ import annotations

from loadtest.plan import Plan
from loadtest.results.step_key import StepKey


def why_not_own(key: StepKey, plan: Plan, folder: str) -> str | None:
    """
    Say why a step must not be read as one of a run; ``None`` for a step of the run.

    Args:
        key: Key of the step.
        plan: Plan of the run.
        folder: Name of the folder in which it was found.
    """
    if key.load >= len(plan.loads) or plan.loads[key.load].kind.value != key.kind:
        return f"it has load {key.load} of kind {key.kind}, and the run's plan has none such; take it out of this run"
    if key.folder != folder:
        return f"it is the folder of step {key.folder}; give it that name, or take it out of this run where that is there"
    return None
