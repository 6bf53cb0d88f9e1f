"""
Leave each cell of recorded sweeps out and predict it from the others: how often it lies in the interval that they
state.

    python loadtest/truth/size_trial.py [--output loadtest/docs/size.md]
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from docs_page import page_parser
from left_out_counts import LeftOutReading, asked_counts
from scatter_within_runs import Recorded, usual_scatter
from size_accuracy_page import page, scatter_lines

from loadtest.analysis.costs.sizing_resources import (
    DATABASE_REQUESTS,
    actions,
    database_requests,
    part_cores,
    slots_held,
    state_transitions,
    worker_memory,
)
from loadtest.analysis.costs.sizing_steps import believable_steps, extrapolation_of, fills_machine
from loadtest.analysis.estimators.usual_scatter import CONFIDENCE, ROW_CONFIDENCE, Sureness
from loadtest.analysis.readings.work_done import looked_seconds, workflows_per_second
from loadtest.analysis.readings.workflow_counts import is_closed
from loadtest.analysis.saturation.cell_capacity import cell_capacity
from loadtest.plan import Plan
from loadtest.results.document import from_plain
from loadtest.results.measured_step import Measured
from loadtest.results.sizing_result import Basis, Sized
from loadtest.results.sweep_result import Interval

_HERE = Path(__file__).parent
RECORDED = _HERE / "recorded"
REPEATS = RECORDED / "repeats"


def recorded_runs(folder: Path = RECORDED) -> dict[str, tuple[Plan, list[Measured]]]:
    """
    Read the sweeps whose facts are kept beside this file.
    """
    found = {}
    for path in sorted(folder.glob("*.json.gz")):
        plain = json.loads(gzip.decompress(path.read_bytes()))
        plan = from_plain(Plan, plain["plan"], str(path))
        steps = [from_plain(Measured, step, str(path)) for step in plain["steps"]]
        found[path.name.removesuffix(".json.gz")] = (plan, steps)
    return found


def tried(runs: Recorded, confidence: float) -> list[LeftOutReading]:
    """
    Leave every cell out, with the usual scatter of the other runs alone.
    """
    found: list[LeftOutReading] = []
    for run, (plan, steps) in runs.items():
        usual = usual_scatter({name: one for name, one in runs.items() if name != run})
        found += left_out(run, plan, steps, Sureness(usual, confidence))
    return found


def without_machine(runs: Recorded) -> dict[str, tuple[Plan, list[Measured]]]:
    """
    Return the runs as if nobody had looked at their machine.
    """
    return {
        name: (plan, [replace(step, limits=replace(step.limits, machine=None)) for step in steps])
        for name, (plan, steps) in runs.items()
    }


def not_asked(runs: Recorded) -> tuple[int, int]:
    """
    Return how many steps are not valid, and how many saturate steps filled their machine.
    """
    kept = [(steps, believable_steps(steps, plan)) for plan, steps in runs.values()]
    full = sum(is_closed(step) and fills_machine(step) for _, steps in kept for step in steps)
    return sum(len(steps) - len(valid) for steps, valid in kept), full


def left_out(run: str, plan: Plan, steps: Sequence[Measured], sure: Sureness) -> Iterator[LeftOutReading]:
    """
    Leave out, in turn, each step that may be believed.

    Args:
        run: Name of the run.
        plan: Plan of the run.
        steps: Steps of the run.
        sure: Usual scatter, from other runs.
    """
    kept = believable_steps(steps, plan)
    for left in kept:
        others = [step for step in kept if step is not left]
        replicas, rate = left.key.replicas, workflows_per_second(left)
        count = Interval(replicas, replicas, replicas)
        told = [
            slots_held(others, rate, sure),
            part_cores(others, "worker", rate, count, sure),
            part_cores(others, "server", rate, None, sure),
            worker_memory(others, count, sure),
            database_requests(others, rate, sure),
            state_transitions(others, rate, sure),
            actions(others, rate, sure),
        ]
        if is_closed(left) and not fills_machine(left):
            told.append(_throughput(others, plan, replicas, sure))
        for one in told:
            seen = _seen(left, one.quantity, rate)
            if one.needed is not None and seen is not None:
                yield LeftOutReading(
                    run, left.key.folder, one.quantity, seen, one.needed, one.basis is Basis.BEYOND
                )


def _throughput(others: Sequence[Measured], plan: Plan, replicas: int, sure: Sureness) -> Sized:
    growth = extrapolation_of(others, plan)
    if growth is None:
        return Sized("throughput", "orders/s", None, Basis.REFUSED)
    inside = growth.counts[0] <= replicas <= growth.counts[-1]
    basis = Basis.MEASURED if inside else Basis.BEYOND
    return Sized("throughput", "orders/s", growth.throughput_at(replicas, sure.confidence), basis)


def _seen(step: Measured, quantity: str, rate: float) -> float | None:
    own = [step] * 3
    if quantity == "throughput":
        found = cell_capacity([step])
        return None if found is None else found.capacity.orders_per_second
    if quantity in ("worker cores", "server cores"):
        use = step.use[quantity.partition(" ")[0]].cpu_seconds
        return None if use is None else use / looked_seconds(step)
    if quantity == "database requests":
        window = step.server_window
        return None if window is None else window.counters[DATABASE_REQUESTS] / window.seconds
    if quantity == "worker memory":
        count = Interval(step.key.replicas, step.key.replicas, step.key.replicas)
        needed = worker_memory(own, count).needed
    else:
        by_rate = {"slots in use": slots_held, "state transitions": state_transitions, "actions": actions}
        needed = by_rate[quantity](own, rate).needed
    return None if needed is None else needed.value


def main() -> None:
    """
    Try every recorded cell and write the page.
    """
    parser = page_parser(__doc__, "size.md")
    given = parser.parse_args()
    runs, repeats = recorded_runs(), recorded_runs(REPEATS)
    text = page(
        tried(runs, ROW_CONFIDENCE),
        tried(runs, CONFIDENCE),
        [one for run, (plan, steps) in runs.items() for one in asked_counts(run, plan, steps)],
        scatter_lines(runs, repeats),
        not_asked(runs),
        tried(without_machine(runs), ROW_CONFIDENCE),
    )
    given.output.write_text(text, encoding="utf-8")
    print(f"{given.output}: {text.splitlines()[2]}")


if __name__ == "__main__":
    main()
