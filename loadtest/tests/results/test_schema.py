"""
The committed JSON Schema of sweep.json is current, strict, and what runs are written by.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
import synthetic_steps
from sweep_schema import SCHEMA, validate_sweep

from loadtest.analysis import analyse
from loadtest.catalogue.expressions import ALL
from loadtest.results.document import to_plain
from loadtest.results.schema import SCHEMA_PATH, schema_text

SCALING = synthetic_steps.demo_plan(name="scaling", replicas=(1, 2, 3, 4), repetitions=2)

# Of method.md: every reading of a step has a key.
READINGS = """
replicas repetition load window_seconds verdict reasons offered_per_second sent_per_second injector_lag_seconds
throughput_per_second closes_per_second goodput_per_second failed error_ratio drain_seconds open_at_end awaited_every
response_time_seconds service_time_seconds end_to_end_seconds schedule_to_start_seconds late_ratio sync_match_ratio backlog
state_transitions_per_second state_transitions_per_workflow actions_per_workflow actions_by_kind slots_used_ratio pollers sticky_hit_ratio
cpu_seconds_per_workflow rss_bytes persistence_latency_seconds shard_lock_seconds little_ratio counts
"""


@pytest.fixture(scope="module")
def sweep() -> Any:
    """
    A whole run as it is written.
    """
    return to_plain(analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest()))


def test_the_committed_schema_is_current() -> None:
    """
    After a change of the types: python -m loadtest.results.schema.
    """
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_runs_are_written_by_it(sweep: Any) -> None:
    """
    With and without a fit, whole and empty.
    """
    validate_sweep(sweep)
    validate_sweep(to_plain(analyse(synthetic_steps.steps(SCALING), SCALING, synthetic_steps.manifest())))
    validate_sweep(to_plain(analyse([], synthetic_steps.demo_plan(), synthetic_steps.manifest())))
    assert sweep["schema"] == 2


def test_every_reading_of_the_method_has_a_key(sweep: Any) -> None:
    """
    A reading that is not shown is null; it is never left out.
    """
    for step in sweep["steps"]:
        assert set(READINGS.split()) <= set(step)
    assert {"schema", "run", "verdict", "slo", "demand", "scaling"} <= set(sweep)
    assert {"replicas", "why"} <= set(sweep["demand"])
    assert {"efficiency", "usl", "why"} <= set(sweep["scaling"])


@pytest.mark.parametrize(
    "damage",
    [
        lambda d: d.pop("verdict"),
        lambda d: d.update(schema=1),
        lambda d: d.update(verdict="maybe"),
        lambda d: d.update(extra=1),
        lambda d: d["steps"][0].pop("little_ratio"),
        lambda d: d["steps"][0].update(throughput_per_second=2.2),
        lambda d: d["steps"][0].update(drain_seconds="NaN"),
        lambda d: d["steps"][0]["counts"].update(sent=1.5),
    ],
    ids=[
        "key gone",
        "other version",
        "unknown verdict",
        "unknown key",
        "reading gone",
        "bare mean",
        "NaN",
        "half a start",
    ],
)
def test_the_schema_refuses_what_it_should(damage: Any, sweep: Any) -> None:
    """
    A reader may rely on every key and on no other.
    """
    document = copy.deepcopy(sweep)
    damage(document)

    with pytest.raises(jsonschema.ValidationError):
        validate_sweep(document)


def properties(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """
    Every property of the schema's objects.
    """
    for name, definition in [("", schema), *schema["$defs"].items()]:
        for key, value in definition.get("properties", {}).items():
            yield f"{name or path}.{key}", value


def test_every_object_and_what_needs_words_is_described() -> None:
    """
    Whoever reads the schema finds the unit or the meaning of each key.
    """
    plain = {
        "Percentiles.p50",
        "WindowEnds.start",
        "WindowEnds.end",
        "WindowEnds.max",
        "Lag.p50",
        "Lag.p99",
        "Lag.max",
        "Lag.n",
    }
    plain |= {
        "Interval.value",
        "Interval.low",
        "Interval.high",
        "PerPart.worker",
        "PerPart.server",
        "PerPart.injector",
    }
    plain |= {"Waits.workflow", "Waits.activity", "Wait.p50", "Wait.p95", "Wait.p99"}
    bare = {key for key, value in properties(SCHEMA, "Sweep") if "description" not in value}

    assert {key for key in bare if not key.startswith("Slo.")} <= plain
    for definition in SCHEMA["$defs"].values():
        assert definition["description"]


def test_the_expressions_name_readings_that_exist(sweep: Any) -> None:
    """
    A figure's link to an expression never leads nowhere.
    """
    for expression in ALL:
        for reading in expression.readings:
            value: Any = sweep["steps"][1]
            for key in reading.split("."):
                assert key in value, f"{expression.name} names {reading}"
                value = value[key]
