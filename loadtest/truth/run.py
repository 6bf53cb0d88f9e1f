"""
Try the product's decisions on systems of known answer and write the table of their errors.

The page is written anew after each system, so that a run that is broken off leaves what it found.

    python loadtest/truth/run.py [--runs 6] [--processes 2] [--output loadtest/docs/truth.md]
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from cells import Cell, all_cells
from comparison_trial import comparison_trials
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
    parser.add_argument("--runs", type=int, default=6, help="runs of a cell of the main table")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, default=_HERE.parent / "docs" / "truth.md")
    given = parser.parse_args()
    began = time.monotonic()
    groups = all_cells(given.runs)
    findings = Findings()

    def write(done: int) -> None:
        minutes = (time.monotonic() - began) / 60
        text = page(findings, Effort(given.runs, minutes, given.processes, done, len(groups)))
        given.output.write_text(text, encoding="utf-8")
        print(f"{done} of {len(groups)} systems after {minutes:.1f} minutes", file=sys.stderr, flush=True)

    with multiprocessing.Pool(given.processes) as pool:
        for done, found in enumerate(pool.imap_unordered(_try_group, groups), 1):
            findings.cells.extend(found)
            write(done)
        findings.comparisons = comparison_trials(20 * given.runs)
    write(len(groups))


if __name__ == "__main__":
    main()
