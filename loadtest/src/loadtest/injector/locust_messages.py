"""
The messages between Locust's master and its injectors in a planned step, as plain data.

It knows neither Locust nor asyncio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.results.failure import FailureWords
from loadtest.results.injector_report import InjectorCounts, InjectorSecond
from loadtest.results.problem import Problem
from loadtest.results.step_instruction import StepInstruction


@dataclass(frozen=True, slots=True)
class InstructionPart:
    """
    One injector's part of an instruction.

    Attributes:
        instruction: Instruction for all injectors together.
        index: Number of the part, from 0.
        injectors: Number of parts.
    """

    instruction: StepInstruction
    index: int
    injectors: int

    def part_of(self, total: int) -> int:
        """
        Divide a number so that the parts of all injectors add up to it.
        """
        return total // self.injectors + (self.index < total % self.injectors)


@dataclass(frozen=True, slots=True)
class LevelReport:
    """
    Closes of one sampling level; see ``tally.Level``.
    """

    end_to_end: str
    closes_in_window: int
    within_slo: int
    closed_minus_sent_seconds: float
    window_closed_minus_sent_seconds: float


@dataclass(frozen=True, slots=True)
class PartReport:
    """
    The report of one injector on its part; the master makes an ``InjectorReport`` from all of them.

    Attributes:
        whole, window: Counts of the whole step and of the window; the window's ``completed`` is made from the levels.
        sampling_level: Sampling level: the injector awaited the result of every 2^level-th start.
        levels: Closes by sampling level.
        histograms: HdrHistograms ``lag``, ``response`` and ``service``, encoded.
        open_at_end: Number of workflows still open when the drain ended without them.
        drain_seconds: Seconds from the end of arrivals to the last close.
        problems: What broke.
        sampled_workflow_ids: Ids of sampled workflows that closed in the window.
        cpu_seconds: CPU time of this process over the window.
        rss_bytes: Largest resident size of this process.
        words: What the first start of each failure was refused with.
        core_limit: Cores that this process may use; ``None`` where it may use all.
        throttled_seconds: Time of the window for which that limit held it back; ``None`` where nothing tells.
    """

    whole: InjectorCounts
    window: InjectorCounts
    sampling_level: int
    levels: Mapping[int, LevelReport]
    histograms: Mapping[str, str]
    open_at_end: int
    drain_seconds: float
    problems: tuple[Problem, ...]
    sampled_workflow_ids: tuple[str, ...]
    cpu_seconds: float
    rss_bytes: int
    words: FailureWords = field(default_factory=dict)
    core_limit: float | None = None
    throttled_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    Why an injector made no report.

    Attributes:
        why: In one line.
        is_of_input: Whether it is what the user gave that cannot be used, and no defect or chance.
    """

    why: str
    is_of_input: bool


def step_of_share(message: Any) -> str | None:
    """
    Return the step of a share, whatever else of the share can be read; ``None`` where another version names no step.
    """
    try:
        return str(message["instruction"]["step"])
    except (KeyError, TypeError):
        return None


def answers_step(said: Mapping[str, Any], step: str | None) -> bool:
    """
    Tell whether an injector's report or refusal is for a step: a refusal without a step is for the running one.

    Args:
        said: Message of the injector.
        step: The running step; ``None`` between two steps.
    """
    named = said.get("step")
    return named == step or (named is None and said.get("problem") is not None)


def add_seconds(at: float, seconds: Mapping[str, InjectorSecond]) -> InjectorSecond:
    """
    Add the last counts of all injectors.
    """
    said = seconds.values()
    return InjectorSecond(
        at=at,
        offered=sum(second.offered for second in said),
        sent=sum(second.sent for second in said),
        completed=sum(second.completed for second in said),
        failed=sum(second.failed for second in said),
        in_flight=sum(second.in_flight for second in said),
    )
