"""
How long a demo takes, by the sweep's own design on simulated systems of known answer, case by case.

    python loadtest/truth/demo_seconds.py [--demos 30] [--output loadtest/docs/truth-demo-seconds.md]
"""

from __future__ import annotations

import functools
import multiprocessing
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

from docs_page import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

import synthetic_steps
from changed_steps import filled, not_level
from event_system import Traits
from program_run import DEMO
from simulated_capacity_search import SearchedSystem

from loadtest.analysis.decisions.model_answer import decide_waits_by_model
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.design.design import KeptStep, NextStep
from loadtest.design.grid import Grid
from loadtest.design.window_plan import plan_window
from loadtest.plan import Plan, PlanFile, parse_plan
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.window_decision import Decided

MOST_SECONDS = 200.0
# Around warm-up and window of a step, and around all steps: fitted to ten demos of known steps on a real server.
AROUND_STEP_SECONDS = 5.6
AROUND_RUN_SECONDS = 11.0
# From the look that decides to the window's end.
ENDING_SECONDS = 1.5
# What recorded demos showed with 1, 2 and 4 replicas: time in the slot beyond the work, from slot to poll, between activities.
QUICK = {1: (0.017, 0.010, 0.019), 2: (0.013, 0.018, 0.044), 4: (0.037, 0.069, 0.156)}
SLOW = {replicas: (1.5 * slot, 1.5 * poll, 1.5 * gap) for replicas, (slot, poll, gap) in QUICK.items()}
MACHINES = {"as recorded": QUICK, "1.5 times slower": SLOW}


@dataclass(frozen=True, slots=True)
class DemoTrial:
    """
    One demo.

    Attributes:
        closed, opened: Number of closed and of open steps.
        windows: Length of the open steps' windows, by replicas.
        seconds: Length of the whole run, estimated.
        answers: Answer on the activity queue's bound, by replicas.
    """

    closed: int
    opened: int
    windows: dict[int, float]
    seconds: float
    answers: dict[int, Decided | None]


def demo(seed: int, machine: str, spoiled: tuple[int, ...]) -> DemoTrial:
    """
    Run one demo.

    Args:
        seed: Seed of arrivals, draws and luck.
        machine: Name of the machine, which says how fast it is.
        spoiled: Replica counts whose closed loads fill the machine and are not level.
    """
    plan = parse_plan({**PlanFile.read(DEMO).document(), "seed": seed}, DEMO.name)
    design, kept = Grid(plan), list[KeptStep]()
    answers: dict[int, Decided | None] = {}
    while isinstance(asked := design.next(kept), NextStep):
        step = _carried_out(plan, asked, kept, machine, spoiled)
        kept.append(step)
        if asked.arrival_rate is not None:
            found = step.measured.decision
            if found is None or found.answer is Decided.UNDECIDED:
                found = decide_waits_by_model(step.measured, plan)
            answers[step.key.replicas] = None if found is None else found.answer
    windows = {step.key.replicas: step.measured.window_seconds for step in kept if step.key.kind == "open"}
    seconds = AROUND_RUN_SECONDS + sum(
        AROUND_STEP_SECONDS
        + step.measured.warm_up_seconds
        + step.measured.window_seconds
        + (0.0 if step.measured.decision is None else ENDING_SECONDS)
        for step in kept
    )
    return DemoTrial(len(kept) - len(windows), len(windows), windows, seconds, answers)


def _carried_out(
    plan: Plan, asked: NextStep, kept: list[KeptStep], machine: str, spoiled: tuple[int, ...]
) -> KeptStep:
    slot, poll, gap = MACHINES[machine][asked.key.replicas]
    traits = Traits(
        asked.key.replicas, overhead_seconds=slot - 0.003, dead_seconds=poll, gap_seconds=gap - 0.004
    )
    system = SearchedSystem(traits, plan.seed)
    if asked.arrival_rate is not None:
        measured = system.opened(plan, replace(asked, plan_window=plan_window), kept)
        return KeptStep(measured, _usable())
    if asked.key.replicas in spoiled:
        measured = replace(
            filled(not_level(synthetic_steps.step(asked.key.replicas, "saturate"))), key=asked.key
        )
        return KeptStep(measured, replace(_usable(), verdict=StepVerdict.INVALID))
    return KeptStep(system.saturated(plan, asked.key), _usable())


@functools.cache
def _usable() -> StepResult:
    """
    Return the readings of a step that may be believed.
    """
    return read_step(synthetic_steps.step(1, "saturate"), synthetic_steps.demo_plan())


CASES: dict[str, tuple[int, ...]] = {
    "every closed load is valid": (),
    "that of 4 replicas is not level, on a machine that they fill": (4,),
    "those of 2 and 4 are not": (2, 4),
}


def page(found: Sequence[tuple[str, str, DemoTrial]]) -> str:
    """
    Write the page.

    Args:
        found: Machine, case and demo of each trial.
    """
    lines = [
        "# How long a demo takes, step by step",
        "",
        "Made by `make truth-demo-seconds`: the sweep's own design carries out `make demo`'s plan on simulated systems, each time "
        "with another seed; no server was timed.",
        "Slot, poll and hand-over times are those of recorded demos with 1, 2 and 4 replicas, and 1.5 times as long.",
        f"A step takes its warm-up, its window and {AROUND_STEP_SECONDS:g} s around them, a run {AROUND_RUN_SECONDS:g} s more, and a decided "
        f"window {ENDING_SECONDS:g} s more: fitted to ten demos of known steps on a real server ([truth-demo.md](truth-demo.md)).",
        "",
        f"| machine | closed loads | demos | closed + open steps | window of 1 replica, s | of 2 | of 4 | seconds, median | 90 % | at most {MOST_SECONDS:g} s | "
        "decided for all | answers |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for machine in MACHINES:
        for case in CASES:
            mine = [each for at, what, each in found if (at, what) == (machine, case)]
            if mine:
                lines.append(_row(machine, case, mine))
    lines += [
        "",
        "Of each window the table has the shortest, the median and the longest.",
        '"Decided" counts the activities\' bound alone; simulated systems have no workflow tasks, which need 26 orders in a window.',
    ]
    return "\n".join(lines) + "\n"


def _row(machine: str, case: str, mine: Sequence[DemoTrial]) -> str:
    seconds = sorted(each.seconds for each in mine)
    steps = {f"{each.closed} + {each.opened}" for each in mine}
    said = {
        ", ".join(f"{replicas} {answer}" for replicas, answer in sorted(each.answers.items()))
        for each in mine
    }
    cells = [machine, case, f"{len(mine)}", " or ".join(sorted(steps))]
    for replicas in (1, 2, 4):
        lengths = sorted(each.windows[replicas] for each in mine)
        cells.append(f"{lengths[0]:.0f}, {median(lengths):.0f}, {lengths[-1]:.0f}")
    cells += [
        f"{median(seconds):.0f}",
        f"{seconds[int(0.9 * (len(seconds) - 1))]:.0f}",
        f"{sum(each <= MOST_SECONDS for each in seconds)} of {len(mine)}",
        f"{sum(None not in each.answers.values() for each in mine)} of {len(mine)}",
        "; ".join(sorted(said)),
    ]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """
    Carry all demos out and write the page.
    """
    parser = page_parser(__doc__, "truth-demo-seconds.md")
    parser.add_argument("--demos", type=int, default=30, help="of each machine and case")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    cells = [
        (seed, machine, case) for seed in range(1, given.demos + 1) for machine in MACHINES for case in CASES
    ]
    with multiprocessing.Pool(given.processes) as pool:
        made = [pool.apply_async(demo, (seed, machine, CASES[case])) for seed, machine, case in cells]
        found = [(machine, case, each.get()) for (_, machine, case), each in zip(cells, made, strict=True)]
    given.output.write_text(page(found), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
