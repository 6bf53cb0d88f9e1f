"""
Raw steps with a known truth, made by a simulation: what tests of analysis and report read.

They are made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from simulated_step import World

from loadtest.plan import Open, Plan, Saturate, Work
from loadtest.results.manifest import Machine, Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.step_key import StepKey, plan_of_cell, step_keys


def demo_plan(**changes: object) -> Plan:
    """
    The plan of the demo, with changes.
    """
    plan = Plan(
        name="demo",
        replicas=(1, 2, 4),
        loads=(
            Saturate(window_seconds=15),
            Open(window_seconds=20),
        ),
        work=Work(seconds=0.3),
    )
    return plan.model_copy(update=changes)


def manifest(run: str = "20260102-030405-demo") -> Manifest:
    """
    A manifest such as a run on a small machine has.
    """
    return Manifest(
        run=run,
        started_at="2026-01-02T03:04:05+00:00",
        finished_at="2026-01-02T03:07:09+00:00",
        command=("loadtest", "sweep", "loadtest/plans/demo.toml"),
        target="local",
        address="127.0.0.1:7233",
        namespace="default",
        task_queue="repair-shop",
        server_version="1.32.0",
        seed=1,
        versions={"python": "3.11.7", "temporalio": "1.35.0", "temporal-loadtest": "0.1.0"},
        machine=Machine("synthetic", "Linux", "a processor", 2, 4 << 30, 0.5),
        commit="0123456789abcdef0123456789abcdef01234567",
        dynamic_config={"history.timerProcessorMaxPollRPS": "2000"},
        settings={"TEMPORAL_TASK_QUEUE": "repair-shop"},
    )


def step(
    replicas: int = 1,
    kind: str = "saturate",
    repetition: int = 1,
    plan: Plan | None = None,
    arrival_rate: float = 1.8,
    efficiency: float = 1.0,
) -> Measured:
    """
    One valid step of the demo's size.
    """
    plan = plan or demo_plan()
    index = next(i for i, load in enumerate(plan.loads) if load.kind.value == kind)
    rate = None if kind == "saturate" else arrival_rate
    return _simulated(StepKey(replicas, index, kind, repetition), plan, rate, efficiency)


def steps(plan: Plan | None = None, arrival_rate: float = 1.8, contention: float = 0.01) -> list[Measured]:
    """
    All steps of a plan, with throughput that falls short of linear by a contention.
    """
    plan = plan or demo_plan()
    return [
        step(replicas, load.kind.value, repetition, plan, arrival_rate, 1 / (1 + contention * (replicas - 1)))
        for repetition in range(1, plan.repetitions + 1)
        for replicas in plan.replicas
        for load in plan.loads
    ]


def factor_steps(plan: Plan, arrival_rate: float = 1.8) -> list[Measured]:
    """
    All steps of a plan with factors, each made with the settings of its own cell, at the rate of its load where it names one.
    """
    return [
        _simulated(
            key,
            plan_of_cell(plan, key),
            None
            if key.kind == "saturate"
            else getattr(plan.loads[key.load], "arrival_rate", None) or arrival_rate,
            1.0,
        )
        for key in step_keys(plan)
    ]


_SIMULATED: dict[tuple[StepKey, str, float | None, float], Measured] = {}


def _simulated(key: StepKey, plan: Plan, arrival_rate: float | None, efficiency: float) -> Measured:
    """
    The step, which is simulated once: hundreds of tests ask for the same, and change copies of it.
    """
    asked = (key, repr(plan), arrival_rate, efficiency)
    if asked not in _SIMULATED:
        _SIMULATED[asked] = World(key, plan, arrival_rate, efficiency=efficiency).measured()
    return _SIMULATED[asked]
