"""
Flags over a plan: every value can be overridden, and what results is checked like a plan.
"""

from __future__ import annotations

from typing import Any

import pytest

from loadtest.cli.overrides import with_flags
from loadtest.cli.plan_values import parse_factor, parse_replicas, parse_setting
from loadtest.errors import InputError
from loadtest.plan import parse_plan

PLAN: dict[str, Any] = {
    "name": "x",
    "replicas": [1, 2],
    "loads": [{"kind": "saturate"}, {"kind": "open", "arrival_rate": 3.0}],
    "work": {"seconds": 0.1},
}


def _flags(**given: Any) -> dict[str, Any]:
    return with_flags(
        PLAN,
        top=given.get("top", {}),
        rate=given.get("rate"),
        window=given.get("window"),
        settings=given.get("settings", []),
    )


def test_without_flags_the_plan_stays_as_it_is() -> None:
    """An absent flag overrides nothing."""
    assert _flags(top={"replicas": None, "seed": None}) == PLAN


def test_rate_and_window_reach_the_loads_that_have_them() -> None:
    """A closed load has no rate; every load has a window."""
    plan = parse_plan(_flags(rate=2.0, window=20.0), "x")

    assert [getattr(load, "arrival_rate", None) for load in plan.loads] == [None, 2.0]
    assert [load.longest_window_seconds for load in plan.loads] == [20.0, 20.0]


def test_rate_and_window_also_override_the_default_loads() -> None:
    """A plan that names no loads has the two of the method."""
    document = with_flags({"name": "x"}, top={}, rate=2.5, window=12.0, settings=[])

    plan = parse_plan(document, "x")

    assert [
        (load.kind.value, getattr(load, "arrival_rate", None), load.longest_window_seconds)
        for load in plan.loads
    ] == [
        ("saturate", None, 12.0),
        ("open", 2.5, 12.0),
    ]


@pytest.mark.parametrize(
    ("setting", "read"),
    [
        ("work.seconds=0.25", lambda plan: plan.work.seconds == 0.25),
        ("work.spread=constant", lambda plan: plan.work.spread == "constant"),
        ("loads.0.in_flight_per_slot=3", lambda plan: plan.loads[0].in_flight_per_slot == 3),
        ("slo.error_ratio=0.01", lambda plan: plan.slo.error_ratio == 0.01),
        ("worker.eager_activities=true", lambda plan: plan.worker.eager_activities is True),
        ("seed=7", lambda plan: plan.seed == 7),
    ],
)
def test_any_key_can_be_set(setting: str, read: Any) -> None:
    """By its path, with a TOML value or a bare word."""
    assert read(parse_plan(_flags(settings=[setting]), "x"))


@pytest.mark.parametrize(
    "setting",
    [
        'server.dynamic_config."frontend.namespaceRPS"=4800',
        "server.dynamic_config.'frontend.namespaceRPS'=4800",
        "server.dynamic_config.frontend.namespaceRPS=4800",
    ],
    ids=["as reports write it", "single quotes", "plain"],
)
def test_a_key_with_dots_may_be_quoted(setting: str) -> None:
    """Else the server would get a key that has quotes, which it does not know, and nobody would be told."""
    plan = parse_plan(_flags(settings=[setting]), "x")

    assert plan.server.dynamic_config == {"frontend.namespaceRPS": 4800}


def test_a_varied_key_with_dots_may_be_quoted() -> None:
    """As in a plan's `[factors]`."""
    assert parse_factor('server."frontend.namespaceRPS"=100,200') == (
        "server.frontend.namespaceRPS",
        [100, 200],
    )
    assert parse_factor('"worker.activity_slots"=2,4') == ("worker.activity_slots", [2, 4])


@pytest.mark.parametrize("text", ["1,x", "", "1;2"])
def test_replicas_that_are_no_numbers_are_refused(text: str) -> None:
    """The line says what to write."""
    with pytest.raises(InputError, match="write --replicas 1,2,4"):
        parse_replicas(text)


@pytest.mark.parametrize("text", ["work.seconds", "=3"])
def test_a_setting_without_key_or_value_is_refused(text: str) -> None:
    """The line shows one that would do."""
    with pytest.raises(InputError, match="KEY=VALUE"):
        parse_setting(text)


def test_a_setting_below_a_plain_value_is_refused() -> None:
    """Nothing lies below a number."""
    with pytest.raises(InputError, match="nothing lies below"):
        _flags(settings=["work.seconds.mean=1"])


@pytest.mark.parametrize(
    ("factors", "setting", "left"),
    [
        ({"worker.activity_slots": [2, 4]}, "worker.activity_slots=8", {}),
        (
            {"worker": {"activity_slots": [2, 4], "sandbox": [True, False]}},
            "worker.activity_slots=8",
            {"worker.sandbox"},
        ),
        ({"server.matching.x": [1, 2]}, "server.dynamic_config.matching.x=3", {}),
        ({"codec": [True, False]}, "codec=false", {}),
        ({"codec": [True, False]}, "seed=3", {"codec"}),
    ],
    ids=["quoted", "tables", "server", "at the top", "another key"],
)
def test_a_setting_holds_a_factor_at_its_value(factors: dict[str, Any], setting: str, left: set[str]) -> None:
    """
    Else the plan's list would override the flag, and nobody would know.
    """
    document = with_flags({**PLAN, "factors": factors}, top={}, rate=None, window=None, settings=[setting])

    plan = parse_plan(document, "x")

    assert set(plan.factors) == set(left)
    key, _, value = setting.partition("=")
    held: Any = document
    for part in key.split("."):
        held = held[part]
    assert str(held).lower() == value


def test_a_key_is_either_set_or_varied() -> None:
    """
    Both at once say two things.
    """
    with pytest.raises(
        InputError, match=r"--set worker.activity_slots=8: --factor varies worker.activity_slots"
    ):
        with_flags(
            PLAN,
            top={},
            rate=None,
            window=None,
            settings=["worker.activity_slots=8"],
            factors=["worker.activity_slots=2,4"],
        )


def test_a_setting_of_a_load_that_is_not_there_is_refused() -> None:
    """Loads are counted from 0."""
    with pytest.raises(InputError, match="no such load; there are 2"):
        _flags(settings=["loads.5.window_seconds=9"])
