"""
What a sweep tells while it runs, as typed events; rich draws them, a Job prints them as JSON lines.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from loadtest.results.document import from_message, to_plain
from loadtest.results.measured_step import Second
from loadtest.results.step_key import StepKey


@dataclass(frozen=True, slots=True)
class SweepStarted:
    """
    Attributes:
        run: Name of the run.
        plan: Name of the plan.
        steps: Number of steps to do.
        seconds: Estimated time for these steps.
        more: Number of steps that may come in addition, where slots stay free.
        more_seconds: Estimated time for these additional steps.
    """

    run: str
    plan: str
    steps: int
    seconds: float
    more: int = 0
    more_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class StepStarted:
    """
    Attributes:
        key: Key of the step.
        number: Number of the step, from 1.
        steps: Number of all steps.
        seconds_left: Estimated time until the sweep ends.
        arrival_rate: Starts per second, ``None`` when closed.
        why: Why it is measured again, or with twice the orders in flight; ``None`` for a step that the plan itself
            names.
    """

    key: StepKey
    number: int
    steps: int
    seconds_left: float
    arrival_rate: float | None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class PhaseStarted:
    """
    Attributes:
        phase: ``scale``, ``wait for workflows of earlier steps``, ``wait for the workers' heartbeats``, ``plan the window``, ``warm-up``, ``window``, ``drain`` or ``collect``.
        seconds: Length of the phase, ``None`` when it is not known.
        at_most: Whether the phase may end earlier.
    """

    phase: str
    seconds: float | None
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    """
    One second of a step.

    Attributes:
        second: What was seen in this second.
        undecided: What is still undecided, in words; empty where nothing is to be decided.
    """

    second: Second
    undecided: str = ""


@dataclass(frozen=True, slots=True)
class ProblemSeen:
    """
    Attributes:
        problem: Why the running step is invalid, in words, told as soon as it is seen.
    """

    problem: str


@dataclass(frozen=True, slots=True)
class NoteSeen:
    """
    Attributes:
        note: Note for the reader on the run as a whole, in words; makes nothing invalid.
    """

    note: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """
    Attributes:
        key: Key of the step.
        verdict: ``valid``, ``overloaded`` or ``invalid``.
        line: What the step found, in one line.
    """

    key: StepKey
    verdict: str
    line: str


@dataclass(frozen=True, slots=True)
class SweepEnded:
    """
    Attributes:
        verdict: ``pass``, ``fail`` or ``invalid``.
        report: Path of the report, relative where possible.
        headlines: The report's first sentences.
        exit_code: Exit code of the process.
        run: Name of the run; an older kit in the cluster does not tell it.
    """

    verdict: str
    report: str
    headlines: tuple[str, ...]
    exit_code: int
    run: str = "latest"


Event = SweepStarted | StepStarted | PhaseStarted | Tick | ProblemSeen | NoteSeen | StepEnded | SweepEnded

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (SweepStarted, StepStarted, PhaseStarted, Tick, ProblemSeen, NoteSeen, StepEnded, SweepEnded)
}


def to_json_line(event: Event) -> str:
    """
    Write an event as one line of JSON, without the line's end.
    """
    return json.dumps({"event": type(event).__name__, **to_plain(event)}, separators=(",", ":"))


def from_json_line(line: str) -> Event | None:
    """
    Read an event back; ``None`` for a line that is something else, such as a log line.

    Raises:
        OtherVersionError: The event has other fields in this version.
    """
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, dict) or document.get("event") not in _KINDS:
        return None
    kind = _KINDS[document.pop("event")]
    event: Event = from_message(kind, document, "the sweep")
    return event
