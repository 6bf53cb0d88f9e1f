"""
Which steps may be believed: each rule, at its bound and beyond.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import Change, closes, counter, halves, injector, lag, little, replicas, whole, window

from loadtest.analysis.judged_steps.step_verdict import judge
from loadtest.analysis.rules.validity import refused_starts
from loadtest.results.failure import Failure, FailureKind
from loadtest.results.injector_report import InjectorCounts
from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.problem import Problem, ProblemCause
from loadtest.results.resource_use import MachineUse
from loadtest.results.step_result import StepVerdict

REFUSED = Failure(FailureKind.START, "INVALID_ARGUMENT")
PLAN = synthetic_steps.demo_plan()


def _refused(name: str) -> Change:
    """
    Refuse the last nine starts.
    """

    def change(step: Measured) -> Measured:
        taken = step.injector.whole.sent - 9
        return whole(acknowledged=taken, completed=taken, failed={Failure(FailureKind.START, name): 9})(step)

    return change


HOLDING: list[tuple[str, str, Change]] = [
    ("untouched, closed", "saturate", lambda step: step),
    ("untouched, open", "steady", lambda step: step),
    ("99 % sent", "steady", window(offered=100, sent=99)),
    ("lag 9 ms", "steady", lag(0.009)),
    ("lag below 5 % of the p50", "steady", lag(0.049, end_to_end=1.0)),
    ("halves 9 % apart", "saturate", halves(100, 109)),
    ("30 closes", "saturate", closes(30)),
    ("an open step needs no 30 closes", "steady", closes(29)),
    ("an open step has no halves rule", "steady", halves(100, 200)),
    ("Little 0.96", "steady", little(0.96)),
    ("Little 1.04", "steady", little(1.04)),
]

BREAKING: list[tuple[str, str, Change, str]] = [
    ("98.9 % sent", "steady", window(offered=1000, sent=989), "add --injectors 2"),
    ("one of two sent", "steady", window(offered=2, sent=1), "sent 0.05 of 0.1 starts/s"),
    ("lag 11 ms", "steady", lag(0.011), "add --injectors 2"),
    ("lag above 5 % of the p50", "steady", lag(0.051, end_to_end=1.0), "add --injectors 2"),
    ("a replica vanished", "steady", replicas(identities_end=("worker-1",)), "worker-2 ended or restarted"),
    ("a replica restarted", "steady", replicas(gone=("worker-2",)), "worker-2 ended or restarted"),
    ("a replica appeared", "steady", replicas(appeared=("worker-9",)), "worker-9 appeared"),
    (
        "a replica was replaced",
        "steady",
        replicas(gone=("worker-2",), appeared=("worker-9",)),
        "worker-2 ended or restarted during the step, and replica worker-9 came in place of it",
    ),
    (
        "a replica more than went",
        "steady",
        replicas(gone=("worker-2",), appeared=("worker-8", "worker-9")),
        "worker-9 appeared during the step",
    ),
    (
        "a replica was missing all along",
        "steady",
        replicas(identities_start=("worker-1",), identities_end=("worker-1",)),
        "1 of 2 replicas were up",
    ),
    (
        "one result less",
        "steady",
        lambda step: whole(completed=step.injector.whole.completed - 1)(step),
        "results",
    ),
    (
        "workers closed one less",
        "steady",
        counter("worker_whole", "worker.workflow_completed", -1),
        "workers closed",
    ),
    (
        "server closed one more",
        "steady",
        counter("server_whole", "server.workflow_closed", 1),
        "server closed",
    ),
    (
        "one never confirmed",
        "steady",
        lambda s: whole(acknowledged=s.injector.whole.acknowledged - 1)(s),
        "confirmed",
    ),
    ("one still open", "steady", injector(open_at_end=1), "raise drain_seconds (now 60)"),
    (
        "none was accepted",
        "steady",
        lambda s: injector(words={REFUSED: "no mapping for City"})(
            whole(acknowledged=0, completed=0, failed={REFUSED: s.injector.whole.sent})(s)
        ),
        "as INVALID_ARGUMENT (no mapping for City); mend what the scenario starts",
    ),
    (
        "the credentials ended in the middle",
        "steady",
        _refused("UNAUTHENTICATED"),
        "9 as UNAUTHENTICATED; renew the run's credentials and go on with --resume",
    ),
    ("ids are taken", "steady", _refused("already running"), "each workflow's id from arrival.order_id"),
    (
        "none has ended",
        "steady",
        lambda s: injector(open_at_end=s.injector.whole.sent)(whole(completed=0)(s)),
        "let the scenario start workflows that end, lower the rate, or raise drain_seconds (now 60)",
    ),
    ("halves 11 % apart", "saturate", halves(100, 111.7), "raise warm_up_seconds"),
    (
        "halves 11 % apart on a machine that the system itself fills",
        "saturate",
        lambda s: replace(
            halves(100, 111.7)(s),
            limits=replace(s.limits, machine=MachineUse(2, 1.97, 0.0)),
            use={"worker": ProcessUse(16.0, 1), "server": ProcessUse(20.0, 1)},
        ),
        "so the system itself fills it: measure fewer replicas",
    ),
    (
        "a look that came 3 % late",
        "steady",
        lambda s: replace(s, worker_window=replace(s.worker_window, seconds=1.03 * s.window_seconds)),
        "this machine stalled; take load off it",
    ),
    (
        "a look that came 3 % late on a machine that the system itself fills",
        "steady",
        lambda s: replace(
            s,
            worker_window=replace(s.worker_window, seconds=1.03 * s.window_seconds),
            limits=replace(s.limits, machine=MachineUse(2, 1.97, 0.0)),
            use={"worker": ProcessUse(16.0, 1), "server": ProcessUse(20.0, 1)},
        ),
        "1.97 of 2 cores are busy",
    ),
    ("29 closes", "saturate", closes(29), "write window_seconds = 21 or more"),
    ("no closes", "saturate", closes(0), "raise warm_up_seconds and window_seconds"),
    ("Little 0.94", "steady", little(0.94), "0.940 times as long"),
    ("Little 1.06", "saturate", little(1.06), "1.060 times as long"),
    ("an arrival lost", "steady", injector(planned=1), "where the schedule has 1"),
    (
        "an injector's clock",
        "steady",
        injector(problems=(Problem(ProblemCause.CLOCK, "injector-1: a lag of -3 ms", "injector-1"),)),
        "a lag of -3 ms",
    ),
    (
        "sums that are not the totals",
        "steady",
        injector(per_injector={"injector-1": InjectorCounts(1, 1, 1, 1)}),
        "do not add up",
    ),
    (
        "the sweep's own problem",
        "steady",
        lambda s: replace(s, problems=(Problem(ProblemCause.PAGE_UNUSABLE, "a page was absent"),)),
        "a page was absent",
    ),
]


@pytest.mark.parametrize(
    ("kind", "change"), [(k, c) for _, k, c in HOLDING], ids=[name for name, _, _ in HOLDING]
)
def test_a_step_within_every_bound_is_valid(
    kind: str, change: Change, request: pytest.FixtureRequest
) -> None:
    """
    A bound itself still holds; rules of one kind of load leave the other alone.
    """
    step = change(request.getfixturevalue(kind))

    verdict, reasons = judge(step, PLAN)

    assert (verdict, reasons) == (StepVerdict.VALID, ())


@pytest.mark.parametrize(
    ("kind", "change", "told"), [(k, c, t) for _, k, c, t in BREAKING], ids=[name for name, *_ in BREAKING]
)
def test_a_step_beyond_one_bound_is_invalid_and_says_what_to_change(
    kind: str, change: Change, told: str, request: pytest.FixtureRequest
) -> None:
    """
    Each rule alone makes a step invalid, and its reason names the cause or the setting to change.
    """
    step = change(request.getfixturevalue(kind))

    verdict, reasons = judge(step, PLAN)

    assert verdict is StepVerdict.INVALID
    assert any(told in reason for reason in reasons), reasons


def test_missing_arrivals_are_told_once(steady: Measured) -> None:
    """
    The master told of them with their cause, in whatever words: the rule does not tell of them again.
    """
    lost = Problem(ProblemCause.ARRIVALS_MISSING, "some were lost")

    _, reasons = judge(injector(planned=1, problems=(lost,))(steady), PLAN)

    assert [reason for reason in reasons if "schedule" in reason or "some were lost" in reason] == [
        "some were lost; see the injectors' log and measure again"
    ]


def test_an_injector_at_its_cap_is_told_to_raise_it(steady: Measured) -> None:
    """
    More injectors do not help when all workflows allowed in flight are open.
    """
    full = tuple(replace(second, in_flight=PLAN.max_in_flight) for second in steady.timeline)
    step = replace(window(offered=100, sent=50)(steady), timeline=full)

    _, reasons = judge(step, PLAN)

    assert any("raise max_in_flight" in reason for reason in reasons)


def test_a_replica_in_place_of_another_is_not_one_more(steady: Measured) -> None:
    """
    A Deployment makes a pod for one that was taken away; whoever reads of an autoscaler looks for one in vain.
    """
    _, reasons = judge(replace(steady, gone=("worker-2",), appeared=("worker-9",)), PLAN)

    assert not any("appeared" in reason or "autoscaler" in reason for reason in reasons)


@pytest.mark.parametrize(("name", "whatever"), [("already running", True), ("RESOURCE_EXHAUSTED", False)])
def test_a_refusal_that_the_load_may_have_made_is_a_failed_order(name: str, whatever: bool) -> None:
    """A server that has no room answers the load; one that knows an id already does not."""
    assert bool(refused_starts(_refused(name)(synthetic_steps.step(2, "open")), PLAN)) is whatever


def test_open_orders_are_put_down_to_activities_that_fail(steady: Measured) -> None:
    """What fails is tried anew, so that orders stay open, as where a ledger is down."""
    assert steady.worker_whole is not None
    some_open = injector(open_at_end=4)(whole(completed=steady.injector.whole.completed - 4)(steady))
    by_label = {
        **steady.worker_whole.by_label,
        "worker.activity_failed": {"undo_register": 40.0, "register": 12.0},
    }
    failing = replace(some_open, worker_whole=replace(steady.worker_whole, by_label=by_label))

    told = "; ".join(judge(failing, PLAN)[1])

    tried = "52 attempts of activities failed: 40 undo_register, 12 register, and what fails is tried anew"
    assert f"after a drain of 1 s; {tried}; see the workers' log, raise drain_seconds" in told
    assert "tried anew" not in "; ".join(judge(some_open, PLAN)[1])
