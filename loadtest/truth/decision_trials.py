"""
Try the product's decisions on systems of known answer and write the table of their errors.

The page is written anew after each system, so that a run that is broken off leaves what it found.

    python loadtest/truth/decision_trials.py [--runs 2] [--processes 2] [--output loadtest/docs/truth.md]
"""

from __future__ import annotations

import argparse
import functools
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from cells import Cell, all_cells
from comparison_trial import comparison_trials
from late_workflow_task_trial import workflow_trials
from model_trial import model_subjects, model_trials
from step_trial import Outcome
from tables import Effort, Findings, page

_HERE = Path(__file__).parent


def _try_group(group: list[Cell]) -> list[tuple[Cell, list[Outcome]]]:
    return [(cell, list(cell.outcomes())) for cell in group]


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2, help="runs of a cell of the main table")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, default=_HERE.parent / "docs" / "truth.md")
    given = parser.parse_args()
    began = time.monotonic()
    groups, alone = all_cells(given.runs), list(model_subjects())
    findings = Findings()
    everything = len(groups) + len(alone)

    def write(done: int) -> None:
        minutes = (time.monotonic() - began) / 60
        text = page(findings, Effort(given.runs, minutes, given.processes, done, everything))
        given.output.write_text(text, encoding="utf-8")
        print(f"{done} of {everything} systems after {minutes:.1f} minutes", file=sys.stderr, flush=True)

    with multiprocessing.Pool(given.processes) as pool:
        findings.workflow = workflow_trials()
        tried = pool.imap_unordered(functools.partial(model_trials, runs=4 * given.runs), alone)
        for done, trials in enumerate(tried, 1):
            findings.by_model.extend(trials)
            write(done)
        for done, found in enumerate(pool.imap_unordered(_try_group, groups), len(alone) + 1):
            findings.cells.extend(found)
            write(done)
        findings.comparisons = comparison_trials(60 * given.runs)
    write(everything)


if __name__ == "__main__":
    main()
