"""
What crosses between Locust's master and its injectors in a planned step, as plain data.

It knows neither Locust nor asyncio.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loadtest.results.measured_step import InjectorCounts, InjectorSecond
from loadtest.results.problem import Problem
from loadtest.results.step_instruction import StepInstruction


@dataclass(frozen=True, slots=True)
class InstructionPart:
    """
    One injector's part of an instruction.

    Attributes:
        instruction: What all injectors do together.
        index: Which part, from 0.
        injectors: How many parts there are.
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
    closes: int
    closes_in_window: int
    within_slo: int
    closed_minus_sent_seconds: float
    window_closed_minus_sent_seconds: float


@dataclass(frozen=True, slots=True)
class PartReport:
    """
    What one injector says of its part; the master makes an ``InjectorReport`` of all of them.

    Attributes:
        whole, window: Counts; the window's ``completed`` is made from the levels.
        sampling_level: Results were awaited of every 2^level-th start.
        levels: Closes by level.
        histograms: ``lag``, ``response`` and ``service``, encoded.
        open_at_end: Workflows still open when the drain gave up.
        drain_seconds: End of arrivals to the last close.
        problems: What broke.
        sampled_workflow_ids: Closed in the window.
        cpu_seconds: Of this process over the window.
        rss_bytes: Its largest resident size.
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
    Return the step that a share is of, whatever else of it can be read; ``None`` where another version names none.
    """
    try:
        return str(message["instruction"]["step"])
    except (KeyError, TypeError):
        return None


def answers_step(said: Mapping[str, Any], step: str | None) -> bool:
    """
    Tell whether an injector's report or refusal is of a step: a refusal that names none is of the one that runs.

    Args:
        said: What the injector sent.
        step: That runs; ``None`` between two.
    """
    named = said.get("step")
    return named == step or (named is None and said.get("problem") is not None)


def add_seconds(at: float, seconds: Mapping[str, InjectorSecond]) -> InjectorSecond:
    """
    Add what each injector said last.
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
