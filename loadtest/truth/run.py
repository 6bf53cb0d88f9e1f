"""
Try the product's decisions on systems of known answer and write the table of their errors.

    python loadtest/truth/run.py [--runs 10] [--processes 2] [--output loadtest/docs/truth.md]
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from capacity_trial import capacity_trials
from cells import Cell, all_cells
from comparison_trial import comparison_trials
from step_trial import Outcome
from tables import Findings, page

_HERE = Path(__file__).parent


def _try_group(group: list[Cell]) -> list[tuple[Cell, list[Outcome]]]:
    return [(cell, list(cell.outcomes())) for cell in group]


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10, help="runs of a cell of the main table")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--output", type=Path, default=_HERE.parent / "docs" / "truth.md")
    given = parser.parse_args()
    began = time.monotonic()
    groups = all_cells(given.runs)
    findings = Findings()
    with multiprocessing.Pool(given.processes) as pool:
        searches = [pool.apply_async(capacity_trials, (replicas, given.runs)) for replicas in (1, 4)]
        comparisons = pool.apply_async(comparison_trials, (20 * given.runs,))
        for number, found in enumerate(pool.imap_unordered(_try_group, groups), 1):
            findings.cells.extend(found)
            seconds = time.monotonic() - began
            print(f"{number} of {len(groups)} groups after {seconds:.0f} s", file=sys.stderr, flush=True)
        findings.searches = [trial for search in searches for trial in search.get()]
        findings.comparisons = comparisons.get()
    minutes = (time.monotonic() - began) / 60
    given.output.write_text(page(findings, given.runs, minutes, given.processes), encoding="utf-8")
    print(f"{given.output}, {minutes:.0f} minutes")


if __name__ == "__main__":
    main()
