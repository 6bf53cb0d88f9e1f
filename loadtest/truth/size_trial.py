"""
Leave each cell of recorded sweeps out and ask the others for it: how often it lies in the interval that they state.

    python loadtest/truth/size_trial.py [--output loadtest/docs/size.md]
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from replica_trial import AskedCount, asked_counts
from scipy.stats import beta

from loadtest.analysis.cell_capacity import cell_capacity
from loadtest.analysis.sizing import believable, growth_of
from loadtest.analysis.sizing_quantities import (
    actions,
    database_requests,
    part_cores,
    slots_held,
    state_transitions,
    worker_memory,
)
from loadtest.analysis.workflow_counts import is_closed, looked_seconds, workflows_per_second
from loadtest.plan import Plan
from loadtest.results.document import from_plain
from loadtest.results.measured_step import Measured
from loadtest.results.sizing_result import Basis, Sized
from loadtest.results.sweep_result import Interval

_HERE = Path(__file__).parent
RECORDED = _HERE / "recorded"
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class HeldOut:
    """
    One quantity of a cell that was left out.

    Attributes:
        run, cell: Which one.
        quantity: Which.
        seen: What the cell showed.
        told: What the others say.
        beyond: Whether the cell lies beyond the others.
    """

    run: str
    cell: str
    quantity: str
    seen: float
    told: Interval
    beyond: bool

    @property
    def is_inside(self) -> bool:
        """
        Whether the cell lies in the interval.
        """
        off = _ROUNDING * self.seen
        return (self.told.low or 0.0) - off <= self.seen <= (self.told.high or 0.0) + off


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


def held_out(run: str, plan: Plan, steps: Sequence[Measured]) -> Iterator[HeldOut]:
    """
    Leave each believable step out in turn.
    """
    kept = believable(steps, plan)
    for left in kept:
        others = [step for step in kept if step is not left]
        replicas, rate = left.key.replicas, workflows_per_second(left)
        count = Interval(replicas, replicas, replicas)
        told = [
            slots_held(others, rate),
            part_cores(others, "worker", rate, count),
            part_cores(others, "server", rate, None),
            worker_memory(others, count),
            database_requests(others, rate),
            state_transitions(others, rate),
            actions(others, rate),
        ]
        if is_closed(left):
            told.append(_throughput(others, plan, replicas))
        for one in told:
            seen = _seen(left, one.quantity, rate)
            if one.needed is not None and seen is not None:
                yield HeldOut(run, left.key.folder, one.quantity, seen, one.needed, one.basis is Basis.BEYOND)


def _throughput(others: Sequence[Measured], plan: Plan, replicas: int) -> Sized:
    growth = growth_of(others, plan)
    if growth is None:
        return Sized("throughput", "orders/s", None, Basis.REFUSED)
    inside = growth.counts[0] <= replicas <= growth.counts[-1]
    basis = Basis.MEASURED if inside else Basis.BEYOND
    return Sized("throughput", "orders/s", growth.throughput_at(replicas), basis)


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
        return None if window is None else window.counters["server.persistence_requests"] / window.seconds
    if quantity == "worker memory":
        count = Interval(step.key.replicas, step.key.replicas, step.key.replicas)
        needed = worker_memory(own, count).needed
    else:
        by_rate = {"slots in use": slots_held, "state transitions": state_transitions, "actions": actions}
        needed = by_rate[quantity](own, rate).needed
    return None if needed is None else needed.value


def page(found: Sequence[HeldOut], counts: Sequence[AskedCount], invalid: int) -> str:
    """
    Write the table of all cells that were left out, and of all replica counts.

    Args:
        found: Quantities of cells.
        counts: Rates whose replica count was left out.
        invalid: Recorded steps that are not valid.
    """
    cells = sorted({(one.run, one.cell) for one in found})
    whole = [cell for cell in cells if all(one.is_inside for one in found if (one.run, one.cell) == cell)]
    lines = [
        "# How often `loadtest size` is right",
        "",
        "`loadtest size RUN --rate 50` tells what a rate needs from the steps of a finished run; `--json` and `--prices FILE` go with it.",
        "An answer is inside what was measured, beyond it (marked, wider), or refused with the step to add; exit code 3 where the replicas are refused.",
        "",
        "Made by `make size-truth` from the facts of real sweeps that are kept in `loadtest/truth/recorded/`.",
        "Each cell is left out in turn, the others tell what it needs, and its own reading either lies in the stated interval or does not.",
        "",
        f"{invalid} steps of the recorded sweeps are not valid; they are neither fitted nor left out.",
        "",
        f"{len(whole)} of {len(cells)} cells lie inside with every quantity; "
        f"{sum(one.is_inside for one in found)} of {len(found)} readings lie inside.",
        "",
        "| quantity | inside | of those beyond the other cells | half width, median |",
        "| --- | --- | --- | --- |",
    ]
    for quantity in dict.fromkeys(one.quantity for one in found):
        mine = [one for one in found if one.quantity == quantity]
        far = [one for one in mine if one.beyond]
        widths = sorted(((one.told.high or 0.0) - (one.told.low or 0.0)) / 2 / one.told.value for one in mine)
        lines.append(
            f"| {quantity} | {_share(mine)} | {_share(far) if far else '-'} | {100 * widths[len(widths) // 2]:.1f} % |"
        )
    lines += ["", "Readings outside of their interval:", ""]
    outside = [one for one in found if not one.is_inside]
    lines += [
        f"- {one.run}, {one.cell}: {one.quantity} {one.seen:.4g}, told {one.told.low or 0:.4g} to {one.told.high or 0:.4g}"
        for one in outside
    ] or ["- none"]
    lines += _replicas(counts)
    return "\n".join(lines) + "\n"


def _replicas(counts: Sequence[AskedCount]) -> list[str]:
    told = [one for one in counts if not one.is_refused]
    lines = [
        "",
        "## Replicas",
        "",
        "Each saturated count is left out in turn, with all of its steps, and the others are asked for two rates that need it:",
        "above the throughput of one replica less, and 6 % or more below the rate at which its own saturated step says that a bound is missed.",
        "The upper end thus rests on the model of waits, whose own error rate stands in [truth.md](truth.md); the lower end is measured, or as much as that many single replicas.",
        "",
        f"{_share(told)} answers hold the count that is needed, {sum(one.is_beyond for one in told)} of them beyond the counts measured; "
        f"{len(counts) - len(told)} of {len(counts)} were refused. "
        f"{sum(one.is_exact for one in told)} of {len(told)} name one count alone.",
        f"Of so few answers no more follows than that at most {100 * _most_wrong(told):.0f} % of such answers are wrong, at 95 %.",
        "",
        "| run | needed | at | told |",
        "| --- | --- | --- | --- |",
    ]
    return lines + [f"| {one.run} | {one.replicas} | {one.rate:.2f}/s | {one.text} |" for one in counts]


def _most_wrong(told: Sequence[AskedCount]) -> float:
    """
    Return the upper end of the share of wrong answers, one-sided at 95 % (Clopper and Pearson).
    """
    wrong = sum(not one.is_inside for one in told)
    return 1.0 if wrong == len(told) else float(beta.ppf(0.95, wrong + 1, len(told) - wrong))


def _share(found: Sequence[HeldOut] | Sequence[AskedCount]) -> str:
    return f"{sum(one.is_inside for one in found)} of {len(found)}"


def main() -> None:
    """
    Try every recorded cell and write the page.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=_HERE.parent / "docs" / "size.md")
    given = parser.parse_args()
    found = [one for run, (plan, steps) in recorded_runs().items() for one in held_out(run, plan, steps)]
    runs = recorded_runs().items()
    counts = [one for run, (plan, steps) in runs for one in asked_counts(run, plan, steps)]
    invalid = sum(len(steps) - len(believable(steps, plan)) for _, (plan, steps) in runs)
    given.output.write_text(page(found, counts, invalid), encoding="utf-8")
    print(f"{given.output}: {sum(one.is_inside for one in found)} of {len(found)} readings inside")


if __name__ == "__main__":
    main()
