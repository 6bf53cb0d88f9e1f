"""
Try the product's decisions on systems of known answer and write the table of their errors.

The page is written anew after each run, so that trials that are broken off leave what they found.

    python loadtest/truth/decision_trials.py [--runs 12] [--processes 2] [--output loadtest/docs/truth.md]
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from page_parser import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from parallel_trials import all_trials, run_trials
from truth_page import Effort, page, step_cpu_seconds


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


if __name__ == "__main__":
    main()
