"""
The result of a whole run: ``sweep.json``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

from loadtest.plan import Slo
from loadtest.results.estimate import Estimate
from loadtest.results.plan_setting import setting_text
from loadtest.results.step_result import StepResult
from loadtest.results.step_result_parts import Limit

SCHEMA_VERSION: Literal[2] = 2


class RunVerdict(StrEnum):
    """
    Whether the run's SLO is kept; ``undecided`` when valid steps do not tell, ``invalid`` when steps are.
    """

    PASS = "pass"
    FAIL = "fail"
    UNDECIDED = "undecided"
    INVALID = "invalid"


class SloAnswer(StrEnum):
    """
    Whether a replica count keeps the SLO; ``undecided`` when its steps do not tell.
    """

    MET = "met"
    MISSED = "missed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    The answer of one replica count on the SLO.

    Attributes:
        answer: Whether the count keeps the SLO.
        why: Each bound that was missed and by how much, or why it is not known.
    """

    answer: SloAnswer
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demand:
    """
    How many replicas keep the SLO at one arrival rate.

    Attributes:
        load: Index of the load in the plan.
        arrival_rate: Starts per second; null when no such step was run.
        replicas: The fewest measured replicas that are enough, or null.
        enough, not_enough, undecided: The measured counts, by what is known of each.
        not_measured: Counts between the smallest and the largest measured one, and below the first, as ranges in words,
            among which the answer may lie.
        why: How the answer was found, or why there is none.
        by_replicas: Judgement of each replica count.
    """

    load: int | None
    arrival_rate: float | None
    replicas: int | None
    enough: tuple[int, ...]
    not_enough: tuple[int, ...]
    undecided: tuple[int, ...]
    not_measured: str | None
    why: str
    by_replicas: Mapping[str, Judgement]

    @property
    def is_decided(self) -> bool:
        """
        Whether the answer is final: no undecided count could be below ``replicas``, or be enough where ``replicas`` is
        null.
        """
        return all(self.replicas is not None and self.replicas < count for count in self.undecided)


@dataclass(frozen=True, slots=True)
class Interval:
    """
    A value with the ends of its 95 % interval, which need not be symmetric around it.
    """

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Peak:
    """
    The replicas at which throughput is highest.

    Attributes:
        replicas: Median of the bootstrap's curves.
        low, high: Ends of the 95 % interval.
    """

    replicas: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class UslFit:
    """
    The fitted Universal Scalability Law, X(n) = λn / (1 + σ(n-1) + κn(n-1)).

    Attributes:
        rate_of_one: λ, workflows per second of one replica.
        contention: σ.
        coherency: κ.
        peak_replicas: Replicas at which X is highest; null unless the interval of κ excludes 0.
        largest_replicas: Most replicas that were measured; predictions beyond it are extrapolated.
        worst_residual: Largest relative distance of a point from the curve.
        saying: Whether a downturn was seen, in words.
        intervals_by: ``bootstrap over repetitions``, or why there are no intervals.
    """

    rate_of_one: Interval
    contention: Interval
    coherency: Interval
    peak_replicas: Peak | None
    largest_replicas: int
    worst_residual: float
    saying: str
    intervals_by: str


@dataclass(frozen=True, slots=True)
class Scaling:
    """
    How throughput grows with replicas, from valid saturate steps.

    Attributes:
        throughput_per_second: Replica count -> workflows per second.
        speedup: Replica count -> throughput over that of the first count.
        efficiency: Replica count -> speed-up over the growth in replicas; 1 is ideal.
        usl: The fitted law, or null.
        limit: What limited the throughput, by replica count, such as ``slots``; where repetitions differ, all of their
            limits.
        why: Why there is no fit, or no scaling at all.
    """

    throughput_per_second: Mapping[str, Estimate]
    speedup: Mapping[str, Estimate]
    efficiency: Mapping[str, Estimate]
    usl: UslFit | None
    limit: Mapping[str, tuple[Limit, ...]]
    why: str | None


@dataclass(frozen=True, slots=True)
class PartCost:
    """
    CPU of one part over the sweep's steps, as cores = idle + marginal x workflows per second.

    Attributes:
        idle_cores: Cores without load; of the workers those of each replica.
        seconds_per_workflow: CPU seconds that one more workflow takes.
        steps: Number of steps that were fitted.
        why: Why there is no line; null where there is one.
    """

    idle_cores: Interval | None
    seconds_per_workflow: Interval | None
    steps: int
    why: str | None


@dataclass(frozen=True, slots=True)
class CpuCost:
    """
    The CPU time that a workflow costs, separate from what runs without load.

    Attributes:
        server: CPU of all processes of the server.
        worker: CPU of all replicas.
        injector: CPU of all load generators.
    """

    server: PartCost
    worker: PartCost
    injector: PartCost


@dataclass(frozen=True, slots=True)
class CombinationResult:
    """
    The result of one combination of the factors' values.

    Attributes:
        factors: Value of each factor by its key; empty where the plan varies none.
        verdict: Verdict of the combination's steps.
        reasons: Why it is not a pass, one sentence each.
        demand: Demand at the plan's first open load.
        demands: Demand at each of the plan's open loads.
        scaling: Throughput against replicas.
        cost: CPU cost: idle and marginal.
    """

    factors: Mapping[str, bool | int | float | str]
    verdict: RunVerdict
    reasons: tuple[str, ...]
    demand: Demand
    demands: tuple[Demand, ...]
    scaling: Scaling
    cost: CpuCost

    @property
    def setting(self) -> str:
        """
        The factors' values in words; empty where the plan varies none.
        """
        return setting_text(tuple(self.factors.items()))


@dataclass(frozen=True, slots=True)
class SweepResult:
    """
    The result of one run.

    Attributes:
        schema: Version of this document's form.
        run: Name of the run's folder.
        plan: Name of the plan.
        scenario: Name of the scenario.
        verdict: Verdict of the run: the worst of its combinations' verdicts.
        reasons: Why the run is invalid or fails, one sentence each.
        notes: Notes for the reader on the run as a whole.
        slo: Bounds of the SLO.
        combinations: Each combination of the factors' values that was measured; one where the plan varies none.
        demand, demands, scaling, cost: Results of the first combination, which is the run's only one where the plan
            varies none.
        missing: Steps of the plan that were not measured, also second steps of a closed load for which its first step
            asks.
        steps: Steps in the order in which they were run.
    """

    schema: Literal[2]
    run: str
    plan: str
    scenario: str
    verdict: RunVerdict
    reasons: tuple[str, ...]
    notes: tuple[str, ...]
    slo: Slo
    combinations: tuple[CombinationResult, ...]
    demand: Demand
    demands: tuple[Demand, ...]
    scaling: Scaling
    cost: CpuCost
    missing: tuple[str, ...]
    steps: tuple[StepResult, ...]

    def part(self, combination: CombinationResult) -> SweepResult:
        """
        Return the result of one combination, as if nothing else had been swept.
        """
        return replace(
            self,
            verdict=combination.verdict,
            reasons=combination.reasons,
            combinations=(combination,),
            demand=combination.demand,
            demands=combination.demands,
            scaling=combination.scaling,
            cost=combination.cost,
            missing=(),
            steps=tuple(step for step in self.steps if dict(step.factors) == dict(combination.factors)),
        )
