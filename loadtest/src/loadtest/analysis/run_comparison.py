"""
Two finished runs as one comparison, and why two runs may not be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtest.analysis.doubled_loop import first_key
from loadtest.analysis.settings_comparison import Block, compare_settings
from loadtest.analysis.step_reading import read_step
from loadtest.analysis.step_verdict import judge_closed
from loadtest.analysis.workflow_counts import is_closed
from loadtest.plan import Plan
from loadtest.results.comparison_result import QuantityComparison
from loadtest.results.manifest import Manifest
from loadtest.results.measured_step import Measured, StepKey
from loadtest.results.step_result import StepVerdict
from loadtest.results.steps_of_plan import plan_of_cell

DRIFT = (
    "the two runs were made at different times, so that a drift of the machine is part of every difference"
)
# What a comparison may be of; every other key of the plans must be the same.
_COMPARED = frozenset({"worker", "codec", "server", "address", "profile", "name"})


def why_not_comparable(a: Manifest, b: Manifest, plan_a: Plan, plan_b: Plan) -> tuple[str, ...]:
    """
    Say in what two runs differ so that their numbers cannot be put against each other; empty where they can.
    """
    found = []
    for name in ("host", "processor", "cores", "memory_bytes"):
        mine, other = getattr(a.machine, name), getattr(b.machine, name)
        if mine != other:
            found.append(f"other machine: {name} {mine} and {other}")
    for name, what in (("server_version", "version"), ("target", "target")):
        mine, other = getattr(a, name), getattr(b, name)
        if mine != other:
            found.append(f"other server: {what} {mine} and {other}")
    left, right = plan_a.model_dump(mode="json"), plan_b.model_dump(mode="json")
    found += [
        f"other plan: {key} {_short(left[key])} and {_short(right[key])}"
        for key in left
        if key not in _COMPARED and left[key] != right[key]
    ]
    return tuple(found)


def compare_runs(
    a: Sequence[Measured], b: Sequence[Measured], plan_a: Plan, plan_b: Plan
) -> tuple[QuantityComparison, ...]:
    """
    Compare two runs, each cell and repetition of one with the same of the other.
    """
    mine, other = _valid(a, plan_a), _valid(b, plan_b)
    pairs = [(mine[key], other[key]) for key in mine if key in other]
    return compare_settings([[first, second, second, first] for first, second in pairs], plan_a)


def differing_settings(plan_a: Plan, plan_b: Plan) -> tuple[str, str]:
    """
    Write the settings in which two plans differ, of each of them.
    """
    left, right = _flat(plan_a.model_dump(mode="json")), _flat(plan_b.model_dump(mode="json"))
    keys = [key for key in {**left, **right} if key != "name" and left.get(key) != right.get(key)]
    return (
        " ".join(f"{key}={left.get(key)}" for key in keys),
        " ".join(f"{key}={right.get(key)}" for key in keys),
    )


def _valid(steps: Sequence[Measured], plan: Plan) -> dict[StepKey, Block]:
    found = {}
    closed = judge_closed(steps, plan)
    for step in steps:
        result = read_step(step, plan_of_cell(plan, step.key), closed if is_closed(step) else ())
        if result.verdict is StepVerdict.VALID and not result.superseded:
            found[first_key(step.key)] = (step, result)
    return found


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
