"""
How a rule says what it found: the suspect with its setting, and numbers as people read them.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.analysis.suspects.setting_names import SETTINGS
from loadtest.results.suspect import Suspect, SuspectName

_NOT_OURS = "it is none of the kit's"
NOT_RELIEVED: Mapping[SuspectName, str] = {
    SuspectName.OTHER_REFUSAL: "the kit does not know this limit's setting",
    SuspectName.QUEUE_RATE_API: "somebody set it on the server",
    SuspectName.QUEUE_RATE_WORKER: "it stands in the worker's code",
    SuspectName.QUEUE_RATE_SYSTEM: "it follows from several settings of the server",
    SuspectName.SLOT_TUNER: "its slots have no fixed number",
    SuspectName.WORKER_RATE: "it stands in the worker's code",
    SuspectName.BLOCKED_LOOP: "it stands in the worker's code",
    SuspectName.DOWNSTREAM: _NOT_OURS,
    SuspectName.BETWEEN_STAGES: "it has no one setting",
    SuspectName.SERVER: "it has no one setting",
    SuspectName.DATABASE: _NOT_OURS,
    SuspectName.MACHINE: _NOT_OURS,
    SuspectName.STOLEN_CPU: _NOT_OURS,
    SuspectName.INJECTOR: "it is the measurement's own; measure again with more",
}
"""
Why the kit cannot relieve a suspect itself; those that it can are not in it.
"""


def found(name: SuspectName, group: int, evidence: str) -> Suspect:
    """
    Return a suspect with the setting that would relieve it.

    Args:
        name: Name of the suspect.
        group: The ranking's question that found it.
        evidence: The readings, as a clause.
    """
    return Suspect(name, group, evidence, SETTINGS[name], NOT_RELIEVED.get(name))


def time_text(seconds: float) -> str:
    """
    Write a time in milliseconds, from 1 s on in seconds.
    """
    if seconds >= 1:
        return f"{seconds:.1f} s"
    return f"{seconds * 1000:.0f} ms" if seconds >= 0.01 else f"{seconds * 1000:.1f} ms"
