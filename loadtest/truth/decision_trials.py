"""
Try the product's decisions on systems of known answer and write the table of their errors.

The page is written anew after each run, so that trials that are broken off leave what they found.

    python loadtest/truth/decision_trials.py [--runs 12] [--processes 2] [--output loadtest/docs/truth.md]
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from docs_page import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from cells import BUDGET_SECONDS
from error_tables import (
    alarms_table,
    claims_table,
    decisions_table,
    levels_table,
    model_table,
    ranges_table,
    runs_of,
    workflow_table,
)
from findings import Findings, claims
from parallel_trials import all_trials, run_trials
from step_trial import TASKS


@dataclass(frozen=True, slots=True)
class Effort:
    """
    The cost of the trials.

    Attributes:
        processes: Number of processes that shared the trials.
        cpu_minutes: CPU time in all processes, in minutes.
        step_cpu_seconds: CPU seconds of the model's work before each window.
    """

    processes: int
    cpu_minutes: float
    step_cpu_seconds: tuple[float, ...]


def step_cpu_seconds(findings: Findings) -> tuple[float, ...]:
    """
    Return the CPU seconds of the model's work before each window of the first table.
    """
    found = [outcome.cpu_seconds for _, outcomes in findings.of("decisions") for outcome in outcomes]
    return tuple(seconds for seconds in found if seconds)


def page(findings: Findings, effort: Effort) -> str:
    """
    Write the page of all findings; a table without a trial is left out.
    """
    decided = findings.of("decisions")
    tables = {title: findings.of(title) for title in ("alarm", "unknown draws", "end to end", "strange")}
    runs = {title: runs_of(cells) if cells else "" for title, cells in tables.items()}
    parts = [
        _INTRODUCTION.format(
            processes=effort.processes,
            cpu_minutes=effort.cpu_minutes,
            budget=BUDGET_SECONDS,
            step_cpu=_step_cpu(effort),
        ),
        _section("What is claimed, and what was found", _CLAIMS, claims_table(claims(findings))),
        _section(
            "Met, missed, undecided",
            f"{_DECISIONS}\n{runs_of(decided)}" if decided else "",
            decisions_table(decided),
        ),
        _section("Far from the limit, by the model", _BY_MODEL, model_table(findings.by_model)),
        _section("Workflow tasks, by their share", _WORKFLOW, workflow_table(findings.workflow)),
        _section("Above capacity", _LEVELS, levels_table(decided)),
        _section("Ranges shown", _RANGES, ranges_table(decided)),
        _section("Whether the model fits", _ALARM, alarms_table(tables["alarm"])),
        _section(
            "Draws that are not ours",
            f"{_UNKNOWN}\n{runs['unknown draws']}",
            decisions_table(tables["unknown draws"]),
        ),
        _section(
            "A bound on end to end",
            f"{_END_TO_END}\n{runs['end to end']}",
            decisions_table(tables["end to end"]),
        ),
        _section(
            "Systems that the model does not hold",
            f"{_STRANGE}\n{runs['strange']}",
            decisions_table(tables["strange"]),
        ),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _section(title: str, text: str, table: str) -> str:
    return f"## {title}\n\n{text}\n\n{table}" if table else ""


def _step_cpu(effort: Effort) -> str:
    seconds = effort.step_cpu_seconds
    if not seconds:
        return ""
    return (
        f"\nEdge, schedule and twins took {np.median(seconds):.1f} s of CPU a step (at most {max(seconds):.1f} s) "
        f"before the window, with long runs of {TASKS:,} tasks."
    )


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = page_parser(__doc__, "truth.md")
    parser.add_argument("--runs", type=int, default=12, help="runs of a cell of the first table")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    began = time.monotonic()
    for now in run_trials(all_trials(given.runs), given.processes):
        minutes = (time.monotonic() - began) / 60
        effort = Effort(given.processes, now.cpu_seconds / 60, step_cpu_seconds(now.findings))
        given.output.write_text(page(now.findings, effort), encoding="utf-8")
        print(f"{now.runs} of {given.runs} runs after {minutes:.1f} minutes", file=sys.stderr, flush=True)


_INTRODUCTION = """# How often the answers are wrong

Made by `make truth` ({cpu_minutes:.0f} minutes of CPU, shared by {processes} processes); `make truth TRIALS=N` makes N runs of each cell of the first table.

This page says how often a verdict or a range is wrong, and how long it takes to decide; [compare](compare.md#how-often-it-is-wrong) says it of comparisons.
The product's own functions measured systems whose answer is known from long runs.
The systems are simulated by a program that shares no code with the twin and has what the twin lacks: partitions of the queue, retries, pauses of a whole worker, jitter, slots that slow each other, random gaps.
Each run saturates for 20 s, calibrates, chooses a schedule, and measures an open step from empty until it is decided, at most {budget} s.
The bound is the p95 at 0.84 of the true capacity (0.9 with 8 replicas), so utilisations 5 % beside the bound are the hardest that must be right.
Long runs place the bound within about 1 % of the rate, the same for all runs of a system; each run has luck of its own, and its loads share one saturate step.
Beside each share stand the number of cases and, in brackets, how small and how large the share can be, in %, each end at 95 %.{step_cpu}"""
_CLAIMS = """Decisions are those of the table below, at 0.3 to 1.2 of the true capacity."""
_DECISIONS = """In each cell: wrong % / undecided %; seconds of window, median / 90 %. 0 s is an answer by capacity alone.
Columns are the rate over the true capacity."""
_RANGES = """How often a range holds the truth, of the times that the range is shown.
The range of waits is the calibrated model's long run at 0.95 and 1.05 of the rate, only where the rules show it.
The capacity's ± is 1.5 % for uniform and 4 % for exponential work; one saturate step is counted once."""
_UNKNOWN = """The schedule is known, the work is drawn from a histogram of the saturate step's slot times (buckets of ratio 1.2), with 12 twins.
Columns and cells as in the first table."""
_BY_MODEL = """A window of 20 s after 5 s on an empty system, without a saturate step: the model is made from the window's own execution times.
In each cell: wrong % / answered %; the model leaves the other windows undecided, and the twins go on.
Columns are the rate over the true capacity; the limit is as above."""
_WORKFLOW = (
    """Windows of 20 s of a simulated queue with random arrivals and work; the others stay undecided."""
)
_LEVELS = (
    """Shares of the runs of the first table that the saturate step alone calls above (at) capacity, in %."""
)
_ALARM = """How often an alarm says that the model does not fit, at 0.8 of capacity, where the open step holds slots longer than the saturate step by the share in the column.
Late tasks or the time in the slot raise the alarm."""
_END_TO_END = """The same test on orders that close late; the bound is the p95 at 0.84 of capacity."""
_STRANGE = """One replica, uniform work, 5 % of the rate beside the limit."""


if __name__ == "__main__":
    main()
