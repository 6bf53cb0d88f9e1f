"""
Plans: which ones are refused, and with which words.
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import pytest

from loadtest.errors import InputError
from loadtest.plan import (
    LoadKind,
    Open,
    Plan,
    PlanFile,
    Saturate,
    parse_plan,
)
from loadtest.results.document import from_plain, to_json

PLANS = Path(__file__).parents[2] / "plans"


@pytest.mark.parametrize("name", ["demo", "smoke", "scaling"])
def test_every_committed_plan_is_valid_and_named_as_its_file(name: str) -> None:
    """A plan that is shipped can be run."""
    path = PLANS / f"{name}.toml"

    plan = parse_plan(PlanFile.read(path).document(), str(path))

    assert plan.name == name
    assert plan.loads[0].kind is LoadKind.SATURATE


def test_a_plan_can_ask_for_the_end_to_end_time_alone() -> None:
    """The bound on the waits has a default, and TOML has no word for nothing."""
    asked = {"schedule_to_start_p95_seconds": "none", "end_to_end_p95_seconds": 3.0}

    plan = parse_plan({"name": "x", "slo": asked}, "x")

    assert (plan.slo.schedule_to_start_p95_seconds, plan.slo.end_to_end_p95_seconds) == (None, 3.0)
    assert from_plain(Plan, json.loads(to_json(plan)), "plan.json") == plan


def test_the_default_plan_is_the_documented_method() -> None:
    """Saturate 15 s, then one common open rate of 0.7 of one replica until it is decided, at most 120 s."""
    plan = Plan(name="x")

    assert plan.loads == (
        Saturate(window_seconds=15.0, in_flight_per_slot=None),
        Open(arrival_rate=None, of_one_replica=0.7, window_seconds=None, max_window_seconds=120.0),
    )
    assert [load.longest_window_seconds for load in plan.loads] == [15.0, 120.0]
    assert plan.slo.schedule_to_start_p95_seconds == 0.15


@pytest.mark.parametrize(
    ("document", "words"),
    [
        pytest.param(
            {"replicas": [1, 4, 2]},
            ["replicas = [1, 4, 2]", "strictly increase", "write [1, 2, 4]"],
            id="order",
        ),
        pytest.param({"replicas": []}, ["replicas = []", "at least one"], id="no-replicas"),
        pytest.param({"replicas": [0, 1]}, ["replicas.0 = 0", "greater than or equal to 1"], id="zero"),
        pytest.param(
            {"repetitons": 2},
            ["repetitons: no such key; did you mean `repetitions`?", "loadtest/docs/plan.md"],
            id="typo",
        ),
        pytest.param(
            {"work": {"secnds": 1}}, ["work.secnds: no such key; did you mean `seconds`?"], id="typo-below"
        ),
        pytest.param(
            {"loads": [{"kind": "saturate"}, {"kind": "fraction", "fracton": 1}]},
            ["loads.1.fracton: no such key; did you mean `fraction`?"],
            id="typo-in-a-load",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "rate": 5}]},
            ["loads.0.rate: no such key; did you mean `arrival_rate`?"],
            id="a-word-of-a-key",
        ),
        pytest.param(
            {"loads": [{"kind": "saturate", "arrival_rate": 5}]},
            ["loads.0.arrival_rate: no such key of a load of this kind, but of kind open"],
            id="key-of-another-kind",
        ),
        pytest.param(
            {
                "loads": [
                    {"kind": "open", "arrival_rate": 5, "arrivals": {"kind": "constant", "spike_ratio": 9}}
                ]
            },
            ["loads.0.arrivals.spike_ratio = 9: has no effect on", 'write kind = "spike"'],
            id="key-of-another-shape",
        ),
        pytest.param({"loads": 3}, ["loads = 3: must be a list"], id="loads-a-number"),
        pytest.param({"loads": "open"}, ["loads = 'open': must be a list"], id="loads-a-text"),
        pytest.param({"loads": []}, ["loads = []: must name at least one load"], id="no-loads"),
        pytest.param({"loads": [{}]}, ["loads.0.kind: is missing"], id="load-without-kind"),
        pytest.param({"loads": [3]}, ["loads.0 = 3: must be a table"], id="load-a-number"),
        pytest.param({"work": 3}, ["work = 3: must be a table"], id="table-a-number"),
        pytest.param(
            {"repetitions": True}, ["repetitions = True: must be a whole number"], id="bool-for-int"
        ),
        pytest.param({"seed": 1.5}, ["seed = 1.5: must be a whole number"], id="float-for-int"),
        pytest.param(
            {"drain_seconds": "60"}, ["drain_seconds = '60': must be a number"], id="text-for-float"
        ),
        pytest.param(
            {"drain_seconds": math.inf}, ["drain_seconds = inf: must be a finite number"], id="infinite"
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": math.nan}]},
            ["loads.0.arrival_rate = nan: must be a finite number"],
            id="not-a-number",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": 1e6, "window_seconds": 1000}]},
            ["arrival_rate = 1000000.0", "more than 5,000,000 arrivals", "arrival_rate = 5000 or less"],
            id="more-arrivals-than-memory",
        ),
        pytest.param(
            {"replicas": [1, 200]},
            ["max_awaited = 1000", "loads.0 keeps 2 x 4 slots x 200 replicas = 1,600"],
            id="more-awaited-than-answered",
        ),
        pytest.param(
            {"factors": {"worker.activity_slots": [2, 4000]}},
            ["max_awaited = 1000", "2 x 4,000 slots"],
            id="awaited-by-a-factor",
        ),
        pytest.param(
            {"worker": {"activity_pollers": "auto"}},
            ["worker.activity_pollers = 'auto': must be a whole number or 'autoscaling'"],
            id="pollers",
        ),
        pytest.param(
            {"factors": {"worker.activity_slots": [2, -3]}},
            ["factors.worker.activity_slots.1 = -3: must be greater than or equal to 1"],
            id="factor-value",
        ),
        pytest.param(
            {"factors": {"work.seconds": [0.1, math.inf]}},
            ["factors.work.seconds.1 = inf: must be", "a finite number"],
            id="factor-infinite",
        ),
        pytest.param(
            {"factors": {"worker.activity_slots": [2, 2]}}, ["stands twice"], id="factor-value-twice"
        ),
        pytest.param(
            {"factors": {"server.a": [True, 1]}},
            [
                "factors.server.a.1 = 1: equals true, which stands there too, as true and 1.0 equal 1; leave one out"
            ],
            id="factor-values-that-are-one",
        ),
        pytest.param({"factors": {"codec": []}}, ["at least one value"], id="factor-without-values"),
        pytest.param(
            {"factors": {"worker.activty_slots": [2]}},
            ["no such factor; did you mean `worker.activity_slots`?"],
            id="factor-typo",
        ),
        pytest.param(
            {"factors": {"server.dynamic_config.frontend.namespaceRPS": [100, 200]}},
            ["no such factor; did you mean `server.frontend.namespaceRPS`?"],
            id="factor-of-the-server-by-its-plan-key",
        ),
        pytest.param({"address": "localhost"}, ["address = 'localhost': must be HOST:PORT"], id="no-port"),
        pytest.param({"address": 7233}, ["address = 7233: must be a text in quotes"], id="address-a-number"),
        pytest.param(
            {"factors": {"address": ["127.0.0.1:7233", "::1:7233"]}},
            ["factors.address.1 = '::1:7233': must be HOST:PORT"],
            id="factor-address",
        ),
        pytest.param({"factors": {"replicas": [2]}}, ["factors.replicas", "no such factor"], id="no-factor"),
        pytest.param({"name": "Ünï"}, ["name = 'Ünï'", "letters, digits and hyphens"], id="name"),
        pytest.param({"name": "x" * 300}, ["at most 60 characters"], id="name-too-long"),
        pytest.param({"scenario": ""}, ["scenario = '': must not be empty"], id="empty"),
        pytest.param({"seed": 10**30}, ["seed = 1000", "less than or equal"], id="huge"),
        pytest.param(
            {"server": {"dynamic_config": {"a": [1]}}},
            ["server.dynamic_config.a = [1]: must be a text in quotes, a finite number, true or false"],
            id="dynamic-config",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": 0}]},
            ["loads.0.arrival_rate = 0", "greater than 0"],
            id="rate-0",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": -1}]},
            ["loads.0.arrival_rate = -1", "greater than 0"],
            id="rate<0",
        ),
        pytest.param(
            {"loads": [{"kind": "saturate", "window_seconds": 2}]},
            ["loads.0.window_seconds = 2", "too short", "5 or more"],
            id="short",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": 1, "window_seconds": 6}]},
            [
                "loads.0.window_seconds = 6",
                "arrival_rate = 1:",
                "fewer than 10 arrivals",
                "window_seconds = 10",
            ],
            id="few-arrivals",
        ),
        pytest.param(
            {"loads": [{"kind": "open"}]}, ["takes its rate from a saturate load"], id="no-saturate"
        ),
        pytest.param({"loads": [{"kind": "opne"}]}, ["loads.0.kind = 'opne'"], id="kind"),
        pytest.param({"slo": {"error_ratio": 2}}, ["slo.error_ratio = 2"], id="ratio"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused(document: dict[str, object], words: list[str]) -> None:
    """The line names file and value, says what was expected and what to write instead."""
    with pytest.raises(InputError) as refused:
        parse_plan({"name": "x", **document}, "x.toml")

    assert str(refused.value).startswith("x.toml: ")
    assert len(str(refused.value).splitlines()) == 1
    for word in words:
        assert word in str(refused.value)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "load",
    [
        pytest.param({"arrival_rate": 0.3, "window_seconds": 6}, id="a-window-that-is-no-whole-number"),
        pytest.param({"arrival_rate": 0.07, "max_window_seconds": 20}, id="the-longest-window"),
        pytest.param({"arrival_rate": 1e6, "window_seconds": 7}, id="a-rate-that-is-no-whole-number"),
    ],
)
def test_what_a_refusal_says_to_write_is_taken(load: dict[str, float]) -> None:
    """Rounded to the nearest whole number it would be refused again, in the same words."""
    with pytest.raises(InputError) as refused:
        parse_plan({"name": "x", "loads": [{"kind": "open", **load}]}, "x.toml")

    found = re.search(r"write (\w+) = (\d+) or", str(refused.value))
    assert found is not None
    parse_plan({"name": "x", "loads": [{"kind": "open", **load, found[1]: int(found[2])}]}, "x.toml")


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """Nobody mends a file line by line: fields, loads by their index, and the rules over several fields."""
    document = {
        "name": "x",
        "replicas": [2, 1],
        "repetitions": 0,
        "colour": "red",
        "loads": [
            {"kind": "saturate", "window_seconds": 1},
            {"kind": "open", "arrival_rate": 1, "window_seconds": 6},
        ],
        "factors": {"codec": [1]},
    }

    with pytest.raises(InputError) as refused:
        parse_plan(document, "x.toml")

    assert [line.split(": ")[1].split(" = ")[0] for line in str(refused.value).splitlines()] == [
        "replicas",
        "factors.codec.0",
        "loads.0.window_seconds",
        "loads.1.window_seconds",
        "repetitions",
        "colour",
    ]


def test_loads_without_a_saturate_load_are_each_told() -> None:
    """Every load that takes its rate from one names its index."""
    loads = [{"kind": "open"}, {"kind": "open", "arrival_rate": 2}, {"kind": "fraction"}]

    with pytest.raises(InputError) as refused:
        parse_plan({"name": "x", "loads": loads}, "x.toml")

    assert [line.split(":")[1].strip() for line in str(refused.value).splitlines()] == [
        "loads.0.kind = 'open'",
        "loads.2.kind = 'fraction'",
    ]
