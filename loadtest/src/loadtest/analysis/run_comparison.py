"""
Two finished runs as one comparison, and why two runs may not be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loadtest.analysis.doubled_loop import first_key
from loadtest.analysis.settings_comparison import Block
from loadtest.analysis.step_reading import read_step
from loadtest.analysis.step_verdict import judge_closed
from loadtest.analysis.workflow_counts import is_closed
from loadtest.plan import Plan
from loadtest.results.manifest import OWN_SCENARIO, Manifest
from loadtest.results.measured_step import Measured, StepKey
from loadtest.results.step_result import StepVerdict
from loadtest.results.steps_of_plan import plan_of_cell

DRIFT = (
    "the two runs were made at different times, so that a drift of the machine is part of every difference"
)
# What a comparison may be of; every other key of the plans must be the same.
_COMPARED = frozenset({"worker", "codec", "server", "address", "profile", "name"})
# Rates that a plan gives are equal to the last digit; those that runs found themselves differ by more.
_SAME_RATE_RATIO = 0.005


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
    mine, other = ({n: v for n, v in each.versions.items() if n.startswith(OWN_SCENARIO)} for each in (a, b))
    found += [
        f"other {name}: {mine.get(name, 'none')} and {other.get(name, 'none')}"
        for name in {**mine, **other}
        if mine.get(name) != other.get(name)
    ]
    left, right = plan_a.model_dump(mode="json"), plan_b.model_dump(mode="json")
    found += [
        f"other plan: {key} {_short(left[key])} and {_short(right[key])}"
        for key in left
        if key not in _COMPARED and left[key] != right[key]
    ]
    return tuple(found)


def rounds_of_runs(
    a: Sequence[Measured], b: Sequence[Measured], plan_a: Plan, plan_b: Plan
) -> tuple[list[list[Block]], tuple[str, ...]]:
    """
    Put each cell and repetition of a run beside the same of another, as rounds of A B B A.

    Steps that were offered different rates are left out: their waits differ for that alone.

    Returns:
        The rounds, and what was left out, in words.
    """
    mine, other = _valid(a, plan_a), _valid(b, plan_b)
    pairs = [(mine[key], other[key]) for key in mine if key in other]
    alike = [pair for pair in pairs if _offered_alike(pair[0][0], pair[1][0])]
    rounds = [[first, second, second, first] for first, second in alike]
    unlike = [pair for pair in pairs if not _offered_alike(pair[0][0], pair[1][0])]
    if not unlike:
        return rounds, ()
    (first, _), (second, _) = unlike[0]
    told = (
        f"{len(unlike)} of {len(pairs)} pairs of steps are left out, as the runs offered them different rates "
        f"({first.arrival_rate or 0:.3g} and {second.arrival_rate or 0:.3g}/s in {first.key.folder}), each a share of what "
        "it found itself; give arrival_rate in the plan of both to compare them"
    )
    return rounds, (told,)


def _offered_alike(a: Measured, b: Measured) -> bool:
    if a.arrival_rate is None or b.arrival_rate is None:
        return a.arrival_rate is b.arrival_rate
    return abs(a.arrival_rate / b.arrival_rate - 1) <= _SAME_RATE_RATIO


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
