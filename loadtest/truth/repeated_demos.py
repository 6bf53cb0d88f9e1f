"""
Whether ten demos in a row say the same, and whether fifteen minutes at each count lie in the ranges that they show.

    python loadtest/truth/repeated_demos.py [--demos FOLDER ... --long FOLDER ...] [--output loadtest/docs/truth-demo.md]
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median

from docs_page import page_parser
from program_run import DEMO, carry_out, long_window_plan

from loadtest.plural import counted
from loadtest.results.document import read
from loadtest.results.manifest import Manifest
from loadtest.results.step_result import StepResult, StepVerdict
from loadtest.results.sweep_result import RunVerdict, SweepResult

DEMOS = 10
LONG_SECONDS = 900
# Of other runs than the demos, so that no draw of theirs is seen again.
LONG_SEED = 1000


def page(demos: Sequence[Path], longs: Sequence[Path]) -> str:
    """
    Write the page.
    """
    found = [(read(SweepResult, demo / "sweep.json"), _seconds(demo)) for demo in demos]
    sweeps = [sweep for sweep, _ in found]
    long_steps = {
        step.replicas: step for run in longs for step in _open_steps(read(SweepResult, run / "sweep.json"))
    }
    answers = [_answers(sweep) for sweep in sweeps]
    common = max(set(answers), key=answers.count)
    decided = sum("undecided" not in answer and "invalid" not in answer for answer in answers)
    lines = [
        f"# {_count(len(demos))} demos in a row, on a real server",
        "",
        "Made by `make truth-demo`: `make demo`'s plan, each time with another seed, and one window of "
        f"{LONG_SECONDS} s at each count that shows a long-run p95, at the median of the demos' rates, with other arrivals and draws.",
        "",
        f"- {answers.count(common)} of {len(answers)} said: {common}.",
        f"- {decided} of {len(answers)} were decided for all counts.",
        f"- They took {median(seconds for _, seconds in found):.0f} s in the median, "
        f"{max(seconds for _, seconds in found):.0f} s at most, from the first process to the report; "
        f"{sum(seconds <= 200 for _, seconds in found)} of {len(found)} at most 200 s.",
        *(_held(sweeps, step) for _, step in sorted(long_steps.items())),
        "",
        "A closed load is measured a second time, in 25 s, where slots lack orders, or where it broke a rule of validity for another "
        "reason than the full machine.",
        "",
        "| seed | orders/s | answer | steps | invalid steps | seconds | long-run p95 shown, ms |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_row(read_seed(demo), sweep, seconds) for demo, (sweep, seconds) in zip(demos, found, strict=True)),
    ]
    return "\n".join(lines) + "\n"


def read_seed(run: Path) -> int:
    """
    Return the seed of a run.
    """
    return read(Manifest, run / "manifest.json").seed


def _count(demos: int) -> str:
    return "Ten" if demos == 10 else str(demos)


def _seconds(run: Path) -> float:
    manifest = read(Manifest, run / "manifest.json")
    if manifest.finished_at is None:
        raise SystemExit(f"error: {run}: it did not end")
    end = datetime.fromisoformat(manifest.finished_at)
    return (end - datetime.fromisoformat(manifest.started_at)).total_seconds()


def _open_steps(sweep: SweepResult) -> Iterator[StepResult]:
    return (
        step
        for step in sweep.steps
        if step.load.arrival_rate is not None and step.verdict is not StepVerdict.INVALID
    )


def _answers(sweep: SweepResult) -> str:
    if sweep.verdict is RunVerdict.INVALID:
        return "invalid"
    by_replicas = sweep.demand.by_replicas
    return ", ".join(f"{count} {judgement.answer}" for count, judgement in by_replicas.items())


def _held(sweeps: Sequence[SweepResult], long_step: StepResult) -> str:
    shown = [
        p95
        for sweep in sweeps
        for step in _open_steps(sweep)
        if step.replicas == long_step.replicas and (p95 := _shown(step)) is not None
    ]
    measured = long_step.schedule_to_start_seconds
    p95 = None if measured is None else measured.activity.p95
    if p95 is None:
        return f"- {counted(long_step.replicas, 'replica')} for {LONG_SECONDS} s: no p95: {'; '.join(long_step.reasons)}."
    held = sum(low <= p95 <= high for low, high in shown)
    return (
        f"- {counted(long_step.replicas, 'replica')} for {LONG_SECONDS} s at {long_step.load.arrival_rate:.2f} orders/s had a p95 of {1000 * p95:.0f} ms "
        f"({long_step.verdict}): {held} of the {len(shown)} ranges shown hold it."
    )


def _shown(step: StepResult) -> tuple[float, float] | None:
    p95 = step.long_run_p95
    return None if p95 is None or p95.low is None or p95.high is None else (p95.low, p95.high)


def _row(seed: int, sweep: SweepResult, seconds: float) -> str:
    rate = sweep.demand.arrival_rate or 0.0
    ranges = [
        f"{step.replicas}: {1000 * shown[0]:.0f} to {1000 * shown[1]:.0f}"
        for step in _open_steps(sweep)
        if (shown := _shown(step)) is not None
    ]
    invalid = sum(step.verdict is StepVerdict.INVALID for step in sweep.steps)
    return f"| {seed} | {rate:.2f} | {_answers(sweep)} | {len(sweep.steps)} | {invalid} | {seconds:.0f} | {'; '.join(ranges)} |"


def main() -> None:
    """
    Run the demos and the long windows, or read finished ones, and write the page.
    """
    parser = page_parser(__doc__, "truth-demo.md")
    parser.add_argument("--demos", type=Path, nargs="+", help="finished demos; none is carried out")
    parser.add_argument("--long", type=Path, nargs="+", help="finished long windows; none is carried out")
    parser.add_argument("--results", type=Path, default=Path("results/demos"))
    given = parser.parse_args()
    demos = given.demos or [
        carry_out("sweep", DEMO, given.results, "--seed", str(seed)) for seed in range(1, DEMOS + 1)
    ]
    longs = given.long or list(
        _carry_out_long([read(SweepResult, run / "sweep.json") for run in demos], given.results)
    )
    given.output.write_text(page(demos, longs), encoding="utf-8")
    print(given.output)


def _carry_out_long(sweeps: Sequence[SweepResult], results: Path) -> Iterator[Path]:
    rate = median(sweep.demand.arrival_rate for sweep in sweeps if sweep.demand.arrival_rate is not None)
    counts = {step.replicas for sweep in sweeps for step in _open_steps(sweep) if _shown(step) is not None}
    for replicas in sorted(counts):
        plan = results / f"long-{replicas}.toml"
        plan.write_text(
            long_window_plan("demo-long", replicas, LONG_SEED + replicas, [rate], LONG_SECONDS),
            encoding="utf-8",
        )
        yield carry_out("sweep", plan, results / f"long-{replicas}")


if __name__ == "__main__":
    main()
