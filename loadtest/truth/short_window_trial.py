"""
Whether windows that are short by the model of fewer replicas decide wrongly, on simulated systems of known answer.

    python loadtest/truth/short_window_trial.py [--runs 4] [--output loadtest/docs/truth-short-windows.md]
"""

from __future__ import annotations

import functools
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from docs_page import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import synthetic_steps
from event_system import Traits
from known_system import Subject, bound_of, capacity_of
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.decisions.model_answer import decide_waits_by_model
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.design import KeptStep, NextStep
from loadtest.design.window_plan import DrawnWork, WindowPlan, fixed_window, plan_window
from loadtest.plan import Plan
from loadtest.results.step_instruction import StepInstruction
from loadtest.results.step_key import StepKey
from loadtest.results.window_decision import Decided

LIMIT = 0.84
LONGEST_SECONDS = 60.0
UTILIZATIONS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.88, 1.05)
COUNTS = ((1, 2), (1, 4), (2, 4))
# What each of the more replicas is worth of one of the fewer: on a machine without a core left four were worth 2.7 of one.
EFFICIENCIES = (1.0, 0.66, 0.45, 0.3)
# Slower at any load, as on a machine that others fill; or slower the busier they are.
WAYS = ("always", "when all are busy")
_BASE = Traits(1, partitions=2, retried=0.003)
_SLOT_SECONDS = 0.26


@dataclass(frozen=True, slots=True)
class Setting:
    """
    Fewer replicas that were measured, more that were not, and by how much less each of the latter completes.
    """

    fewer: int
    more: int
    efficiency: float
    way: str
    work: str


@dataclass(frozen=True, slots=True)
class ShortWindowTrial:
    """
    One open step of more replicas.

    Attributes:
        setting: The tried system.
        utilization: Rate over the system's true capacity.
        seconds: Length of the step's window.
        answer: Answer of the model on the window; ``None`` where it gave none.
        long_answer: Answer of the model on a window of the full length; ``None`` likewise.
    """

    setting: Setting
    utilization: float
    seconds: float
    answer: Decided | None
    long_answer: Decided | None

    @property
    def is_short(self) -> bool:
        """
        Whether fewer replicas made the window short.
        """
        return self.seconds < LONGEST_SECONDS

    @property
    def is_wrong(self) -> bool:
        """
        Whether the answer is not the true one.
        """
        return self.answer not in (None, self._right)

    @property
    def is_long_wrong(self) -> bool:
        """
        Whether the answer of the full length is not the true one.
        """
        return self.long_answer not in (None, self._right)

    @property
    def _right(self) -> Decided:
        return Decided.MET if self.utilization < LIMIT else Decided.MISSED


def settings() -> list[Setting]:
    """
    Return the settings to try; where no throughput is lost, both ways are the same.
    """
    return [
        Setting(fewer, more, efficiency, way, work)
        for work in ("uniform", "exponential")
        for fewer, more in COUNTS
        for efficiency in EFFICIENCIES
        for way in WAYS
        if efficiency < 1 or way == WAYS[0]
    ]


def trials(setting: Setting, runs: int) -> list[ShortWindowTrial]:
    """
    Try one system at each utilisation.
    """
    lost = 1 / setting.efficiency - 1
    if setting.way == WAYS[0]:
        slower = replace(_BASE, overhead_seconds=_BASE.overhead_seconds + lost * _SLOT_SECONDS)
    else:
        slower = replace(_BASE, contention=lost)
    subject = Subject(replace(slower, replicas=setting.more), setting.work, LIMIT)
    capacity, bound = capacity_of(subject), bound_of(subject).seconds
    return [
        _try(setting, subject.traits, bound, used, used * capacity, seed)
        for used in UTILIZATIONS
        for seed in range(1, runs + 1)
    ]


def _try(
    setting: Setting, traits: Traits, bound: float, utilization: float, rate: float, seed: int
) -> ShortWindowTrial:
    seed += round(1000 * utilization)
    document = plan_of_one_count(setting.more, bound, setting.work, seed).model_dump(mode="json")
    document["replicas"] = [setting.fewer, setting.more]
    document["loads"][1]["max_window_seconds"] = LONGEST_SECONDS
    plan = synthetic_steps.demo_plan().model_validate(document)
    usable = read_step(synthetic_steps.step(1, "saturate"), synthetic_steps.demo_plan())
    closed = SearchedSystem(replace(_BASE, replicas=setting.fewer), seed).saturated(
        plan, StepKey(setting.fewer, 0, "saturate", 1)
    )
    kept = [KeptStep(closed, usable)]
    system = SearchedSystem(traits, seed)
    windows = [
        system.opened(plan, NextStep(StepKey(setting.more, 1, "open", 1), rate, None, planner), kept)
        for planner in (plan_window, _full_length)
    ]
    answers = [
        None if (found := decide_waits_by_model(each, plan)) is None else found.answer for each in windows
    ]
    return ShortWindowTrial(setting, utilization, windows[0].window_seconds, *answers)


def _full_length(
    plan: Plan,
    _instruction: StepInstruction,
    key: StepKey,
    _kept: Sequence[KeptStep],
    _drawn: DrawnWork | None,
) -> WindowPlan:
    return fixed_window(plan, key)


def page(found: Sequence[ShortWindowTrial]) -> str:
    """
    Write the page.
    """
    short = [each for each in found if each.is_short]
    answered = [each for each in short if each.answer is not None]
    lines = [
        "# Whether windows that are short by the model of fewer replicas decide wrongly",
        "",
        "Made by `make truth-short-windows`: the closed load of the smaller replica count is measured, that of the larger count is "
        "missing, as where it was invalid.",
        f"The product's own functions plan the open step of the larger count (up to {LONGEST_SECONDS:g} s) and answer by its window.",
        "The systems are simulated by a program that shares no code with the model, with retries and partitions; each replica of the "
        "larger count is worth less than one of the smaller, which the model of the smaller count does not know.",
        f"The bound is the p95 of the larger count at {LIMIT:g} of its own capacity.",
        "",
        f"- {len(short)} of {len(found)} windows were short. Of them {len(answered)} were decided, "
        f"{sum(each.is_wrong for each in short)} wrongly.",
        f"- The same steps in {LONGEST_SECONDS:g} s: {sum(each.long_answer is not None for each in short)} decided, "
        f"{sum(each.is_long_wrong for each in short)} wrongly.",
        f"- Of the {len(found) - len(short)} others {sum(each.answer is not None for each in found if not each.is_short)} were decided, "
        f"{sum(each.is_wrong for each in found if not each.is_short)} wrongly.",
        "",
        "In each cell: short windows / decided / wrong; columns are the rate over the true capacity of the larger count.",
        "",
        f"| replicas: measured, asked | each worth | slower | {' | '.join(f'{used:g}' for used in UTILIZATIONS)} |",
        f"| --- | --- | --- |{' --- |' * len(UTILIZATIONS)}",
        *_rows(found),
    ]
    return "\n".join(lines) + "\n"


def _rows(found: Sequence[ShortWindowTrial]) -> Iterator[str]:
    kinds = dict.fromkeys(
        (each.setting.fewer, each.setting.more, each.setting.efficiency, each.setting.way) for each in found
    )
    for kind in kinds:
        cells = []
        for used in UTILIZATIONS:
            mine = [
                each
                for each in found
                if (each.setting.fewer, each.setting.more, each.setting.efficiency, each.setting.way) == kind
                and each.utilization == used
                and each.is_short
            ]
            decided = sum(each.answer is not None for each in mine)
            cells.append(f"{len(mine)} / {decided} / {sum(each.is_wrong for each in mine)}" if mine else "-")
        fewer, more, efficiency, way = kind
        yield f"| {fewer}, {more} | {efficiency:g} | {way if efficiency < 1 else '-'} | {' | '.join(cells)} |"


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = page_parser(__doc__, "truth-short-windows.md")
    parser.add_argument("--runs", type=int, default=4, help="of each system and utilisation")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    found: list[ShortWindowTrial] = []
    with multiprocessing.Pool(given.processes) as pool:
        for done in pool.imap(functools.partial(trials, runs=given.runs), settings()):
            found += done
            given.output.write_text(page(found), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
