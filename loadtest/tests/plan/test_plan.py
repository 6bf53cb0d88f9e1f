"""
Plans: which ones are refused, and with which words.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.errors import InputError
from loadtest.plan import LoadKind, Plan, parse_plan, read_document

PLANS = Path(__file__).parents[2] / "plans"


@pytest.mark.parametrize("name", ["demo", "smoke", "scaling"])
def test_every_committed_plan_is_valid_and_named_as_its_file(name: str) -> None:
    """A plan that is shipped can be run."""
    path = PLANS / f"{name}.toml"

    plan = parse_plan(read_document(path), str(path))

    assert plan.name == name
    assert plan.loads[0].kind is LoadKind.SATURATE


def test_the_default_plan_is_the_documented_method() -> None:
    """Saturate 15 s, then one common open rate of 0.85 of one replica for 20 s."""
    plan = Plan(name="x")

    assert [(load.kind.value, load.window) for load in plan.loads] == [("saturate", 15.0), ("open", 20.0)]
    assert plan.loads[1].arrival_rate is None
    assert plan.loads[1].of_one_replica == 0.85
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
        pytest.param({"repetitons": 2}, ["repetitons: no such key"], id="typo"),
        pytest.param({"work": {"secnds": 1}}, ["work.secnds: no such key"], id="typo-below"),
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
            ["window_seconds = 2", "too short", "5 or more"],
            id="short",
        ),
        pytest.param(
            {"loads": [{"kind": "open", "arrival_rate": 1, "window_seconds": 6}]},
            ["arrival_rate = 1", "fewer than 10 arrivals", "window_seconds = 10"],
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
    for word in words:
        assert word in str(refused.value)
    assert refused.value.exit_code == 2


def test_all_problems_of_a_file_are_told_at_once() -> None:
    """Nobody mends a file line by line."""
    with pytest.raises(InputError) as refused:
        parse_plan({"name": "x", "replicas": [2, 1], "repetitions": 0, "colour": "red"}, "x.toml")

    assert len(str(refused.value).splitlines()) == 3


def test_a_missing_plan_names_those_that_there_are(tmp_path: Path) -> None:
    """The message says what could have been meant."""
    with pytest.raises(InputError, match=r"no such plan file.*demo\.toml"):
        read_document(tmp_path / "nothing.toml")


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    """With the place at which it stops to be TOML."""
    path = tmp_path / "bad.toml"
    path.write_text("name = [", encoding="utf-8")

    with pytest.raises(InputError, match="not a TOML file"):
        read_document(path)
