"""
A count is told as one, also where it was interpolated within a bucket or is a mean.
"""

from __future__ import annotations

import pytest

from loadtest.analysis.estimators.number_text import count_text


@pytest.mark.parametrize(
    ("number", "told"),
    [(70.8436, "71"), (9.96, "10.0"), (3.42, "3.4"), (3.0, "3"), (0.0, "0"), (1234567.0, "1234567")],
)
def test_a_count_has_at_most_one_digit_behind_its_point(number: float, told: str) -> None:
    """Four of them say more than a bucket's edges know; a large count is no power of ten."""
    assert count_text(number) == told
