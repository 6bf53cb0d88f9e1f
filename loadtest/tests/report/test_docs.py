"""
What the page about reading a report says of bounds is what the rules hold.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from loadtest.analysis.estimators.percentiles import samples_wanted
from loadtest.analysis.judged_steps import step_verdict
from loadtest.analysis.rules import disturbances, validity
from loadtest.analysis.rules.enough_closes import FEWEST_CLOSES
from loadtest.analysis.run_verdict import EXIT_CODES
from loadtest.analysis.saturation import saturation_limit
from loadtest.analysis.suspects.server_rules import FEWEST_REFUSALS_PER_SECOND
from loadtest.experiment.outside_watch import LOOK_SECONDS
from loadtest.results.step_result import StepVerdict

PART = Path(__file__).parents[2]
DOCS = (PART / "docs" / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "told",
    [
        f"| arrivals that were due were sent | {validity.FEWEST_SENT * 100:.0f} % |",
        f"lag p99 at most {validity.LARGEST_LAG_SECONDS * 1000:.0f} ms or {validity.LARGEST_LAG_SHARE * 100:.0f} %",
        f"differ by more than {saturation_limit.MATERIAL_RATIO * 100:.0f} %",
        f"less than {saturation_limit.FULL_SLOTS_RATIO * 100:.0f} % of its slots in use",
        f"completes more than {saturation_limit.RISE_RATIO * 100:.0f} % more",
        f"more than {validity.LATEST_LOOK_RATIO * 100:.0f} % of the window late",
        f"| {FEWEST_CLOSES} workflows in the window |",
        "is {:.2f} to {:.2f} times".format(*validity.LITTLE_BOUNDS),
        "{:.2f} to {:.2f} where results are sampled".format(*validity.SAMPLED_LITTLE_BOUNDS),
        f"| {FEWEST_REFUSALS_PER_SECOND:g} a second, in one piece of less than half of the looks |",
        f"| {disturbances.LARGEST_STOLEN_RATIO * 100:.0f} % of the cores in the mean of {LOOK_SECONDS} s |",
        f"| {disturbances.LARGEST_OTHERS_RATIO * 100:.0f} % of the cores in the mean of {LOOK_SECONDS} s, with no core left |",
        f"wakes {disturbances.LONGEST_STALL_SECONDS:.1f} s late",
        f"less than {step_verdict.FEWEST_CLOSED * 100:.0f} % of the arrivals closed",
        f"p50 from {samples_wanted(50)} samples on, p95 from {samples_wanted(95)}, p99 from {samples_wanted(99):,}",
        *(f"| `{verdict.value}` | {code} |" for verdict, code in EXIT_CODES.items()),
        *(f"| `{verdict.value}` |" for verdict in StepVerdict),
    ],
)
def test_the_page_names_the_bound_that_is_held(told: str) -> None:
    """
    A bound that is changed in the code is changed for the reader too.
    """
    assert told in DOCS


def test_every_rule_has_a_line() -> None:
    """
    As many rows as rules; of what the sweep itself reports the silent replica has that of the rule, and others who poll one more.
    """
    rows = DOCS.split("## When a step is invalid")[1].split("##")[0].strip().splitlines()[2:]

    assert len(rows) == len(validity.RULES) + len(validity.EVIDENCE_OF_OVERLOAD) + 1


@pytest.mark.parametrize("page", ["README.md", "docs/report.md"])
def test_what_a_workflow_of_ones_own_costs_is_what_the_trials_found(page: str) -> None:
    """
    How many stay undecided at one replica, whose work is exponential, below capacity; and what spares it.
    """
    trials = (PART / "docs" / "truth.md").read_text(encoding="utf-8").split("## Draws that are not ours")[1]
    row = next(line for line in trials.splitlines() if line.startswith("| 1 replica, exponential |"))
    undecided = re.findall(r"/ (\d+);", row)[:2]
    told = (PART / page).read_text(encoding="utf-8")

    assert f"{undecided[0]} to {undecided[1]} % of the " in told
    assert "#draws-that-are-not-ours" in told and "`drawn_work`" in told
