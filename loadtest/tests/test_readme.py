"""
The README is one screen with real output.
"""

from __future__ import annotations

from pathlib import Path

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_one_screen_and_has_real_output() -> None:
    """No placeholder is left, and it does not grow into a manual."""
    assert "@@" not in README
    assert len(README.splitlines()) < 120
