"""
Writes suspects in sentences.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.analysis.suspects.ranking import first_suspects
from loadtest.plural import counted
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit
from loadtest.results.suspect import Suspect, SuspectName
from loadtest.results.sweep_result import SweepResult

# Names in the singular, which take "holds" and not "hold".
_ONE_THING = frozenset(
    {
        SuspectName.CACHE,
        SuspectName.WORKER_CPU,
        SuspectName.OTHER_REFUSAL,
        SuspectName.QUEUE_RATE_API,
        SuspectName.QUEUE_RATE_WORKER,
        SuspectName.QUEUE_RATE_SYSTEM,
        SuspectName.SLOT_TUNER,
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


def subject(name: SuspectName) -> str:
    """
    Return a suspect's name before its verb, which ends what a comma begins.
    """
    return f"{name}," if "," in name else name.value


def suspects_sentence(suspects: Sequence[Suspect]) -> str:
    """
    Write suspects that are equally likely: "A or B may hold it back: ...".
    """
    names = " or ".join(suspect.name.value for suspect in suspects[:-1])
    names += f"{' or ' if names else ''}{subject(suspects[-1].name)}"
    evidence = "; ".join(suspect.evidence for suspect in suspects)
    return f"{names[:1].upper()}{names[1:]} may hold it back: {evidence}"


def held_back(sweep: SweepResult, *, explain: bool = True) -> str | None:
    """
    Say what the readings point at in the largest saturated step, else in the largest overloaded one.

    Args:
        sweep: The run, or one combination of its factors.
        explain: Whether to say how a suspect is proved.

    Returns:
        The first suspects, their evidence and what to change; or that the cause of a slow hand-over is not known;
        ``None`` where no usable step is at a limit.
    """
    at_limit = [step for step in sweep.steps if step.counts_for_cell and step.suspects is not None]
    told = [step for step in at_limit if step.suspects]
    largest = max(at_limit, key=_telling, default=None)
    if largest is not None and not largest.suspects and _limit(largest) is Limit.HAND_OVER:
        return (
            f"What slows the hand-over is not known: no other reading of {counted(largest.replicas, 'replica')}, "
            "saturated, points at a limit."
        )
    if not told:
        return None
    step = max(told, key=_telling)
    first = first_suspects(step.suspects or ())
    how = "overloaded"
    if step.load.kind == "saturate":
        how = "under a closed load" if _limit(step) is Limit.UNKNOWN else "saturated"
    relief = (
        " `loadtest limits` proves it by relief: it raises that alone."
        if explain and any(suspect.not_relieved is None for suspect in first)
        else ""
    )
    change = "; or ".join(dict.fromkeys(suspect.setting.text for suspect in first if suspect.setting.text))
    advice = f" To change: {change}." if change else ""
    return f"{suspects_sentence(first)}, with {counted(step.replicas, 'replica')} {how}.{relief}{advice}"


def _telling(step: StepResult) -> tuple[bool, int, bool, int]:
    """
    Order steps by how much they tell of a limit; of repetitions that differ, the one that the slots did not limit comes
    first, as the sentence on the throughput names its limit.
    """
    slots = _limit(step) is Limit.SLOTS
    return step.load.kind == "saturate", step.replicas, not slots, -step.repetition


def _limit(step: StepResult) -> Limit | None:
    return None if step.capacity is None else step.capacity.limit
