"""
The section of error rates of comparisons, from the comparisons that were made.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from simulated_comparisons import HEADING, ComparisonTrial, section

from loadtest.results.comparison_result import Standing

DOCS = Path(__file__).parents[2] / "docs"


def _trials(*load: str) -> list[ComparisonTrial]:
    alike = Counter({Standing.SAME: 37, Standing.WORSE: 1, Standing.BETTER: 1, Standing.UNKNOWN: 1})
    half = Counter({Standing.WORSE: 20, Standing.BETTER: 2, Standing.SAME: 18})
    told = (alike, half, Counter({Standing.WORSE: 40}))
    return [
        ComparisonTrial(load, 0.03, slower, found, 4.26)
        for slower, found in zip((0.0, 0.05, 0.1), told, strict=True)
    ]


def test_a_row_tells_what_was_called_different_and_what_was_found() -> None:
    """
    Both better and worse are wrong where nothing differs; only worse is found where B is slower.
    """
    told = section(_trials("uniform"), _trials("late", "0.8"))

    shares = "5 % (0.9 to 14.9) | 50 % (36.1 to 63.9) | 100 % (92.8 to 100)"
    assert f"| uniform | 3 % | {shares} | 4.3 |" in told
    assert f"| late | 0.8 | 3 % | {shares} | 4.3 |" in told
    assert told.count("40 comparisons of each kind") == 2


def test_the_page_is_what_the_command_writes() -> None:
    """
    Its words and heads are those of the section; its numbers are those of the last run.
    """
    page = (DOCS / "compare.md").read_text(encoding="utf-8")
    mine = page.split(f"## {HEADING}\n")[1].split("\n## ")[0].splitlines()

    told = section(_trials("uniform"), _trials("late", "0.8")).splitlines()

    words = [
        line
        for line in told
        if line and not line.startswith(("| uniform", "| late")) and "40 comp" not in line
    ]
    assert [line for line in words if line not in mine] == []
