"""
The page that says how often ``loadtest size`` is right, ``docs/size.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from held_out_cell import HeldOut
from replica_trial import AskedCount
from scatter_of_runs import Recorded, machine_scatter, repeated_scatter, usual_scatter
from scipy.special import betaincinv

from loadtest.analysis.usual_scatter import ROW_CONFIDENCE, ROWS, USUAL_SCATTER, Scatter


def page(
    together: Sequence[HeldOut],
    alone: Sequence[HeldOut],
    counts: Sequence[AskedCount],
    scatter: Sequence[str],
    not_asked: tuple[int, int],
    unseen: Sequence[HeldOut],
) -> str:
    """
    Write the page.

    Args:
        together: Readings of cells left out, in the intervals as `loadtest size` states them.
        alone: The same readings, in intervals that hold for one row at 95 %.
        counts: Rates whose replica count was left out.
        scatter: Lines on what the widths stand on.
        not_asked: Steps that are not valid, and saturate steps that filled their machine.
        unseen: As *together*, where nobody looks at how full the machine was.
    """
    invalid, full = not_asked
    lines = [
        "# How often `loadtest size` is right",
        "",
        f"{_whole(together)} left out lie inside the stated intervals with every quantity at once; {_share(together)} readings do.",
        "",
        "`loadtest size RUN --rate 50` tells what a rate needs from the steps of a finished run; `--json` and `--prices FILE` go with it.",
        "An answer is inside what was measured, beyond it (marked, wider), or refused with the step to add; exit code 3 where the replicas are refused.",
        "",
        "## What is claimed",
        "",
        "In 95 of 100 answers every row holds at once: a reader uses the whole table, and of eight rows that each hold in 95 of 100 cases",
        "one or more is wrong in a third of the answers.",
        f"So each of the {ROWS} rows is as wide as {100 * ROW_CONFIDENCE:.1f} % ask for (Bonferroni, which is careful where rows go up and down together).",
        "A row is the interval in which one more step like those measured would lie, not that of a mean.",
        "",
        "## Cells left out",
        "",
        "Made by `make size-truth` from the facts of real sweeps that are kept in `loadtest/truth/recorded/`.",
        "Each cell is left out in turn, the others of its sweep tell what it needs, and its own reading either lies in the stated interval or does not.",
        "What is known beforehand of a step's scatter comes of the other sweeps alone.",
        f"{invalid} steps are not valid; they are neither fitted nor left out. {full} saturate step filled the machine (93 % of its cores):",
        f"its throughput is neither fitted nor asked for, the rest of it is. Were it both, {_whole(unseen)} would lie inside.",
        "How intervals are made was chosen with the cells of three of the sweeps in sight; those of `replicas-1-and-2` came afterwards.",
        "",
        "| quantity | inside, all rows at once | half width, median | inside, row alone at 95 % | half width, median | beyond the other cells |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for quantity in dict.fromkeys(one.quantity for one in together):
        mine, narrow = ([one for one in found if one.quantity == quantity] for found in (together, alone))
        far = [one for one in mine if one.beyond]
        lines.append(
            f"| {quantity} | {_share(mine)} | {_half_width(mine)} | {_share(narrow)} | {_half_width(narrow)} "
            f"| {_share(far) if far else '-'} |"
        )
    lines.append(f"| whole cells | {_whole(together)} |  | {_whole(alone)} |  |  |")
    lines += ["", *_by_sweep(together)]
    lines += ["", "Readings outside of the stated interval:", "", *_outside(together)]
    lines += ["", "Readings outside of the interval of a row alone:", "", *_outside(alone)]
    return "\n".join([*lines, *scatter, *_replicas(counts)]) + "\n"


def scatter_lines(runs: Recorded, repeats: Recorded) -> list[str]:
    """
    Write what the widths stand on beside the run's own steps.
    """
    usual, repeated = usual_scatter(runs), repeated_scatter(repeats)
    machine = machine_scatter(repeats)
    return [
        "",
        "## What the widths stand on",
        "",
        "Two to nine degrees of freedom tell a sweep's own scatter badly, and a luckily small one makes an interval that does not hold.",
        f"So it is pooled with that of {len(runs)} recorded sweeps, which together count as much as one of them, and is never taken for less than the sweep's own.",
        "On a machine whose steps scatter three times as much as these, 82 of 100 answers of five steps hold, by simulation; more steps mend it.",
        "Beside it stands the scatter of steps that are the same in everything (`recorded/repeats/`): what no model of rate and replicas can tell.",
        "",
        "| quantity | a step from its sweep's line | a repeated step from its mean |",
        "| --- | --- | --- |",
        *(f"| {name} | {_scatter(usual[name])} | {_scatter(repeated[name])} |" for name in repeated),
        "",
        "Steps of one load draw the same work, so they show too little of the luck of other draws: slots in use are never told narrower than",
        "that luck, from the spread of the slot times and their number. A saturate step's throughput has its draws' luck and what the machine adds:",
        f"{_scatter(machine)}, of the repeated steps.",
        "",
        "What is seen in the readings: a server's CPU for the same work differs by 7 % from step to step on a shared machine, now and then by 25 %;",
        "the database answers a saturate step's last timers in the step that follows, which is most of its scatter;",
        "and a machine without a core to spare makes every slot time longer.",
    ]


def _scatter(scatter: Scatter) -> str:
    return f"{100 * scatter.ratio:.1f} % ({scatter.freedom:.2g} degrees of freedom)"


def _whole(found: Sequence[HeldOut]) -> str:
    cells = {(one.run, one.cell) for one in found}
    missed = {(one.run, one.cell) for one in found if not one.is_inside}
    return f"{len(cells) - len(missed)} of {len(cells)} cells"


def _half_width(found: Sequence[HeldOut]) -> str:
    widths = sorted(((one.told.high or 0.0) - (one.told.low or 0.0)) / 2 / one.told.value for one in found)
    return f"{100 * widths[len(widths) // 2]:.1f} %"


def _by_sweep(found: Sequence[HeldOut]) -> list[str]:
    """
    Write the half widths of each sweep: more steps tell more.
    """
    names = sorted({one.run for one in found})
    of = {name: [one for one in found if one.run == name] for name in names}
    quantities = [name for name in dict.fromkeys(one.quantity for one in found) if name in USUAL_SCATTER]
    return [
        "Steps narrow the stated intervals, most of all those after the fourth (half width, median):",
        "",
        "| sweep | valid steps | " + " | ".join(quantities) + " |",
        "| --- | --- |" + " --- |" * len(quantities),
        *(
            f"| {name} | {len({one.cell for one in of[name]})} | "
            + " | ".join(
                _half_width([one for one in of[name] if one.quantity == quantity]) for quantity in quantities
            )
            + " |"
            for name in names
        ),
    ]


def _outside(found: Sequence[HeldOut]) -> list[str]:
    return [
        f"- {one.run}, {one.cell}: {one.quantity} {one.seen:.4g}, told {one.told.low or 0:.4g} to {one.told.high or 0:.4g}"
        for one in found
        if not one.is_inside
    ] or ["- none"]


def _replicas(counts: Sequence[AskedCount]) -> list[str]:
    told = [one for one in counts if not one.is_refused]
    lines = [
        "",
        "## Replicas",
        "",
        "Each saturated count is left out in turn, with all of its steps, and the others are asked for two rates that need it:",
        "above the throughput of one replica less, and 6 % or more below the rate at which its own saturated step says that a bound is missed.",
        "One measured count says nothing of what replicas cost each other, and two do not say how that grows: answers beyond them are wide, and refused where the ends lie apart by more than a factor of two.",
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
    return 1.0 if wrong == len(told) else float(betaincinv(wrong + 1, len(told) - wrong, 0.95))


def _share(found: Sequence[HeldOut] | Sequence[AskedCount]) -> str:
    return f"{sum(one.is_inside for one in found)} of {len(found)}"
