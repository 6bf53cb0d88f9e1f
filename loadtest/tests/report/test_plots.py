"""
The pictures of a sweep: what they name is what they draw.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from captured_figures import capture_figures
from changed_results import waiting
from matplotlib.figure import Figure

from loadtest.analysis import analyse
from loadtest.plan import Open, Saturate
from loadtest.report import cost_plot as cost_module
from loadtest.report import scaling_plots as module
from loadtest.report.cost_plot import cost_plot
from loadtest.report.drawing import apart
from loadtest.report.figure_captions import scaling_caption
from loadtest.report.report_figures import figures
from loadtest.report.scaling_plots import latency_plot, scaling_plot
from loadtest.results.estimate import NO_WAIT, Estimate
from loadtest.results.step_result import StepVerdict, Waits
from loadtest.results.sweep_result import SweepResult

WAIT_KEY = "schedule_to_start_seconds.activity."


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """
    Every figure that is saved.
    """
    return capture_figures(monkeypatch, module)


def of_counts(sweep: SweepResult, throughput: dict[int, float], half: float) -> SweepResult:
    """
    The run with these throughputs.
    """
    told = {str(count): Estimate(x, half, 9, "activities") for count, x in throughput.items()}
    return replace(sweep, scaling=replace(sweep.scaling, throughput_per_second=told))


def test_orders_of_minutes_are_not_labelled_as_none(sweep: SweepResult, drawn: list[Figure]) -> None:
    """
    Thousandths a second have digits of their own.
    """
    scaling_plot(of_counts(sweep, {1: 0.00333, 2: 0.00655}, 0.0001))

    assert {"0.00333", "0.00655"} <= {text.get_text() for text in drawn[0].axes[0].texts}


def test_the_ideal_line_is_named_by_what_it_is_drawn_through(sweep: SweepResult, drawn: list[Figure]) -> None:
    """
    Through two replicas, where one was not measured: half of them for each.
    """
    scaling_plot(of_counts(sweep, {2: 4.8, 4: 9.2}, 0.1))

    _, labels = drawn[0].axes[0].get_legend_handles_labels()
    assert "ideal: n / 2 × 2 replicas" in labels


def test_the_workflow_queue_alone_has_a_legend(sweep: SweepResult, drawn: list[Figure]) -> None:
    """
    Workflows without activities draw nothing on the left, where the legend is.
    """
    steps = tuple(
        replace(step, schedule_to_start_seconds=Waits(waiting(0.004), NO_WAIT)) for step in sweep.steps
    )

    latency_plot(replace(sweep, steps=steps))

    legend = drawn[0].axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["p50", "p95"]


@pytest.mark.parametrize(
    ("counts", "most", "kept"),
    [
        ([1], 9, [1]),
        ([1, 2], 9, [1, 2]),
        ([1, 2, 3, 4, 6, 8], 24, [1, 2, 3, 4, 6, 8]),
        ([1, 2, 3, 4, 6, 8, 10, 12, 16, 24, 32, 48], 14, [1, 6, 10, 16, 24, 32, 48]),
        ([1, 2, 47, 48], 9, [1, 48]),
    ],
)
def test_labels_of_many_counts_do_not_meet(counts: list[int], most: int, kept: list[int]) -> None:
    """
    The first and the last are always named, and nothing stands closer to a name than there is room for.
    """
    assert apart(counts, most) == kept


def test_one_count_has_no_ideal_line(drawn: list[Figure]) -> None:
    """
    A line of one point is none, so no legend names it.
    """
    plan = synthetic_steps.demo_plan(replicas=(1,))

    scaling_plot(analyse(synthetic_steps.steps(plan), plan, synthetic_steps.manifest()))

    assert drawn[0].axes[0].get_legend_handles_labels()[1] == ["measured, with 95 % interval"]


@pytest.mark.usefixtures("unrendered")
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        pytest.param(
            "120 samples; p95 is shown from 200 on, so that 10 lie beyond it",
            "p95 is not drawn where fewer than ten samples lie beyond it.",
            id="too few",
        ),
        pytest.param(
            "beyond the last bucket, so more than 60 s",
            "p95 with 1 is not drawn: beyond the last bucket, so more than 60 s.",
            id="beyond the last bucket",
        ),
    ],
)
def test_a_caption_says_why_a_percentile_is_not_drawn(reason: str, told: str, sweep: SweepResult) -> None:
    """
    A histogram that cannot tell it has samples enough.
    """
    steps = tuple(
        replace(step, why={f"{WAIT_KEY}p95": reason})
        if (step.replicas, step.load.kind) == (1, "open")
        else replace(step, why={})
        for step in sweep.steps
    )

    (latency,) = [each for each in figures(replace(sweep, steps=steps)) if each.id == "latency"]

    assert told in latency.caption
    assert latency.caption.count("not drawn") == 1


@pytest.mark.usefixtures("unrendered")
def test_a_caption_names_the_counts_that_are_above_capacity(sweep: SweepResult) -> None:
    """
    Their points are no wait of anything but that window's length.
    """
    steps = tuple(
        replace(step, verdict=StepVerdict.OVERLOADED, reasons=("above capacity",))
        if (step.replicas, step.load.kind) == (1, "open")
        else step
        for step in sweep.steps
    )

    (latency,) = [each for each in figures(replace(sweep, steps=steps)) if each.id == "latency"]

    assert "With 1 the rate is above capacity: those waits grow with the window." in latency.caption


@pytest.mark.usefixtures("unrendered")
def test_each_open_rate_has_its_line_and_its_waits(drawn: list[Figure]) -> None:
    """
    A plan may ask for two rates: both lie beside the throughput, and each has a picture of its waits with its own title.
    """
    plan = synthetic_steps.demo_plan(
        loads=(Saturate(window_seconds=15), Open(arrival_rate=1.8), Open(arrival_rate=3.5))
    )
    sweep = analyse(synthetic_steps.factor_steps(plan), plan, synthetic_steps.manifest())

    made = {figure.id: figure for figure in figures(sweep)}

    assert {"offered at the open rate: 1.8/s", "offered at the open rate: 3.5/s"} <= {
        text.get_text() for text in drawn[0].axes[0].texts
    }
    assert made["latency-load1"].title.endswith("at 1.8/s")
    assert made["latency-load2"].title.endswith("at 3.5/s")
    assert "3.5/s" in made["latency-load2"].caption


def test_a_count_whose_server_was_not_seen_has_no_bar_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Its bar would be the shortest, as of the cheapest order; a part that no count knows is left out of all of them.
    """
    kept = capture_figures(monkeypatch, cost_module)
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())

    def unseen(counts: tuple[int, ...]) -> SweepResult:
        steps = (
            replace(step, cpu_seconds_per_workflow=replace(step.cpu_seconds_per_workflow, server=None))
            if step.replicas in counts
            else step
            for step in sweep.steps
        )
        return replace(sweep, steps=tuple(steps))

    for counts in ((), (2,), (1, 2, 4)):
        assert cost_plot(unseen(counts)) is not None

    told = [[label.get_text() for label in figure.axes[0].get_yticklabels()] for figure in kept]
    assert told == [
        ["1 replica", "2 replicas", "4 replicas"],
        ["1 replica", "4 replicas"],
        ["1 replica", "2 replicas", "4 replicas"],
    ]
    assert [len(figure.axes[0].containers) for figure in kept] == [3, 3, 2]


def test_the_caption_of_the_scaling_says_how_to_read_it(sweep: SweepResult) -> None:
    """Of one count there is no line to compare with."""
    one = replace(
        sweep, scaling=replace(sweep.scaling, throughput_per_second={"1": Estimate(2.0, 0.1, 1, "step")})
    )

    assert scaling_caption(sweep).startswith("On the dashed line each replica adds as much as the first; ")
    assert scaling_caption(one).startswith("Saturated: ")
