"""
Factors: keys that a plan varies, and the plan of one cell.
"""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from loadtest.errors import InputError
from loadtest.plan import ServerSetup, Work, WorkerSetup, parse_plan
from loadtest.plan.plan_tables import address_problem


def test_a_cells_plan_has_the_values_of_its_factors_and_no_factors() -> None:
    """Worker, work, codec and the server's dynamic configuration; everything else stays."""
    plan = parse_plan(
        {
            "name": "x",
            "work": {"seconds": 0.2, "spread": "constant"},
            "factors": {
                "worker.activity_slots": [2, 4],
                "work.seconds": [0.1, 1],
                "codec": [False, True],
                "server.matching.numTaskqueueReadPartitions": [1, 4],
            },
        },
        "x.toml",
    )

    cell = plan.with_factors(
        {
            "worker.activity_slots": 2,
            "work.seconds": 1,
            "codec": True,
            "server.matching.numTaskqueueReadPartitions": 4,
        }
    )

    assert cell == plan.model_copy(
        update={
            "factors": {},
            "codec": True,
            "worker": WorkerSetup(activity_slots=2),
            "work": Work(seconds=1, spread="constant"),
            "server": ServerSetup(dynamic_config={"matching.numTaskqueueReadPartitions": 4}),
        }
    )


def test_keys_with_dots_may_stand_without_quotes() -> None:
    """TOML makes tables of them, which mean the same."""
    text = """
    name = "x"
    [factors]
    worker.activity_slots = [2, 4]
    [server.dynamic_config]
    matching.numTaskqueueReadPartitions = 1
    """

    plan = parse_plan(tomllib.loads(text), "x.toml")

    assert plan.factors == {"worker.activity_slots": (2, 4)}
    assert plan.server.dynamic_config == {"matching.numTaskqueueReadPartitions": 1}


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("127.0.0.1:7233", True),
        ("localhost:1", True),
        ("[::1]:65535", True),
        ("temporal-frontend.temporal.svc:7233", True),
        ("", False),
        ("localhost", False),
        (":7233", False),
        ("localhost:", False),
        ("localhost:0", False),
        ("localhost:65536", False),
        ("localhost:７２３３", False),
        ("::1:7233", False),
        ("a b:7233", False),
        ("a\n:7233", False),
        (f"localhost:{'9' * 5000}", False),
        (7233, False),
        (True, False),
    ],
)
def test_an_address_is_host_and_port(value: object, is_one: bool) -> None:
    """An IPv6 host stands in brackets, as everywhere."""
    assert (address_problem(value) is None) is is_one


def test_a_plan_names_the_servers_of_its_cells() -> None:
    """Those of the factor, as these are what a cell gets, else its own one, else none."""
    one, two, three = "127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3"
    plan = parse_plan({"name": "x", "address": three, "factors": {"address": [one, two]}}, "x.toml")

    assert plan.server_names == (one, two)
    assert [plan.with_factors({"address": each}).server_names for each in (one, two)] == [(one,), (two,)]
    assert parse_plan({"name": "x", "address": three}, "x.toml").server_names == (three,)
    assert parse_plan({"name": "x"}, "x.toml").server_names == ()


def test_a_profile_names_a_server_as_an_address_does() -> None:
    """As a key and as a factor; a cell has its own."""
    plan = parse_plan({"name": "x", "factors": {"profile": ["own", "cloud"]}}, "x.toml")
    alone = parse_plan({"name": "x", "profile": "cloud"}, "x.toml")

    assert (plan.server_key, plan.server_names, plan.server_name) == ("profile", ("own", "cloud"), None)
    assert [plan.with_factors({"profile": each}).server_name for each in plan.server_names] == [
        "own",
        "cloud",
    ]
    assert (alone.server_key, alone.server_names, alone.server_name) == ("profile", ("cloud",), "cloud")
    assert parse_plan({"name": "x"}, "x.toml").server_key == "address"


@pytest.mark.parametrize(
    ("document", "where"),
    [
        pytest.param({"address": "a:1", "profile": "cloud"}, "address = 'a:1': ", id="two-keys"),
        pytest.param({"address": "a:1", "factors": {"profile": ["own"]}}, "address = 'a:1': ", id="factor"),
        pytest.param(
            {"profile": "cloud", "factors": {"address": ["a:1"]}},
            "factors.address = ['a:1']: ",
            id="other-factor",
        ),
        pytest.param(
            {"factors": {"address": ["a:1"], "profile": ["own"]}},
            "factors.address = ['a:1']: ",
            id="two-factors",
        ),
    ],
)
def test_a_server_has_one_name(document: dict[str, Any], where: str) -> None:
    """A profile has an address of its own, and which of the two would count is nobody's guess."""
    with pytest.raises(InputError) as refused:
        parse_plan({"name": "x", **document}, "x.toml")

    assert str(refused.value) == (
        f"x.toml: {where}names a server, and so does profile, which has an address of its own; leave one of the two out"
    )


@pytest.mark.parametrize("value", [True, 7, "", "  ", "two\nlines"])
def test_a_profile_of_a_factor_is_a_name(value: object) -> None:
    """Anything else is refused with the place."""
    with pytest.raises(InputError, match=r"factors\.profile\.0"):
        parse_plan({"name": "x", "factors": {"profile": [value]}}, "x.toml")


@pytest.mark.parametrize(
    ("key", "wrong", "words"),
    [
        pytest.param("worker_command", 7, "must be a command line in quotes", id="command-as-number"),
        pytest.param("worker_command", "  ", "must be a command line in quotes", id="command-of-blanks"),
        pytest.param("profile", 7, "must be the name of a profile, in quotes", id="profile-as-number"),
        pytest.param("profile", "a\tb", "must be the name of a profile, in quotes", id="profile-with-a-tab"),
        pytest.param("codec", "yes", "must be true or false", id="codec-as-word"),
        pytest.param("address", "nowhere", "must be HOST:PORT", id="address-without-port"),
    ],
)
def test_a_value_that_its_key_cannot_have_is_refused(key: str, wrong: object, words: str) -> None:
    """By its place among the factor's values."""
    good = {"worker_command": "mine", "profile": "own", "codec": True, "address": "a:1"}[key]

    with pytest.raises(InputError, match=rf"^x.toml: factors.{key}.1 = .*{words}"):
        parse_plan({"name": "x", "factors": {key: [good, wrong]}}, "x.toml")


@pytest.mark.parametrize("value", [0, -1, True, "20", 2_000_000])
def test_a_queue_is_limited_to_a_number_above_0(value: object) -> None:
    """As the plan's own key."""
    told = "factors.queue_activities_per_second.1 = .*must be a number above 0, of 1,000,000 at most"
    with pytest.raises(InputError, match=told):
        parse_plan({"name": "x", "factors": {"queue_activities_per_second": [20, value]}}, "x.toml")


def test_the_queues_rate_limit_is_a_factor() -> None:
    """Whole numbers and others."""
    plan = parse_plan({"name": "x", "factors": {"queue_activities_per_second": [20, 0.5]}}, "x.toml")

    cells = [plan.with_factors({"queue_activities_per_second": rate}) for rate in (20, 0.5)]
    assert [cell.queue_activities_per_second for cell in cells] == [20.0, 0.5]
