"""
What held a closed load's throughput stands wherever the throughput does.
"""

from __future__ import annotations

import json

import pytest
import synthetic_steps
from closed_steps import closed_step

from loadtest.analysis import analyse
from loadtest.analysis.costs.sizing import size
from loadtest.report.certainty import certainties
from loadtest.report.headlines import headlines
from loadtest.report.sweep_page import render
from loadtest.report.sweep_text import text_report
from loadtest.results.document import to_json
from loadtest.results.measured_step import Measured
from loadtest.results.sweep_result import SweepResult

PLAN = synthetic_steps.demo_plan(replicas=(1, 2))


def _steps(more: float, used: float) -> list[Measured]:
    two = [closed_step(replicas=2), closed_step(replicas=2, doubled=True, more=more, used=used)]
    return [*(step for step in synthetic_steps.steps(PLAN) if step.key.folder != "2-saturate-1"), *two]


@pytest.fixture
def held() -> SweepResult:
    """
    A run whose two replicas complete no more with twice the orders in flight.
    """
    return analyse(_steps(1.01, 0.86), PLAN, synthetic_steps.manifest())


def test_the_text_names_the_hand_over_and_the_step_that_is_not_used(held: SweepResult) -> None:
    """In the sentence of the throughput, in that of the headroom, and in the table."""
    text = text_report(held)

    assert "limited by hand-over, not by the slots: free slots wait for their next task)" in text
    assert "saturate (2x in flight), not used" in text
    sentences = [sentence for each in certainties(held) for sentence in each.sentences]
    assert any("limited by hand-over, not by the slots" in sentence for sentence in sentences)
    assert not any("not measured" in sentence for sentence in headlines(held))


def test_the_throughput_of_a_second_step_is_the_headlines(held: SweepResult) -> None:
    """It is the largest count's, without a label where it fills the slots; the first one is not used."""
    risen = analyse(_steps(1.2, 0.99), PLAN, synthetic_steps.manifest())

    text = text_report(risen)

    before, after = (sweep.scaling.throughput_per_second["2"].value or 0.0 for sweep in (held, risen))
    assert after == pytest.approx(1.2 * before)
    assert "limited by" not in text
    assert "saturate, not used" in text


def test_page_and_file_have_the_label_and_the_reason(held: SweepResult) -> None:
    """Beside each count's efficiency, and as a note of both steps."""
    page = render(
        held, synthetic_steps.manifest(), (), (), (), "; `loadtest sweep --resume run` does what is left"
    )

    sweep = json.loads(to_json(held))
    assert sweep["scaling"]["limit"] == {"1": ["slots"], "2": ["hand-over"]}
    assert '<td class="text">hand-over</td>' in page
    assert "orders in flight complete no more" in page
    assert "orders in flight were tried, as 85 % of the slots were in use with 16" in page
    second = next(step for step in sweep["steps"] if step["step"] == "2-saturate-1-doubled")
    assert (second["load"]["doubled"], second["superseded"], second["capacity"]["limit"]) == (
        True,
        True,
        "hand-over",
    )


def test_a_size_names_the_count_that_its_slots_did_not_limit() -> None:
    """Its answer rests on that throughput."""
    answer = size(_steps(1.01, 0.86), PLAN, synthetic_steps.manifest(), 3.0)

    assert "what 2 replicas carried: limited by hand-over, not by the slots" in answer.notes
