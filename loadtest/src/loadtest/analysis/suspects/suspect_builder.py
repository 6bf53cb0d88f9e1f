"""
How a rule says what it found: the suspect with its setting.
"""

from __future__ import annotations

from collections.abc import Mapping

from loadtest.analysis.suspects.setting_names import SETTINGS
from loadtest.results.suspect import Suspect, SuspectName

_NOT_OURS = "it is none of the kit's"
NOT_RELIEVED: Mapping[SuspectName, str] = {
    SuspectName.OTHER_REFUSAL: "the kit does not know this limit's setting",
    SuspectName.SLOT_TUNER: "its slots have no fixed number",
    SuspectName.WORKER_RATE: "it stands in the worker's code",
    SuspectName.BLOCKED_LOOP: "it stands in the worker's code",
    SuspectName.DOWNSTREAM: _NOT_OURS,
    SuspectName.BETWEEN_STAGES: "it has no one setting",
    SuspectName.SERVER: "it has no one setting",
    SuspectName.DATABASE: _NOT_OURS,
    SuspectName.MACHINE: _NOT_OURS,
    SuspectName.STOLEN_CPU: _NOT_OURS,
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
