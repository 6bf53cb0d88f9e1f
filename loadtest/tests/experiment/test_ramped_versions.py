"""
Workers of one of two versions between which a ramp divides the new workflows.
"""

from __future__ import annotations

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.errors import TargetError
from loadtest.experiment.ramped_versions import why_in_part, why_untaken
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog

ONE, TWO = "version one of bakery", "version two of bakery"
RAMP = {ONE: 0.7, TWO: 0.3}


@pytest.mark.parametrize(
    ("shares", "versions", "at", "told"),
    [
        pytest.param(
            RAMP, {"1@host": {ONE}}, 1_001.0, f"30 % of the new workflows go to {TWO}", id="to-another"
        ),
        pytest.param(
            RAMP, {"1@host": {TWO}}, 1_001.0, f"70 % of the new workflows go to {ONE}", id="to-theirs"
        ),
        pytest.param(
            RAMP,
            {"1@host": {ONE}, "9@host": {TWO}},
            1_001.0,
            f"30 % of the new workflows go to {TWO}",
            id="beside-others",
        ),
        pytest.param({}, {"1@host": {ONE}}, 1_001.0, None, id="no-ramp"),
        pytest.param({ONE: 1.0}, {"1@host": {ONE}}, 1_001.0, None, id="all-to-theirs"),
        pytest.param(RAMP, {"1@host": {ONE}}, 990.0, None, id="before-their-start"),
        pytest.param(RAMP, {"bakery": {ONE}}, 1_001.0, None, id="whose-they-are-is-not-known"),
    ],
)
def test_whether_a_ramp_sends_workflows_past_the_replicas(
    shares: dict[str, float], versions: dict[str, set[str]], at: float, told: str | None
) -> None:
    """Other workers of the second version may take them, or nobody does."""
    polls = dict.fromkeys(versions, at)
    polled = {name: frozenset(names) for name, names in versions.items()}
    look = Backlog(0, 0, 0.0, polls, polls, versions=polled, shares=shares)

    why = why_in_part([Replica("1@host", None, 1, 1_000.0)], look, lambda _: None)

    assert (why is None) is (told is None)
    assert told is None or str(why).startswith(told)
    assert "versioning_override" not in str(why)


@pytest.mark.parametrize(
    ("other_polled_at", "is_told"),
    [(None, True), (990.0, True), (1_001.0, False)],
    ids=["nobody", "one-that-ended-before", "others"],
)
def test_a_ramp_is_named_for_open_workflows_only_where_nobody_takes_its_part(
    other_polled_at: float | None, is_told: bool
) -> None:
    """Any order that an overload left open ended the run with the ramp as its cause."""
    polls = {"1@host": 1_001.0} | ({} if other_polled_at is None else {"9@host": other_polled_at})
    versions = {"1@host": frozenset({ONE}), "9@host": frozenset({TWO})}
    look = Backlog(0, 0, 0.0, polls, polls, versions=versions, shares=RAMP)

    why = why_untaken([Replica("1@host", None, 1, 1_000.0)], look, lambda _: None)

    assert (why is not None) is is_told
    assert why is None or why.startswith(f"nobody polls for {TWO}: 30 % of the new workflows go to {TWO}")


async def test_workflows_that_a_ramp_left_open_end_the_step_with_that(system: FakeSystem) -> None:
    """The workers' log and the drain were blamed, and the step was measured again."""
    system.versions, system.shares, system.open_at_end = frozenset({ONE}), RAMP, 7

    with pytest.raises(TargetError, match=f"7 workflows stayed open, .* nobody polls for {TWO}"):
        await carry_out(system)


async def test_a_ramp_past_the_replicas_is_told_where_nothing_stayed_open(system: FakeSystem) -> None:
    """Others may have taken them."""
    system.versions, system.shares = frozenset({ONE}), RAMP

    measured, *_ = await carry_out(system)

    assert any(note.startswith(f"30 % of the new workflows go to {TWO}") for note in measured.notes)


async def test_an_overload_beside_a_ramp_that_others_serve_does_not_end_the_run(system: FakeSystem) -> None:
    """What stays open is not what the ramp sends to the workers of the other version."""
    system.versions, system.shares, system.open_at_end = frozenset({ONE}), RAMP, 7
    system.strangers, system.strangers_version = ("31@elsewhere",), TWO

    measured, *_ = await carry_out(system)

    assert measured.injector.open_at_end == 7
    assert any(note.startswith(f"30 % of the new workflows go to {TWO}") for note in measured.notes)
