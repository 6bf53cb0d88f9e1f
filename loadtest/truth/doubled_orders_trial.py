"""
Whether one closed step tells that twice the orders in flight would complete no more, on simulated systems of known
answer.

    python loadtest/truth/doubled_orders_trial.py [--output loadtest/docs/truth-second-step.md]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from docs_page import page_parser

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "helpers"))

from event_system import EventSystem, Traits
from known_system import ACTIVITIES, WORK
from simulated_capacity_search import SearchedSystem, plan_of_one_count

from loadtest.analysis.saturation.saturation_limit import (
    LEAST_LACKING_ORDERS_RATIO,
    RISE_RATIO,
    lacking_orders_ratio,
)
from loadtest.results.step_key import StepKey

STEPS = 10
LONG_SECONDS = 800.0
LONG_WARM_UP_SECONDS = 50.0
# Seconds between two activities, fixed and mean of the random part, and from a slot's end to its next poll.
HAND_OVERS = (
    (0.008, 0.004, 0.004),
    (0.008, 0.004, 0.05),
    (0.06, 0.04, 0.004),
    (0.1, 0.001, 0.004),
    (0.1, 0.1, 0.004),
    (0.15, 0.001, 0.05),
    (0.15, 0.05, 0.004),
    (0.2, 0.001, 0.004),
    (0.1, 0.2, 0.004),
    (0.2, 0.1, 0.05),
    (0.3, 0.001, 0.004),
    (0.3, 0.001, 0.05),
    (0.3, 0.2, 0.004),
)


@dataclass(frozen=True, slots=True)
class DoubledOrdersTrial:
    """
    The trial of one system.

    Attributes:
        traits: Traits of the system.
        work: Name of the distribution of its work.
        rise_ratio: How much more four orders per slot complete than two, in the long run, as a share.
        starved_ratios: Starved share of the slots' time, as each of several closed steps of 15 s tells it.
    """

    traits: Traits
    work: str
    rise_ratio: float
    starved_ratios: tuple[float, ...]

    @property
    def left_out(self) -> int:
        """
        Number of steps that no second step follows.
        """
        return sum(ratio < LEAST_LACKING_ORDERS_RATIO for ratio in self.starved_ratios)


def trial(traits: Traits, work: str) -> DoubledOrdersTrial:
    """
    Try one system.
    """
    rise = _started(traits, work, 4) / _started(traits, work, 2) - 1
    starved = []
    for seed in range(1, STEPS + 1):
        plan = plan_of_one_count(traits.replicas, 0.15, work, seed)
        system = SearchedSystem(traits, seed, draws_known=False)
        found = lacking_orders_ratio(system.saturated(plan, StepKey(traits.replicas, 0, "saturate", 1)))
        assert found is not None  # its pages hold waits and slot times
        starved.append(found)
    return DoubledOrdersTrial(traits, work, rise, tuple(starved))


def _started(traits: Traits, work: str, orders_per_slot: int) -> int:
    slots = traits.replicas * traits.slots
    system = EventSystem(traits, 99)
    system.saturate(
        orders_per_slot * slots, WORK[work].draw(99, int(LONG_SECONDS * slots), ACTIVITIES), LONG_SECONDS
    )
    return sum(LONG_WARM_UP_SECONDS < at < LONG_SECONDS for at in system.record.started)


def page(found: list[DoubledOrdersTrial]) -> str:
    """
    Write the page.
    """
    more = [each for each in found if each.rise_ratio > RISE_RATIO]
    less = [each for each in found if each.rise_ratio <= RISE_RATIO]
    wrong, of = sum(each.left_out for each in more), STEPS * len(more)
    lines = [
        "# Whether a second closed step is left out where it would bring more",
        "",
        "Made by `make truth-second-step`: simulated systems that share no code with the rule, each in "
        f"{STEPS} closed steps of 15 s, and in {LONG_SECONDS:g} s with two and with four orders a slot, which show the truth.",
        "",
        f"- Of {of} steps of systems that gain more than {RISE_RATIO:.0%} {wrong} went without a second step, which is wrong.",
        f"- Of {STEPS * len(less)} steps of systems that gain no more {sum(each.left_out for each in less)} did without a second step, as they should.",
        "",
        '"Starved" is the share of the slots\' time in which fewer orders had a task than there are slots; a second step is made '
        f"from {LEAST_LACKING_ORDERS_RATIO:.0%} on.",
        "",
        "| work | replicas | between activities, ms | from slot to poll, ms | twice the orders bring | starved, least to most | second steps left out |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(each) for each in found),
    ]
    return "\n".join(lines) + "\n"


def _row(each: DoubledOrdersTrial) -> str:
    traits = each.traits
    cells = (
        each.work,
        f"{traits.replicas}",
        f"{1000 * traits.gap_seconds:.0f} + {1000 * traits.gap_jitter_seconds:.0f}",
        f"{1000 * traits.dead_seconds:.0f}",
        f"{100 * each.rise_ratio:+.1f} %",
        f"{100 * min(each.starved_ratios):.1f} to {100 * max(each.starved_ratios):.1f} %",
        f"{each.left_out} of {STEPS}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """
    Make all trials and write the page.
    """
    parser = page_parser(__doc__, "truth-second-step.md")
    given = parser.parse_args()
    found = [
        trial(Traits(replicas, gap_seconds=gap, gap_jitter_seconds=jitter, dead_seconds=dead), work)
        for work in ("uniform", "exponential")
        for replicas in (1, 2, 4)
        for gap, jitter, dead in HAND_OVERS
    ]
    given.output.write_text(page(found), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
