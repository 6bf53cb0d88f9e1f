"""
A flag or key that has one value is not given two, of which the last would silently count.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.main import get_command

from loadtest.cli.app import app
from repairshop.repeated_options import repeated_options

# A plan that is refused for its own sake, so that nothing begins where a flag is not.
WRONG = "wrong.toml"


@pytest.fixture
def wrong_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plan, in the current folder."""
    monkeypatch.chdir(tmp_path)
    Path(WRONG).write_text('name = "x"\nreplica = [1]\n')


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        pytest.param(
            ["sweep", WRONG, "--scenario", "noop", "--scenario=repair"],
            "--scenario noop --scenario repair: this flag takes one value; a run measures one scenario: run each",
            id="scenario",
        ),
        pytest.param(
            ["sweep", WRONG, "--replicas", "1", "--replicas", "2"],
            "--replicas 1 --replicas 2: this flag takes one value; several counts have commas between",
            id="replicas",
        ),
        pytest.param(
            ["limits", WRONG, "--worker-command", "a", "--worker-command", "b"],
            "`loadtest compare` measures two, by --a-worker-command and --b-worker-command",
            id="worker-command",
        ),
        pytest.param(
            ["clean", "results/r", "--address", "a:1", "--address", "b:1"],
            "--address a:1 --address b:1: this flag takes one value; leave all but one out",
            id="address-of-clean",
        ),
        pytest.param(
            ["submit", WRONG, "--job", "x", "--job", "y"],
            "--job x --job y: this flag takes one value",
            id="job",
        ),
        pytest.param(
            ["sweep", WRONG, "--set", "work.seconds=1", "--set", "work.seconds=2"],
            "--set work.seconds=1 and --set work.seconds=2: both set work.seconds, and only the last would count",
            id="key",
        ),
        pytest.param(
            ["sweep", WRONG, "--set", "work.seconds=1", "--set", "work={cpu_seconds=1}"],
            "both set work, and only the last would count",
            id="table-after-its-key",
        ),
        pytest.param(
            ["sweep", WRONG, "--seed", "3", "--set", "seed=4"],
            "--seed and --set seed=4: both set seed",
            id="flag-and-key",
        ),
        pytest.param(
            ["sweep", WRONG, "--factor", "work.seconds=1,2", "--factor", "work.seconds=3"],
            "both set work.seconds, and only the last would count",
            id="factor",
        ),
    ],
)
@pytest.mark.usefixtures("wrong_plan")
def test_two_values_are_refused(arguments: list[str], told: str, refusal: Callable[..., str]) -> None:
    """One line has both values; nothing else is looked at."""
    assert told in refusal(*arguments)


@pytest.mark.usefixtures("wrong_plan")
def test_what_may_be_repeated_or_says_the_same_is_let_pass(refusal: Callable[..., str]) -> None:
    """A list, a flag without a value, the same value, a table's key after the table: the plan itself is looked at."""
    harmless = [
        "--yes",
        "--yes",
        "--seed",
        "3",
        "--seed=3",
        "--set",
        "work={seconds=1}",
        "--set",
        "work.cpu_seconds=0",
    ]

    line = refusal("sweep", WRONG, *harmless, "--set", "work.seconds=1")

    assert "replica: no such key" in line


def test_the_value_of_a_flag_is_no_flag() -> None:
    """A command line of a worker has flags of its own, and what follows `--` is no flag at all."""
    program = get_command(app)
    words = ["sweep", "--worker-command", "--seed", "--seed", "1", "--", "--seed", "2"]

    assert repeated_options(program, words) == {}


def test_each_flag_of_each_verb_is_looked_at() -> None:
    """The rule is that of the command line, and not of those flags that somebody thought of."""
    program = get_command(app)
    for name, verb in program.commands.items():  # type: ignore[attr-defined]
        for parameter in verb.params:
            if parameter.param_type_name == "option" and not parameter.is_flag and not parameter.multiple:
                flag = parameter.opts[0]
                assert repeated_options(program, [name, flag, "1", f"{flag}=2"]) == {flag: ("1", "2")}
