"""
Work that a scenario does not read is not varied, and is told where a plan names it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from loadtest.cli.ignored_work_keys import ignored_work_keys
from loadtest.plan import Plan, Work
from loadtest.scenario import load

PLANS = Path(__file__).parents[2] / "plans"
BAKERY = str(Path(__file__).parents[3] / "worker" / "examples" / "bakery" / "scenario.py")
# Where nobody answers, so that nothing begins where a key is not refused.
NOWHERE = ("--address", "127.0.0.1:1")


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["compare", "--b", "work.payload_bytes=9000", "--scenario", BAKERY, *NOWHERE], id="compare"),
        pytest.param(["sweep", "--factor", "work.payload_bytes=0,9000", "--scenario", BAKERY, *NOWHERE], id="sweep"),
        pytest.param(["submit", "--factor", "work.payload_bytes=0,9000", "--scenario", BAKERY, "--kubeconfig", "none"], id="submit"),
        pytest.param(["sweep", "--factor", "work.payload_bytes=0,9000", "--scenario", "noop", *NOWHERE], id="of-the-kit"),
    ],
)  # fmt: skip
def test_work_that_no_order_gets_is_not_varied(
    arguments: list[str],
    tmp_path: Path,
    refusal: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else two settings that are one would be told as the same."""
    monkeypatch.chdir(tmp_path)
    verb, *flags = arguments

    line = refusal(verb, str(PLANS / "smoke.toml"), *flags)

    assert "factors.work.payload_bytes: the scenario " in line
    assert "does not read it, so no order would change" in line
    assert list(tmp_path.iterdir()) == []


def test_work_that_a_plan_names_and_no_order_gets_is_told() -> None:
    """A key with its default value counts as not named."""
    plan = Plan(name="p", scenario=BAKERY, work=Work(seconds=0.2, payload_bytes=9000, rework_probability=0.5))

    assert ignored_work_keys(plan, load(BAKERY)) == (
        "the plan names work.rework_probability=0.5, work.payload_bytes=9000, which the scenario scenario does not read: "
        "its orders are as it makes them",
    )
    assert ignored_work_keys(plan, load("repair")) == ()
