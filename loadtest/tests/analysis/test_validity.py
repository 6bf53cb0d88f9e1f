"""
Which steps may be believed: each rule, at its bound and beyond.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import histograms
import pytest
import synthetic

from loadtest.analysis import read_step
from loadtest.analysis.validity import judge
from loadtest.results.difference import Difference, Histogram
from loadtest.results.measured import InjectorCounts, Measured, Second
from loadtest.results.step import StepVerdict

PLAN = synthetic.demo_plan()
Change = Callable[[Measured], Measured]


@pytest.fixture(scope="module")
def saturate() -> Measured:
    """
    A valid closed step.
    """
    return synthetic.step(2, "saturate")


@pytest.fixture(scope="module")
def steady() -> Measured:
    """
    A valid open step.
    """
    return synthetic.step(2, "open")


def injector(**changes: object) -> Change:
    """
    Change what the injectors say.
    """
    return lambda step: replace(step, injector=replace(step.injector, **changes))  # type: ignore[arg-type]


def whole(**changes: int) -> Change:
    """
    Change the injectors' counts of the whole step, and of the one injector alike.
    """

    def change(step: Measured) -> Measured:
        counts = replace(step.injector.whole, **changes)  # type: ignore[arg-type]
        return replace(
            step, injector=replace(step.injector, whole=counts, per_injector={"injector-1": counts})
        )

    return change


def window(**changes: int) -> Change:
    """
    Change the injectors' counts of the window.
    """
    return lambda step: replace(
        step,
        injector=replace(step.injector, window=replace(step.injector.window, **changes)),  # type: ignore[arg-type]
    )


def counter(side: str, name: str, by: float) -> Change:
    """
    Change one counter of a whole-step difference.
    """

    def change(step: Measured) -> Measured:
        difference: Difference = getattr(step, side)
        counters = {**difference.counters, name: difference.counters[name] + by}
        return replace(step, **{side: replace(difference, counters=counters)})

    return change


def little(factor: float) -> Change:
    """
    Make the injectors see workflows take *factor* times as long as the workers do.
    """

    def change(step: Measured) -> Measured:
        assert step.worker_whole is not None
        mine = step.worker_whole.histograms["worker.workflow_endtoend"].sum * factor
        return replace(step, injector=replace(step.injector, closed_minus_sent_seconds=mine))

    return change


def halves(first: float, second: float) -> Change:
    """
    Set the activities of the window's halves, 7.5 s each.
    """
    parts = tuple(Difference(7.5, {"worker.activity_finished": count}) for count in (first, second))
    return lambda step: replace(step, worker_halves=parts)


def closes(number: int) -> Change:
    """
    Set the closes that the workers counted in the window.
    """

    def change(step: Measured) -> Measured:
        assert step.worker_window is not None
        counters = {**step.worker_window.counters, "worker.workflow_completed": number}
        return replace(step, worker_window=replace(step.worker_window, counters=counters))

    return change


def lag(seconds: float, end_to_end: float = 0.1) -> Change:
    """
    Make every start leave that late, and every workflow take that long.
    """
    return lambda step: replace(
        step,
        injector=replace(
            step.injector,
            histograms={
                **step.injector.histograms,
                "lag": histograms.hdr([seconds] * 40),
                "end_to_end": histograms.hdr([end_to_end] * 40),
            },
        ),
    )


def replicas(**changes: tuple[str, ...]) -> Change:
    """
    Change which replicas were seen.
    """
    return lambda step: replace(step, **changes)  # type: ignore[arg-type]


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
    ("lag 11 ms", "steady", lag(0.011), "add --injectors 2"),
    ("lag above 5 % of the p50", "steady", lag(0.051, end_to_end=1.0), "add --injectors 2"),
    ("a replica vanished", "steady", replicas(identities_end=("worker-1",)), "worker-2 ended or restarted"),
    ("a replica restarted", "steady", replicas(gone=("worker-2",)), "worker-2 ended or restarted"),
    ("a replica appeared", "steady", replicas(appeared=("worker-9",)), "worker-9 appeared"),
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
    ("halves 11 % apart", "saturate", halves(100, 111.7), "raise warm_up_seconds"),
    ("29 closes", "saturate", closes(29), "write window_seconds = 18 or more"),
    ("no closes", "saturate", closes(0), "raise warm_up_seconds and window_seconds"),
    ("Little 0.94", "steady", little(0.94), "0.94 times as long"),
    ("Little 1.06", "saturate", little(1.06), "1.06 times as long"),
    ("an arrival lost", "steady", injector(planned=1), "where the schedule has 1"),
    ("an injector's clock", "steady", injector(problems=("injector-1: a lag of -3 ms",)), "a lag of -3 ms"),
    (
        "sums that are not the totals",
        "steady",
        injector(per_injector={"injector-1": InjectorCounts(1, 1, 1, 1)}),
        "do not add up",
    ),
    (
        "the sweep's own problem",
        "steady",
        lambda s: replace(s, problems=("a page was absent",)),
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


def test_an_injector_at_its_cap_is_told_to_raise_it(steady: Measured) -> None:
    """
    More injectors do not help when all workflows allowed in flight are open.
    """
    full = tuple(replace(second, in_flight=PLAN.max_in_flight) for second in steady.timeline)
    step = replace(window(offered=100, sent=50)(steady), timeline=full)

    _, reasons = judge(step, PLAN)

    assert any("raise max_in_flight" in reason for reason in reasons)


def growing(slope: float, noise: float = 0.0) -> tuple[Second, ...]:
    """
    A timeline whose backlog grows by *slope* tasks a second around a saw of *noise*.
    """
    return tuple(
        Second(
            at=float(at),
            phase="window",
            backlog_activity=max(0, round(20 + slope * at + noise * (-1) ** at)),
            backlog_workflow=0,
        )
        for at in range(5, 26)
    )


@pytest.mark.parametrize(
    ("slope", "noise", "closed_of_100", "expected"),
    [
        pytest.param(1.0, 0.0, 67, StepVerdict.OVERLOADED, id="grows and falls behind"),
        pytest.param(1.0, 0.0, 84, StepVerdict.OVERLOADED, id="just below the bound"),
        pytest.param(1.0, 0.0, 85, StepVerdict.VALID, id="at the bound"),
        pytest.param(1.0, 0.0, 95, StepVerdict.VALID, id="grows, but closes keep up"),
        pytest.param(0.0, 2.0, 60, StepVerdict.VALID, id="falls behind, but no backlog grows"),
        pytest.param(0.1, 8.0, 60, StepVerdict.VALID, id="growth lost in noise"),
        pytest.param(-0.5, 0.0, 60, StepVerdict.VALID, id="shrinks"),
    ],
)
def test_overload_takes_both_a_growing_backlog_and_closes_that_fall_behind(
    slope: float, noise: float, closed_of_100: int, expected: StepVerdict, steady: Measured
) -> None:
    """
    Each sign alone is seen in honest windows; both together are not.
    """
    step = replace(
        closes(closed_of_100)(window(offered=100, sent=100, completed=closed_of_100)(steady)),
        timeline=growing(slope, noise),
    )

    verdict, reasons = judge(step, PLAN)

    assert verdict is expected
    assert bool(reasons) == (expected is StepVerdict.OVERLOADED)


def test_an_invalid_step_is_never_called_overloaded(steady: Measured) -> None:
    """
    What cannot be believed says nothing of capacity.
    """
    step = replace(closes(50)(window(offered=100, sent=90)(steady)), timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.INVALID


def test_a_saturate_step_is_never_overloaded(saturate: Measured) -> None:
    """
    A closed load is above capacity by intent.
    """
    step = replace(saturate, timeline=growing(1.0))

    verdict, _ = judge(step, PLAN)

    assert verdict is StepVerdict.VALID


def test_a_foreign_worker_is_judged_by_the_servers_side(steady: Measured) -> None:
    """
    Without the workers' metrics counts and Little's law are held against the server.
    """
    foreign = replace(steady, worker_whole=None, worker_window=None, worker_halves=None, slots=None)
    short = counter("server_whole", "server.workflow_closed", -1)(foreign)
    assert foreign.server_whole is not None
    half = {
        **foreign.server_whole.histograms,
        "server.workflow_endtoend": Histogram(
            (1.0, float("inf")), (10, 0), foreign.injector.closed_minus_sent_seconds / 2
        ),
    }
    slow = replace(foreign, server_whole=replace(foreign.server_whole, histograms=half))

    assert judge(foreign, PLAN)[0] is StepVerdict.VALID
    assert judge(short, PLAN)[0] is StepVerdict.INVALID
    assert "the server say" in " ".join(judge(slow, PLAN)[1])


def test_sampled_results_stand_for_all_of_them(steady: Measured) -> None:
    """
    With every fourth result awaited, Little's law is held with four times the sampled sum, in wider bounds.
    """
    quarter = steady.injector.closed_minus_sent_seconds / 4
    sampled = injector(awaited_every=4, closed_minus_sent_seconds=quarter * 1.08)(steady)
    off = injector(awaited_every=4, closed_minus_sent_seconds=quarter * 1.2)(steady)

    assert judge(sampled, PLAN)[0] is StepVerdict.VALID
    assert judge(off, PLAN)[0] is StepVerdict.INVALID


def with_children(step: Measured, *, lost: int = 0) -> Measured:
    """
    The same step, had every order a child workflow; *lost* orders were closed by nobody.
    """

    def change(difference: Difference | None, name: str) -> Difference:
        assert difference is not None
        orders = difference.counters[name]
        return replace(
            difference,
            counters={**difference.counters, name: 2 * orders - 3 - lost},
            by_label={name: {"RepairWorkflow": orders - lost, "InspectionWorkflow": orders - 3}},
        )

    return replace(
        step,
        worker_whole=change(step.worker_whole, "worker.workflow_completed"),
        worker_window=change(step.worker_window, "worker.workflow_completed"),
        server_whole=change(step.server_whole, "server.workflow_closed"),
        server_window=change(step.server_window, "server.workflow_closed"),
    )


def test_child_workflows_are_not_taken_for_orders(steady: Measured) -> None:
    """
    Of several types the one that was started is counted, in the whole step and in the window.
    """
    plain, step = read_step(steady, PLAN), read_step(with_children(steady), PLAN)

    assert step.verdict is StepVerdict.VALID
    assert step.counts == plain.counts
    assert step.closes_per_second == plain.closes_per_second
    assert step.little_ratio is None
    assert "several types" in step.why["little_ratio"]
    assert any("beside RepairWorkflow" in note for note in step.notes)


def test_an_order_lost_among_child_workflows_is_seen(steady: Measured) -> None:
    """
    One order that nobody closed makes the step invalid, however many children closed.
    """
    _, reasons = judge(with_children(steady, lost=1), PLAN)

    assert any("workers closed" in reason and "server closed" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("seconds_apart", "verdict"), [(0.019, "valid"), (0.021, "invalid"), (-0.021, "invalid")]
)
def test_short_workflows_may_differ_by_the_calls_around_them(seconds_apart: float, verdict: str) -> None:
    """
    A workflow of 120 ms that the injectors see 16 % longer is no sign of lost work: the start's call and the
    result's answer lie between the two clocks.  More than 20 ms a workflow is one.
    """
    measured = synthetic.step()
    assert measured.worker_whole is not None
    closed = measured.injector.whole.completed
    spent = measured.worker_whole.histograms["worker.workflow_endtoend"]
    short = Histogram(spent.bounds, spent.counts, 0.120 * closed)
    measured = replace(
        measured,
        worker_whole=replace(
            measured.worker_whole,
            histograms={**measured.worker_whole.histograms, "worker.workflow_endtoend": short},
        ),
        injector=replace(measured.injector, closed_minus_sent_seconds=(0.120 + seconds_apart) * closed),
    )

    assert read_step(measured, PLAN).verdict.value == verdict
