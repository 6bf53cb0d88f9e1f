"""
Which looks at a step's surroundings are a disturbance, at every bound.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import synthetic_steps

from loadtest.analysis.rules.disturbances import disturbances, disturbed_window
from loadtest.results.disturbance import Disturbance, DisturbanceKind, OutsideLook
from loadtest.results.measured_step import Measured
from loadtest.results.resource_use import MachineTimes

LOOKS = 12
Change = Callable[[OutsideLook], OutsideLook]


def _looks(**by_index: Change) -> tuple[OutsideLook, ...]:
    """A quiet minute of looks each 5 s, some of them changed: ``look_3=...``."""
    return tuple(
        by_index.get(f"look_{index}", lambda look: look)(
            OutsideLook(5.0 * index, 5.0 if index else 0.0, 5.0 if index else None)
        )
        for index in range(LOOKS)
    )


def _kinds(steady: Measured, looks: tuple[OutsideLook, ...]) -> list[tuple[str, float, float]]:
    found = disturbances(replace(steady, outside=looks, warm_up_seconds=5.0, window_seconds=50.0))
    return [(each.kind.value, each.start, each.end) for each in found]


def _refused(number: float, cause: str = "SystemOverloaded") -> Change:
    return lambda look: replace(look, refused={cause: number})


def _database(number: float, error: str) -> Change:
    return lambda look: replace(look, database_errors={error: number})


def _server(number: float, error: str) -> Change:
    return lambda look: replace(look, server_errors={error: number})


QUIET = [
    ("nothing", {}),
    ("2 refusals in 5 s", {"look_4": _refused(2)}),
    ("two requests met at a workflow", {"look_4": _refused(90, "BusyWorkflow")}),
    ("rows that were not there", {"look_4": _database(90, "serviceerror_NotFound")}),
    ("a write that lost a race", {"look_4": _database(90, "persistence_WorkflowConditionFailedError")}),
    ("polls that ended", {"look_4": _server(90, "serviceerror_Canceled")}),
    ("a workflow that was there", {"look_4": _server(90, "serviceerror_WorkflowExecutionAlreadyStarted")}),
    ("refusals all over the step", {f"look_{index}": _refused(20) for index in (2, 5, 8)}),
    ("woken 0.99 s late", {"look_4": lambda look: replace(look, stall_seconds=0.99)}),
]
DISTURBED = [
    ("3 refusals in 5 s", {"look_4": _refused(3)}, [("refusals", 15.0, 20.0)]),
    (
        "refusals with a pause",
        {"look_4": _refused(30), "look_6": _refused(30)},
        [("refusals", 15.0, 30.0)],
    ),
    (
        "the database was away",
        {
            "look_4": _database(12, "serviceerror_Unavailable"),
            "look_5": _server(40, "serviceerror_Unavailable"),
        },
        [("database errors", 15.0, 20.0), ("server errors", 20.0, 25.0)],
    ),
    (
        "a replica that stays away",
        {f"look_{index}": lambda look: replace(look, lost=("worker-2",)) for index in range(7, LOOKS)},
        [("replica lost", 30.0, 35.0)],
    ),
    (
        "the server started anew",
        {"look_7": lambda look: replace(look, restarts=("server: restarts fell",), counted_seconds=None)},
        [("restart", 30.0, 35.0)],
    ),
    ("woken 1 s late", {"look_4": lambda look: replace(look, stall_seconds=1.0)}, [("stall", 15.0, 20.0)]),
]


@pytest.mark.parametrize("changes", [c for _, c in QUIET], ids=[name for name, _ in QUIET])
def test_below_each_bound_there_is_no_disturbance(steady: Measured, changes: dict[str, Change]) -> None:
    """What any sound system shows alarms nobody."""
    assert _kinds(steady, _looks(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "expected"), [(c, e) for _, c, e in DISTURBED], ids=[name for name, *_ in DISTURBED]
)
def test_from_each_bound_on_it_is_told_with_its_seconds(
    steady: Measured, changes: dict[str, Change], expected: list[tuple[str, float, float]]
) -> None:
    """From the look before the first that saw it to the last that did."""
    assert _kinds(steady, _looks(**changes)) == expected


def _machine(own: float, others: float, stolen: float) -> tuple[OutsideLook, ...]:
    """Cores in use in seconds 20 to 30; a core of four at all other times."""
    seen, times = [], [0.0, 0.0, 0.0]
    for look in _looks():
        hit = 20.0 < look.at <= 30.0
        for index, cores in enumerate((own, others, stolen) if hit else (1.0, 0.0, 0.0)):
            times[index] += cores * look.seconds
        machine = MachineTimes(1e9 + look.at, 4, times[0] + times[1], times[2], times[0], times[1])
        seen.append(replace(look, machine=machine))
    return tuple(seen)


@pytest.mark.parametrize(
    ("own", "others", "stolen", "kind"),
    [
        pytest.param(1.0, 0.0, 0.39, None, id="10 % stolen is the bound"),
        pytest.param(1.0, 0.0, 0.41, "stolen CPU", id="more is stolen"),
        pytest.param(3.0, 0.9, 0.0, None, id="full, and others have less than a quarter"),
        pytest.param(2.9, 1.1, 0.0, "other programs", id="full, and others have more than a quarter"),
        pytest.param(2.0, 1.6, 0.0, None, id="others have much, and there is room"),
        pytest.param(4.0, 0.0, 0.0, None, id="the step itself fills the machine"),
    ],
)
def test_the_machine_disturbs_where_it_takes_cores_away(
    steady: Measured, own: float, others: float, stolen: float, kind: str | None
) -> None:
    """A machine that the step fills by itself is a limit, and no disturbance."""
    expected = [] if kind is None else [(kind, 20.0, 30.0)]

    assert _kinds(steady, _machine(own, others, stolen)) == expected


@pytest.mark.parametrize(
    ("warm_up", "window", "counts"),
    [
        pytest.param(5.0, 50.0, True, id="within"),
        pytest.param(19.5, 20.0, False, id="half a second of it within"),
        pytest.param(18.0, 20.0, True, id="two seconds of it within"),
        pytest.param(5.0, 10.5, False, id="after the window"),
    ],
)
def test_only_what_hits_the_window_counts(
    steady: Measured, warm_up: float, window: float, counts: bool
) -> None:
    """All of it is told."""
    step = replace(
        steady, outside=_looks(look_4=_refused(30)), warm_up_seconds=warm_up, window_seconds=window
    )

    (found,) = disturbances(step)

    assert found.kind is DisturbanceKind.REFUSALS
    assert found.counts is counts


def test_what_began_just_before_the_first_arrival_began_at_0() -> None:
    """
    A look comes a moment before, and "-0" is no second.
    """
    hit = Disturbance(DisturbanceKind.REFUSALS, -0.3, 4.8, "the server refused 3 requests", counts=True)

    assert hit.span == "seconds 0 to 5"


@pytest.mark.parametrize(
    ("stalls", "told"),
    [
        (2, "(seconds 5 to 10, 15 to 20 of the step)"),
        (8, "(seconds 5 to 10, 15 to 20, 25 to 30, 35 to 40, 45 to 50 and 3 more times of the step)"),
    ],
    ids=["two", "many"],
)
def test_what_came_again_and_again_is_said_once(steady: Measured, stalls: int, told: str) -> None:
    """
    The reason of a step is its report's first sentence.
    """
    looks = tuple(
        OutsideLook(5.0 * n, 5.0, stall_seconds=1.5 if n % 2 == 0 and n <= 2 * stalls else 0.0)
        for n in range(1, 41)
    )

    (reason,) = disturbed_window(
        replace(steady, window_seconds=180.0, outside=looks), synthetic_steps.demo_plan()
    )

    assert reason.count("stood still") == 1
    assert told in reason
