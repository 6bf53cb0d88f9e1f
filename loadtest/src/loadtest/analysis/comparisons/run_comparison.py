"""
Compares two finished runs, and says why two runs may not be compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from loadtest.analysis.comparisons.settings_comparison import Block
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.judged_steps.step_verdict import judge_closed
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.doubled_closed_load import first_key
from loadtest.plan import Plan
from loadtest.plural import counted, plural
from loadtest.results.manifest import OWN_SCENARIO, Manifest
from loadtest.results.measured_step import Measured
from loadtest.results.plan_setting import value_text
from loadtest.results.step_key import StepKey, plan_of_cell
from loadtest.results.step_result import StepVerdict

DRIFT = (
    "the two runs were made at different times, so that a drift of the machine is part of every difference"
)
# Keys that a comparison may vary, and keys that tell which steps there are and how to wait for them, but not what a
# step measures; every other key of the plans must be the same.
_COMPARED = frozenset(
    {"worker", "worker_command", "codec", "server", "queue_activities_per_second", "address", "profile"}
)
_IDLE = frozenset({"name", "replicas", "repetitions", "shuffle", "budget_seconds", "waits"})
# Rates that a plan sets are equal to the last digit; rates that the runs found differ by more.
_SAME_RATE_RATIO = 0.005


def why_not_comparable(a: Manifest, b: Manifest, plan_a: Plan, plan_b: Plan) -> tuple[str, ...]:
    """
    Say in what two runs differ so that their numbers cannot be compared; empty where they can.
    """
    found = []
    for name in ("host", "processor", "usable_cores", "memory_bytes"):
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
    found += [
        f"other plan: {key} {_written(mine)} and {_written(other)}"
        for key, mine, other in _differences(plan_a, plan_b)
        if key.partition(".")[0] not in _COMPARED | _IDLE
    ]
    return tuple(found)


def rounds_of_runs(
    a: Sequence[Measured], b: Sequence[Measured], plan_a: Plan, plan_b: Plan
) -> tuple[list[list[Block]], tuple[str, ...]]:
    """
    Pair each cell and repetition of a run with the same one of another run, as rounds of A B B A.

    Steps that only one run has, or that are not valid in one of them, are left out; so are steps that were offered
    different rates, as their waits differ for that reason alone.

    Returns:
        The rounds, and what was left out, in words.
    """
    mine, other = _valid(a, plan_a), _valid(b, plan_b)
    left = _without_partner(a, b, {key for key in mine if key in other})
    pairs = [(mine[key], other[key]) for key in mine if key in other]
    alike = [pair for pair in pairs if _offered_alike(pair[0][0], pair[1][0])]
    rounds = [[first, second, second, first] for first, second in alike]
    unlike = [pair for pair in pairs if not _offered_alike(pair[0][0], pair[1][0])]
    if not unlike:
        return rounds, left
    (first, _), (second, _) = unlike[0]
    told = (
        f"{len(unlike)} of {counted(len(pairs), 'pair')} of steps {plural(len(unlike), 'is', 'are')} left out, as the runs offered them different rates "
        f"({first.arrival_rate or 0:.3g} and {second.arrival_rate or 0:.3g}/s in {first.key.folder}), each a share of what "
        "it found itself; give arrival_rate in the plan of both to compare them"
    )
    return rounds, (*left, told)


def _without_partner(
    a: Sequence[Measured], b: Sequence[Measured], paired: Collection[StepKey]
) -> tuple[str, ...]:
    """
    Say how many steps are not compared because only one run has them, and how many because they are not valid in one run.
    """
    in_a, in_b = ({first_key(step.key) for step in steps} for steps in (a, b))
    told, both = [], in_a & in_b
    alone = [f"{len(keys - both)} of run {name}" for keys, name in ((in_a, "A"), (in_b, "B")) if keys - both]
    if alone:
        told.append(f"steps that one run alone has are left out: {' and '.join(alone)}")
    if broken := [key for key in both if key not in paired]:
        told.append(
            f"{len(broken)} of {counted(len(both), 'step')} {plural(len(broken), 'is', 'are')} left out, as not valid in one of the runs"
        )
    return tuple(told)


def _offered_alike(a: Measured, b: Measured) -> bool:
    if a.arrival_rate is None or b.arrival_rate is None:
        return a.arrival_rate is b.arrival_rate
    return abs(a.arrival_rate / b.arrival_rate - 1) <= _SAME_RATE_RATIO


def differing_settings(plan_a: Plan, plan_b: Plan) -> tuple[str, str]:
    """
    Write the settings in which two plans differ, for each of the two.
    """
    found = [one for one in _differences(plan_a, plan_b) if one[0] != "name"]
    return (
        " ".join(f"{key}={_written(mine)}" for key, mine, _ in found),
        " ".join(f"{key}={_written(other)}" for key, _, other in found),
    )


def _differences(plan_a: Plan, plan_b: Plan) -> list[tuple[str, Any, Any]]:
    """
    Return the keys in which two plans differ, by their paths, each with both values; of loads that only one plan has their
    kind alone.
    """
    left, right = _flat(plan_a.model_dump(mode="json")), _flat(plan_b.model_dump(mode="json"))
    differing = [key for key in {**left, **right} if left.get(key) != right.get(key)]
    fewest = min(len(plan_a.loads), len(plan_b.loads))
    return [(key, left.get(key), right.get(key)) for key in differing if not _is_detail(key, fewest)]


def _is_detail(key: str, loads: int) -> bool:
    """
    Tell whether a key is one of a load that only one plan has, and not its kind.
    """
    table, _, rest = key.partition(".")
    index, _, name = rest.partition(".")
    return table == "loads" and int(index) >= loads and name != "kind"


def _written(value: Any) -> str:
    return "none" if value is None else _short(value_text(value))


def _valid(steps: Sequence[Measured], plan: Plan) -> dict[StepKey, Block]:
    found = {}
    closed = judge_closed(steps, plan)
    for step in steps:
        result = read_step(step, plan_of_cell(plan, step.key), closed if is_closed(step) else ())
        if result.verdict is StepVerdict.VALID and not result.superseded:
            found[first_key(step.key)] = (step, result)
    return found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """
    Return a table's values by their paths; tables of a list have their numbers, as `--set` writes them.
    """
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat.update(_flat(value, f"{prefix}{key}."))
        elif isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
            flat.update(_flat({str(index): one for index, one in enumerate(value)}, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
