"""
Whether a bracket of `loadtest capacity` holds on a real server: two replicas, and ten minutes of load at each of its sides.

    python loadtest/truth/bracket_trial.py [--capacity FOLDER --check FOLDER] [--output loadtest/docs/truth-bracket.md]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docs_page import page_parser
from program_run import DEMO, carry_out, long_window_plan

from loadtest.results.capacity_result import CapacityResult, CountCapacity
from loadtest.results.document import read
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SweepResult

REPLICAS = 2
CHECK_SECONDS = 600
# Of another run than the search, so that no draw of it is seen again.
CHECK_SEED = 20


def check_plan(found: CountCapacity) -> str:
    """
    Return the plan of one long window at each side of the bracket.
    """
    rates = [rate for rate in (found.low, found.high) if rate is not None]
    return long_window_plan("bracket", REPLICAS, CHECK_SEED, rates, CHECK_SECONDS)


def page(found: CountCapacity, bound_seconds: float, steps: Sequence[StepResult]) -> str:
    """
    Write the page.
    """
    lines = [
        "# A bracket, checked by ten minutes on each side",
        "",
        "This page checks one bracket of `loadtest capacity` on a real server.",
        f"Made by `make truth-bracket`: `loadtest capacity` of the demo's work at {REPLICAS} replicas on one machine with its dev server, then one window of {CHECK_SECONDS} s at each side of the bracket, with other arrivals and draws.",
        f"The search measured for {found.measured_seconds:.0f} s and said {found.low:.2f} to {found.high:.2f} orders/s.",
        f"The SLO is that at most 5 % of the tasks wait longer than {1000 * bound_seconds:.0f} ms.",
        "",
        "| side | orders/s | the search | late in ten minutes | agrees | step |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(found, step) for step in steps),
    ]
    return "\n".join(lines) + "\n"


def _row(found: CountCapacity, step: StepResult) -> str:
    rate = step.load.arrival_rate or 0.0
    low = abs(rate - (found.low or 0.0)) < abs(rate - (found.high or 0.0))
    side, confirmed = ("kept", found.low_confirmed) if low else ("missed", found.high_confirmed)
    late = step.late_ratio
    agrees = "not known" if late is None else "yes" if (late <= 0.05) == low else "no"
    told = "not known" if late is None else f"{100 * late:.1f} %"
    reasons = f" ({'; '.join(step.reasons)})" if step.reasons else ""
    return f"| {side} | {rate:.2f} | {'confirmed' if confirmed else 'by the model'} | {told} | {agrees} | {step.verdict}{reasons} |"


def main() -> None:
    """
    Search and check, or read both from finished runs, and write the page.
    """
    parser = page_parser(__doc__, "truth-bracket.md")
    parser.add_argument("--capacity", type=Path, help="a finished search; none is carried out")
    parser.add_argument("--check", type=Path, help="a finished check of it; none is carried out")
    parser.add_argument("--results", type=Path, default=Path("results/bracket"))
    given = parser.parse_args()
    search = given.capacity or carry_out("capacity", DEMO, given.results, "--replicas", str(REPLICAS))
    result = read(CapacityResult, search / "capacity.json")
    found = result.counts[0]
    if found.low is None or found.high is None:
        raise SystemExit(f"error: {search}: no bracket to check: {found.why}")
    plan = given.results / "bracket.toml"
    plan.parent.mkdir(parents=True, exist_ok=True)
    plan.write_text(check_plan(found), encoding="utf-8")
    check = given.check or carry_out("sweep", plan, given.results / "check")
    steps = [
        step for step in read(SweepResult, check / "sweep.json").steps if step.load.arrival_rate is not None
    ]
    given.output.write_text(page(found, result.bound_seconds, steps), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
