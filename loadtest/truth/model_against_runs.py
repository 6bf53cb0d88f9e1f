"""
How closely the model follows a real queue: late tasks and waits of finished open steps beside the model's.

Each open step is simulated on its own schedule and draws by the model that its cell's saturate step calibrated, once
with the overhead of that step and once with the overhead from the open step's own execution times.

    python loadtest/truth/model_against_runs.py RUN [RUN ...] [--output loadtest/docs/truth-residual.md]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from docs_page import page_parser

from loadtest import arrivals
from loadtest.analysis.decisions.late_tasks import count_late
from loadtest.analysis.saturation.calibrated_model import Calibration, calibration_of, learn_again
from loadtest.analysis.twin.simulated_queue import Observed, SimulatedQueue
from loadtest.design.window_plan import order_seed
from loadtest.plan import Fraction, Open, Plan, Saturate
from loadtest.plural import counted
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.run_folder import Run
from loadtest.results.step_instruction import StepInstruction, seed_of_order
from loadtest.scenario.builtin.repair import drawn_work

TWINS = 6
BLOCK_SECONDS = 10
FEWEST_LATE = 20
# What is said of the runs of each target.
_MADE = {
    "local": "Made by `make truth-runs` from finished runs on one machine with its dev server.",
    "kubernetes": "Made by `make truth-runs-cluster` from finished runs of `loadtest/truth/plans/residual-cluster.toml` in a kind cluster of one node, deployed by `make deploy PROFILE=postgres`.",
}


@dataclass(frozen=True, slots=True)
class Followed:
    """
    One open step beside its model.

    Attributes:
        run, step: Names of the run and of the step.
        target: Where the run was measured, such as ``local`` or ``kubernetes``.
        replicas: Number of workers.
        spread: How the seconds of its activities are spread.
        rate: Orders per second.
        seconds: Length of the step's window.
        tasks, late: Tasks of the window, and those of them that waited longer than the bound.
        model_late: Late tasks of the model with the saturate step's overhead, mean over its runs.
        model_spread: Standard deviation of that number between runs.
        learnt_late: Late tasks of the model with the open step's own overhead, mean over its runs.
        correlation: Correlation of the mean waits of each 10 s with the model's; ``None`` for fewer than four such
            blocks.
    """

    run: str
    step: str
    target: str
    replicas: int
    spread: str
    rate: float
    seconds: float
    tasks: float
    late: float
    model_late: float
    model_spread: float
    learnt_late: float
    correlation: float | None


def follow(run: Run) -> Iterator[Followed]:
    """
    Simulate each open step of a run that has a saturate step.
    """
    measured = run.read_steps()
    bound = run.plan.slo.schedule_to_start_p95_seconds
    for step in measured:
        plan = run.plan.with_factors(dict(step.key.factors))
        found = calibration_of(plan, measured, step.key)
        load = plan.loads[step.key.load]
        if isinstance(load, Saturate) or isinstance(found, str) or bound is None:
            continue
        waits = histogram_of(step.worker_window, "worker.activity_schedule_to_start")
        if waits is None:
            continue
        plain, learnt = (
            _simulated(one, plan, load, step) for one in (found, learn_again(found, plan, [step]))
        )
        late, again = _late(plain, step, bound), _late(learnt, step, bound)
        yield Followed(
            run.path.name,
            step.key.folder,
            run.manifest.target,
            step.key.replicas,
            plan.work.spread,
            step.arrival_rate or 0.0,
            step.window_seconds,
            waits.count,
            count_late(waits, bound),
            float(np.mean(late)),
            float(np.std(late, ddof=1)),
            float(np.mean(again)),
            _correlation(learnt, step),
        )


def _simulated(found: Calibration, plan: Plan, load: Open | Fraction, step: Measured) -> list[Observed]:
    instruction = StepInstruction(
        step=step.key.folder,
        id_prefix="",
        scenario=plan.scenario,
        task_queue="",
        seed=order_seed(plan, step.key.repetition),
        schedule_seed=step.schedule_seed,
        work=plan.work,
        arrival_rate=step.arrival_rate,
        in_flight=None,
        arrivals=load.arrivals,
        start_at=0.0,
        warm_up_seconds=step.warm_up_seconds,
        window_seconds=load.longest_window_seconds,
        drain_seconds=0.0,
        max_in_flight=plan.max_in_flight,
        end_to_end_bound_seconds=None,
    )
    times = arrivals.schedule(instruction)
    drawn = [drawn_work(plan.work, seed_of_order(instruction.seed, number)) for number in range(len(times))]
    seconds = step.warm_up_seconds + step.window_seconds
    return [
        SimulatedQueue(found.model, luck_seed=luck).offer(times, np.array(drawn), seconds)
        for luck in range(1, TWINS + 1)
    ]


def _late(runs: Sequence[Observed], step: Measured, bound: float) -> list[int]:
    return [int((one.waits[one.started >= step.warm_up_seconds] > bound).sum()) for one in runs]


def _correlation(runs: Sequence[Observed], step: Measured) -> float | None:
    edges = np.arange(step.warm_up_seconds, step.warm_up_seconds + step.window_seconds + 1, BLOCK_SECONDS)
    model = [
        [one.waits[(one.started >= low) & (one.started < low + BLOCK_SECONDS)] for one in runs]
        for low in edges[:-1]
    ]
    seen = [list(_seconds(step, low, low + BLOCK_SECONDS)) for low in edges[:-1]]
    pairs = [
        (
            float(np.average([wait for wait, _ in mine], weights=[tasks for _, tasks in mine])),
            float(np.mean(np.concatenate(theirs))),
        )
        for mine, theirs in zip(seen, model, strict=True)
        if mine and any(len(each) for each in theirs)
    ]
    if len(pairs) < 4:
        return None
    return float(np.corrcoef(np.array(pairs).T)[0, 1])


def _seconds(step: Measured, low: float, high: float) -> Iterator[tuple[float, float]]:
    before = None
    for second in step.timeline:
        done, wait = second.activities_finished, second.schedule_to_start_mean_seconds
        tasks = 0.0 if before is None or done is None else done - before
        before = done if done is not None else before
        if low < second.at <= high + 0.5 and wait is not None and tasks > 0:
            yield wait, tasks


def page(found: Sequence[Followed]) -> str:
    """
    Write the page.
    """
    lines = [
        "# How closely the model follows a real queue",
        "",
        *(text for target, text in _MADE.items() if any(one.target == target for one in found)),
        "Each open step is compared with the model that its cell's saturate step calibrates, on the same schedule and draws.",
        "The table has the late tasks, the model's late tasks with the overhead of the saturate step and with the overhead of the open step's own execution times, and the correlation of the mean waits of each 10 s.",
        "",
        *_summary(found),
        "",
        "| run | step | replicas | spread of the work | orders/s | window, s | tasks | late | late by the model | with the open step's overhead | correlation |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_row(one) for one in found),
    ]
    return "\n".join(lines) + "\n"


def _summary(found: Sequence[Followed]) -> Iterator[str]:
    off = sorted(abs(one.learnt_late / one.late - 1) for one in found if one.late >= FEWEST_LATE)
    goes = [one.correlation for one in found if one.correlation is not None]
    if off:
        yield (
            f"In {len(off)} windows with at least {FEWEST_LATE} late tasks the model, with the overhead of the open step, is "
            f"off by {100 * float(np.median(off)):.0f} % in the median and {100 * off[-1]:.0f} % at most."
        )
    few = [one for one in found if one.late < FEWEST_LATE]
    if few:
        most = max(few, key=lambda one: abs(one.learnt_late - one.late) / one.tasks)
        yield (
            f"In {counted(len(few), 'window')} with fewer it is off by {abs(most.learnt_late - most.late):.0f} late tasks at most, "
            f"{100 * abs(most.learnt_late - most.late) / most.tasks:.1f} % of the window's tasks."
        )
    if goes:
        yield f"In {len(goes)} windows of four blocks and more the waits correlate at {min(goes):.2f} to {max(goes):.2f}."


def _row(one: Followed) -> str:
    goes = "-" if one.correlation is None else f"{one.correlation:.2f}"
    return (
        f"| {one.run} | {one.step} | {one.replicas} | {one.spread} | {one.rate:.2f} | {one.seconds:.0f} | {one.tasks:.0f} | {one.late:.0f} | "
        f"{one.model_late:.0f} ± {one.model_spread:.0f} | {one.learnt_late:.0f} | {goes} |"
    )


def _all(runs: Iterable[Path]) -> list[Followed]:
    return [one for path in runs for one in follow(Run.open(path))]


def main() -> None:
    """
    Read the runs and write the page.
    """
    parser = page_parser(__doc__, "truth-residual.md")
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs")
    given = parser.parse_args()
    found = _all(given.runs)
    if not found:
        raise SystemExit("error: no open step of these runs has a saturate step to calibrate a model from")
    given.output.write_text(page(found), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
