"""
How a load just above and one below capacity are told on a real server: runs one sweep, and writes the page of it.

    python loadtest/truth/near_capacity_trial.py [--run FOLDER] [--output loadtest/docs/truth-real.md]
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from docs_page import page_parser
from program_run import carry_out

from loadtest.analysis.saturation.slot_capacity import LoadLevel
from loadtest.results.document import read
from loadtest.results.step_result import StepResult
from loadtest.results.sweep_result import SweepResult

_HERE = Path(__file__).parent
PLAN = _HERE / "plans" / "real-server.toml"


def page(found: SweepResult) -> str:
    """
    Write the page.
    """
    steps = [step for step in found.steps if step.load.fraction is not None]
    lines = [
        "# Near capacity, on a real server",
        "",
        "Made by `make truth-real` with `loadtest/truth/plans/real-server.toml`: one worker of four slots beside a dev server on one machine, five repetitions.",
        "Rates are shares of the capacity that the saturate step of the same repetition shows.",
        "",
        *(_summary(steps, share) for share in sorted({step.load.fraction or 0.0 for step in steps})),
        "",
        "[truth-residual.md](truth-residual.md) compares the late tasks of longer steps with the model's.",
        "",
        "| repetition | share of capacity | orders/s | capacity, orders/s | called |",
        "| --- | --- | --- | --- | --- |",
        *(_row(step) for step in steps),
    ]
    return "\n".join(lines) + "\n"


def _summary(steps: Sequence[StepResult], share: float) -> str:
    these = [step for step in steps if step.load.fraction == share]
    above = sum(step.load_level == LoadLevel.ABOVE for step in these)
    return f"- {share:g} of capacity was called above capacity in {above} of {len(these)} steps."


def _row(step: StepResult) -> str:
    told = step.load_level or "not known"
    rate = step.load.arrival_rate or 0.0
    capacity = "not known" if step.capacity is None else f"{step.capacity.orders_per_second:.2f}"
    return f"| {step.repetition} | {step.load.fraction:g} | {rate:.2f} | {capacity} | {told} |"


def main() -> None:
    """
    Run the sweep, or read one that is there, and write the page.
    """
    parser = page_parser(__doc__, "truth-real.md")
    parser.add_argument("--run", type=Path, help="a finished run; none is carried out")
    parser.add_argument("--results", type=Path, default=Path("results/real-server"))
    given = parser.parse_args()
    run = given.run or carry_out("sweep", PLAN, given.results)
    given.output.write_text(page(read(SweepResult, run / "sweep.json")), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
