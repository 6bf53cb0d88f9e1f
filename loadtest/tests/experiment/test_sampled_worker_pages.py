"""
Which pages are read each second, and what their counts stand for.
"""

from __future__ import annotations

import itertools

import pytest

from loadtest.experiment.sampled_worker_pages import sample_pages
from loadtest.results.scrape import Scrape


def fleet(count: int) -> dict[str, str]:
    """
    Pages of so many workers.
    """
    return {f"w-{number:03}": f"http://h/{number}" for number in range(count)}


@pytest.mark.parametrize("count", [0, 1, 14])
def test_few_pages_are_all_read(count: int) -> None:
    """Nothing is scaled and there is nothing to note."""
    sample = sample_pages(fleet(count))

    assert sample.endpoints == fleet(count)
    assert sample.note is None
    if count:
        assert sample.scaled(7.0) == 7.0


def test_many_pages_are_sampled_evenly() -> None:
    """Fourteen of two hundred, evenly along their names, the same ones each time, and the reader is told."""
    sample = sample_pages(fleet(200))

    numbers = [int(name.removeprefix("w-")) for name in sample.endpoints]
    assert len(numbers) == 14
    assert {b - a for a, b in itertools.pairwise(numbers)} == {14, 15}
    assert sample.endpoints == sample_pages(dict(reversed(fleet(200).items()))).endpoints
    assert sample.scaled(7.0) == pytest.approx(100.0)
    assert "14 of 200 workers' pages" in (sample.note or "")


def test_a_look_at_all_is_comparable_with_one_at_the_sample() -> None:
    """A difference is made of the same pages on both sides."""
    sample = sample_pages(fleet(40))
    everything = Scrape(1.0, {name: f"text of {name}" for name in fleet(40)}, 0.1)

    part = sample.within(everything)

    assert part.pages.keys() == sample.endpoints.keys()
    assert (part.at, part.cost_seconds) == (1.0, 0.1)
