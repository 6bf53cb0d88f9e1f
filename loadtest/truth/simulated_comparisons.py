"""
How often a comparison is wrong, on systems of known answer.

    python loadtest/truth/simulated_comparisons.py [--closed 600] [--open 200] [--output loadtest/docs/compare.md]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from page_parser import page_parser
from page_sections import write_section

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from compared_blocks import OPEN_BLOCK_SECONDS
from comparison_trial import CLOSED_BLOCK_SECONDS, ComparisonTrial, closed_trials, open_trials

from loadtest.analysis.estimators.share_interval import share_ends
from loadtest.results.comparison_result import Standing

HEADING = "How often it is wrong"
_COLUMNS = (
    "A against A called different",
    "5 % slower found",
    "10 % slower found",
    "rounds of A against A, mean",
)


def section(closed: Sequence[ComparisonTrial], opened: Sequence[ComparisonTrial]) -> str:
    """
    Write the findings.
    """
    lines = [
        "Made by `make truth-compare-simulated`: whole comparisons, added rounds included, of settings whose difference is known.",
        "The machine's speed drifts at random from block to block by the share in the table; 10 % stands for whatever scatters as much.",
        "In brackets stand how small and how large the share can be, in %, each end at 95 %.",
        "",
        f"Saturated blocks of {CLOSED_BLOCK_SECONDS:g} s of one replica, by formula, {_runs(closed):,} comparisons of each kind:",
        "",
        *_table(("work",), closed),
        "",
        f"Open loads of one replica, simulated task by task in blocks of {OPEN_BLOCK_SECONDS:g} s, with each gate and at two rates, as a share of its capacity, "
        f"{_runs(opened):,} comparisons of each kind:",
        "",
        *_table(("gate", "rate"), opened),
        "",
        "At half of the capacity few tasks are late, so that their share tells little there: compare waits, or test a higher rate.",
        "`loadtest/tests/design/test_compare.py` repeats this with simulated systems in every test run.",
    ]
    return "\n".join(lines)


def _table(names: Sequence[str], trials: Sequence[ComparisonTrial]) -> list[str]:
    head = (*names, "drift a block", *_COLUMNS)
    lines = [head, ["---"] * len(head)]
    by_row: dict[tuple[tuple[str, ...], float], list[ComparisonTrial]] = {}
    for trial in trials:
        by_row.setdefault((trial.load, trial.drift), []).append(trial)
    for (load, drift), (alike, *slower) in by_row.items():
        different = _share(alike, Standing.BETTER, Standing.WORSE)
        found = (_share(trial, Standing.WORSE) for trial in slower)
        lines.append([*load, f"{100 * drift:g} %", different, *found, f"{alike.rounds:.1f}"])
    return [f"| {' | '.join(line)} |" for line in lines]


def _share(trial: ComparisonTrial, *standings: Standing) -> str:
    some, of = sum(trial.found[one] for one in standings), trial.found.total()
    share, low, high = (f"{round(100 * each, 1):g}" for each in (some / of, *share_ends(some, of)))
    return f"{share} % ({low} to {high})"


def _runs(trials: Sequence[ComparisonTrial]) -> int:
    return trials[0].found.total()


def main() -> None:
    """
    Make the comparisons and write the section.
    """
    parser = page_parser(__doc__, "compare.md")
    parser.add_argument("--closed", type=int, default=600, help="comparisons of each kind of closed load")
    parser.add_argument("--open", type=int, default=200, help="comparisons of each kind of open load")
    given = parser.parse_args()
    write_section(given.output, HEADING, section(closed_trials(given.closed), open_trials(given.open)))
    print(given.output)


if __name__ == "__main__":
    main()
