"""
How each reading of a step is made, in words and as expressions.

It takes the words from the schema of sweep.json and the expressions from the catalogue, and adds no text of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from loadtest.report.report_figures import Source, sources
from loadtest.results.schema import SCHEMA_PATH

# Keys that tell about the step itself and are no readings.
_NAMES = {
    "step",
    "replicas",
    "factors",
    "repetition",
    "attempt",
    "load",
    "started_at",
    "window_seconds",
    "verdict",
    "reasons",
    "notes",
    "superseded",
    "why",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """
    One reading.

    Attributes:
        key: Key of the reading in sweep.json.
        meaning: Meaning of the reading, as the schema says it.
        sources: Expressions by which it is watched on a running system; empty where only a sweep can know it.
    """

    key: str
    meaning: str
    sources: tuple[Source, ...]


def readings() -> list[Reading]:
    """
    Return every reading of a step, in the order of sweep.json.
    """
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    properties = schema["$defs"]["StepResult"]["properties"]
    return [
        Reading(key, value["description"], sources([key]))
        for key, value in properties.items()
        if key not in _NAMES
    ]
