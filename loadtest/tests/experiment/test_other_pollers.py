"""
Whoever polls the task queue beside the replicas does work that is counted as theirs: a step says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from fake_steps import carry_out
from fake_system import FakeSystem

from loadtest.errors import MeasurementError
from loadtest.experiment.other_pollers import SeenPolls, other_pollers
from loadtest.results.measured_step import Replica
from loadtest.results.problem import ProblemCause
from loadtest.results.scrape import Backlog

MINE = (Replica("own-1", None, 11, 0.0), Replica("own-2", None, 12, 0.0))
NAMED = "31@host"


class _Listed:
    """
    Workers of which the server keeps heartbeats.
    """

    def __init__(self, *identities: str, answers: bool = True) -> None:
        self._identities, self._answers = identities, answers

    async def names(self, replicas: Sequence[Replica]) -> Mapping[str, frozenset[str]]:
        """One of each replica, in their order."""
        if not self._answers:
            raise MeasurementError("no list")
        pairs = zip(replicas, self._identities, strict=False)
        return {replica.identity: frozenset({name}) for replica, name in pairs}


def _seen(looks: int = 10, **every: int) -> SeenPolls:
    """
    Looks of one second each, at which each poller had polled every so many seconds; 0 never again.
    """
    seen = SeenPolls()
    for second in range(looks + 1):
        polls = {
            name.replace("_", "-").replace("x31", NAMED): float(second - second % gap if gap else 0)
            for name, gap in every.items()
        }
        seen.look(Backlog(0, 0, 0.0, polls, {}))
        seen.look(None)
    return seen


@pytest.mark.parametrize(
    ("seen", "listed", "expected"),
    [
        pytest.param(_seen(own_1=1, own_2=1), (), "", id="replicas-alone"),
        pytest.param(_seen(own_1=1, own_2=1, x31=1), (), "problem", id="as-busy-as-they"),
        pytest.param(_seen(own_1=1, own_2=1, x31=2), (), "problem", id="half-as-busy"),
        pytest.param(_seen(own_1=5, own_2=5, x31=5), (), "problem", id="a-server-that-caches-its-answer"),
        pytest.param(_seen(own_1=1, own_2=1, x31=5), (), "note", id="polls-anew-now-and-then"),
        pytest.param(_seen(own_1=1, own_2=1, x31=0), (), "", id="died-before"),
        pytest.param(_seen(own_1=1, own_2=1, baker=1), ("baker",), "", id="a-second-worker-of-a-replica"),
        pytest.param(_seen(own_1=1, baker=1), (), "", id="a-replica-that-names-itself"),
        pytest.param(_seen(own_1=1, baker=1, x31=1), (), "note", id="one-of-these-may-be-a-replica"),
        pytest.param(_seen(own_1=1, own_2=1, baker=1), (), "note", id="a-name-without-heartbeats"),
        pytest.param(_seen(own_1=1, own_2=1, baker=1), ("own-1", "own-2"), "problem", id="a-name-beside-heartbeats"),
        pytest.param(_seen(baker_1=1, baker_2=1, x31=1), ("baker-1", "baker-2"), "problem", id="both-name-themselves"),
    ],
)  # fmt: skip
async def test_who_polls_as_often_as_the_replicas_makes_the_step_invalid(
    seen: SeenPolls, listed: tuple[str, ...], expected: str
) -> None:
    """Who may be a replica, or only waits, is told at most."""
    found = await other_pollers(seen, MINE, _Listed(*listed), group_of=lambda pid: pid)

    assert bool(found.problems) == (expected == "problem")
    assert bool(found.notes) == (expected == "note")
    for text in (*found.notes, *(problem.text for problem in found.problems)):
        assert NAMED in text or "baker" in text


async def test_a_server_without_a_list_changes_nothing_of_what_names_tell() -> None:
    """The name that an SDK makes holds the process; one that somebody gave may be of a replica."""
    seen = _seen(own_1=1, own_2=1, x31=1, baker=1)

    found = await other_pollers(seen, MINE, _Listed(answers=False), group_of=lambda pid: pid)

    assert [problem.text.partition(" is none")[0] for problem in found.problems] == [NAMED]


async def test_workers_of_an_older_version_that_drain_are_no_strangers() -> None:
    """They end workflows that began on their version, and take none of the run's."""
    seen = _seen(own_1=1, own_2=1, x31=1)
    seen.look(Backlog(0, 0, 0.0, {}, {}, idle={NAMED: "new workflows go to version b2 of bakery"}))

    found = await other_pollers(seen, MINE, _Listed(), group_of=lambda pid: pid)

    assert (found.problems, found.notes) == ((), ())


async def test_a_step_with_a_stranger_is_invalid(system: FakeSystem) -> None:
    """Its throughput is that of more workers than were asked for."""
    system.strangers = ("31@elsewhere",)

    measured, _ = await carry_out(system)

    (problem,) = measured.problems
    assert problem.cause is ProblemCause.OTHERS_POLL
    assert "31@elsewhere is none of this run's 2 replicas" in problem.text
    assert "--task-queue" in problem.text
