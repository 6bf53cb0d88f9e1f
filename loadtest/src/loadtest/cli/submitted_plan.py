"""
The plan of a submitted run, made here just as its verb makes it in the cluster, so that mistakes are found before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loadtest.cli.capacity_plan import searching_plan
from loadtest.cli.compare_plan import comparing_plan, demand_quantities
from loadtest.cli.limits_plan import limits_plan
from loadtest.cli.overrides import PlanFlags
from loadtest.cli.place_flags import TargetKind
from loadtest.cli.plan_values import parse_replicas
from loadtest.cli.rounds_asked import CHANGE_OVER_SECONDS, MOST_SUSPECTS, RoundsAsked
from loadtest.cli.submitted_verbs import SubmittedVerb
from loadtest.cli.sweep_plan import sweep_plan
from loadtest.errors import InputError
from loadtest.plan import Plan
from loadtest.plan.prices import SidePrices, price_text
from loadtest.target.kubernetes.user_files import FOLDER


@dataclass(frozen=True, slots=True)
class SubmittedDesign:
    """
    A design with its own flags.

    Attributes:
        design: Verb of the design.
        values: Parameter -> value of the flags that are not laid over the plan and name no prices.
        prices: The user's prices, whose files are brought; ``None`` compares no money.
    """

    design: SubmittedVerb = SubmittedVerb.SWEEP
    values: Mapping[str, Any] = field(default_factory=dict)
    prices: SidePrices | None = None

    def arguments(self) -> list[str]:
        """
        Return the design's own flags for the verb in the cluster.
        """
        return [
            *(
                f"--{name.replace('_', '-')}={one}"
                for name, value in self.values.items()
                for one in (value if isinstance(value, list) else [value])
            ),
            *(f"--{file.removesuffix('.toml')}={FOLDER}/{file}" for file in self.price_files()),
        ]

    def price_files(self) -> dict[str, str]:
        """
        Return the text of each price table by the name of its file, which is named after its flag.
        """
        if self.prices is None:
            return {}
        a, b = price_text(self.prices.a), price_text(self.prices.b)
        return {"prices.toml": a} if a == b else {"a-prices.toml": a, "b-prices.toml": b}

    def plan_of(self, asked: Plan, flags: PlanFlags) -> Plan:
        """
        Return the plan that the verb in the cluster will carry out.

        Args:
            asked: Plan with the flags laid over it.
            flags: Those flags.

        Raises:
            InputError: The design cannot be asked of this plan.
        """
        given = self.values
        if self.design is SubmittedVerb.CAPACITY:
            return searching_plan(
                asked,
                rate=given.get("rate"),
                window_seconds=given.get("window"),
                budget_seconds=given.get("budget"),
            )[0]
        if self.design is SubmittedVerb.SWEEP:
            return sweep_plan(asked)
        blocks = RoundsAsked(
            _one_count(flags.replicas, self.design),
            given.get("block"),
            given.get("change_over", CHANGE_OVER_SECONDS),
            given.get("rounds"),
            given.get("most_rounds"),
        )
        if self.design is SubmittedVerb.LIMITS:
            place = {"target": TargetKind.KUBERNETES.value}
            return limits_plan(asked, place, blocks, given.get("suspects", MOST_SUSPECTS))[0]
        gates = tuple(given.get("gate", ()))
        demand_quantities(gates, priced=self.prices is not None)
        a, b = given.get("a", ()), given.get("b", ())
        return comparing_plan(
            asked, a, b, rate=given.get("rate"), asked=blocks, gate=gates, prices=self.prices
        )[0]


def _one_count(text: str | None, design: SubmittedVerb) -> int | None:
    if text is None:
        return None
    counts = parse_replicas(text)
    if len(counts) != 1:
        raise InputError(
            f"--replicas {text}: --design {design} looks at one count; write --replicas {counts[0]}"
        )
    return counts[0]
