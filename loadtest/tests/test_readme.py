"""
The README is one screen with real output.
"""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_one_screen_and_has_real_output() -> None:
    """No placeholder is left, and it does not grow into a manual."""
    assert "@@" not in README
    assert len(README.splitlines()) < 120


def test_the_readme_tells_the_error_rates_that_were_found() -> None:
    """They are those of the pages that it names, which the trials write."""
    claims = re.findall(
        r"decisions are wrong, \d replicas? \| (\d+) of (\d+),",
        (DOCS / "truth.md").read_text(encoding="utf-8"),
    )
    demos = re.search(r"^- (\d+ of \d+) said:", (DOCS / "truth-demo.md").read_text(encoding="utf-8"), re.M)
    wrong, runs = (sum(int(claim[part]) for claim in claims) for part in (0, 1))

    assert len(claims) == 4
    assert demos is not None
    assert f"[{wrong} of {runs} runs](loadtest/docs/truth.md)" in README
    assert f"[{demos[1]} real demos](loadtest/docs/truth-demo.md)" in README
