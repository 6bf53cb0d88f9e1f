"""
How suspects are told in sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.suspects.ranking import first_suspects
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.sweep_result import SweepResult

# Names that are one thing, and so take "holds" and not "hold".
_ONE_THING = frozenset(
    {
        SuspectName.CACHE,
        SuspectName.WORKER_CPU,
        SuspectName.OTHER_REFUSAL,
        SuspectName.QUEUE_RATE_API,
        SuspectName.QUEUE_RATE_WORKER,
        SuspectName.QUEUE_RATE_SYSTEM,
        SuspectName.WORKER_RATE,
        SuspectName.BLOCKED_LOOP,
        SuspectName.DOWNSTREAM,
        SuspectName.BETWEEN_STAGES,
        SuspectName.SERVER,
        SuspectName.DATABASE,
        SuspectName.STOLEN_CPU,
    }
)


def hold(name: SuspectName) -> str:
    """
    Return the verb that goes with a suspect's name.
    """
    return "holds" if name in _ONE_THING else "hold"


def suspects_sentence(suspects: Sequence[Suspect], likely: str = "may") -> str:
    """
    Tell suspects that are as likely as each other: "A or B may hold it back: ...".
    """
    names = " or ".join(suspect.name.value for suspect in suspects)
    evidence = "; ".join(suspect.evidence for suspect in suspects)
    return f"{names[:1].upper()}{names[1:]} {likely} hold it back: {evidence}"


def held_back(sweep: SweepResult) -> str | None:
    """
    Say what the readings point at in the largest saturated step, else in the largest overloaded one.

    Returns:
        The first suspects, their evidence and what to change; ``None`` where no usable step is at a limit.
    """
    told = [step for step in sweep.steps if step.counts_for_cell and step.suspects]
    if not told:
        return None
    step = max(told, key=lambda each: (each.load.kind == "saturate", each.replicas, -each.repetition))
    first = first_suspects(step.suspects or ())
    of = "1 replica" if step.replicas == 1 else f"{step.replicas} replicas"
    change = "; or ".join(dict.fromkeys(suspect.setting.text for suspect in first if suspect.setting.text))
    advice = f" To change: {change}." if change else ""
    return (
        f"{suspects_sentence(first)} ({of}, {step.load.kind}; `loadtest limits` proves it by relief).{advice}"
    )
