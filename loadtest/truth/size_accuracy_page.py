"""
The page that says how often ``loadtest size`` is right, ``docs/size.md``.
"""

from __future__ import annotations

from collections.abc import Sequence

from left_out_counts import AskedCount, LeftOutReading
from scatter_within_runs import Recorded, machine_scatter, repeated_scatter, usual_scatter
from scipy.special import betaincinv

from loadtest.analysis.estimators.usual_scatter import ROW_CONFIDENCE, ROWS, USUAL_SCATTER, Scatter


def page(
    together: Sequence[LeftOutReading],
    alone: Sequence[LeftOutReading],
    counts: Sequence[AskedCount],
    scatter: Sequence[str],
    not_asked: tuple[int, int],
    unseen: Sequence[LeftOutReading],
) -> str:
    """
    Write the page.

    Args:
        together: Readings of cells left out, in the intervals as `loadtest size` states them.
        alone: The same readings, in intervals that hold for one row at 95 %.
        counts: Rates whose replica count was left out.
        scatter: Lines on what the intervals' widths rest on.
        not_asked: Steps that are not valid, and saturate steps that filled their machine.
        unseen: Same readings as *together*, as if nobody had looked at how full the machine was.
    """
    invalid, full = not_asked
    command = "$ loadtest size results/latest --rate 50"
    lines = [
        "# What a rate needs, and how often `loadtest size` is right",
        "",
        "```console",
        f"{command:<82}# replicas, slots, cores, memory and database requests",
        f"{f'{command} --prices loadtest/plans/prices.toml':<82}# and a month at your prices",
        f"{command} --json",
        "```",
        "",
        "`loadtest size` reads the steps of a finished run.",
        "An answer is inside what was measured, beyond it (marked, and wider), or refused with the step to add; the exit code is 3 where the replicas are refused.",
        f"{_whole(together)} left out lie inside the stated intervals with every quantity at once; {_share(together)} readings do.",
        "",
        "## What is claimed",
        "",
        "In 95 of 100 answers every row holds at once, as a reader uses the whole table:",
        "of eight rows that each hold in 95 of 100 cases, one or more is wrong in a third of the answers.",
        f"So each of the {ROWS} rows is as wide as {100 * ROW_CONFIDENCE:.1f} % ask for (Bonferroni, which is wider than needed where rows go up and down together).",
        "A row is the interval in which one more step like those measured would lie, not the interval of a mean.",
        "",
        "## Cells left out",
        "",
        "Made by `make size-truth` from the facts of real sweeps that are kept in `loadtest/truth/recorded/`.",
        "Each cell is left out in turn, the others of its sweep tell what it needs, and its own reading either lies in the stated interval or does not.",
        "What is assumed of a step's scatter comes from the other sweeps alone.",
        f"{invalid} steps are not valid; they are neither fitted nor left out.",
        f"{full} saturate step filled the machine (93 % of its cores): its throughput is neither fitted nor asked for, its other readings are.",
        f"With that throughput fitted and asked for, {_whole(unseen)} would lie inside.",
        "The rule for the intervals was chosen on the cells of three of the sweeps; those of `replicas-1-and-2` came afterwards.",
        "",
        "| quantity | inside, all rows at once | half width, median | inside, row alone at 95 % | half width, median | inside, of cells beyond the others |",
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
    lines += ["", "Readings outside the stated interval:", "", *_outside(together)]
    lines += ["", "Readings outside the interval of a row alone:", "", *_outside(alone)]
    return "\n".join([*lines, *scatter, *_replicas(counts)]) + "\n"


def scatter_lines(runs: Recorded, repeats: Recorded) -> list[str]:
    """
    Write what the intervals' widths rest on beside the run's own steps.
    """
    usual, repeated = usual_scatter(runs), repeated_scatter(repeats)
    machine = machine_scatter(repeats)
    return [
        "",
        "## What the widths stand on",
        "",
        "A sweep has two to nine degrees of freedom, which show its own scatter badly; a scatter that is small by luck makes an interval that does not hold.",
        f"So the scatter is pooled with that of {len(runs)} recorded sweeps, which together count as much as one of them, and is never taken for less than the sweep's own.",
        "On a machine whose steps scatter three times as much as these, 82 of 100 answers of five steps hold, by simulation; measure more steps there.",
        "The last column is the scatter of steps that are the same in everything (`recorded/repeats/`), which no model of rate and replicas can explain.",
        "",
        "| quantity | a step from its sweep's line | a repeated step from its mean |",
        "| --- | --- | --- |",
        *(f"| {name} | {_scatter(usual[name])} | {_scatter(repeated[name])} |" for name in repeated),
        "",
        "Steps of one load draw the same work, so they show too little of the luck of other draws.",
        "The interval of slots in use is therefore never narrower than that luck, by the spread of the slot times and their number.",
        f"That of a saturate step's throughput has the luck of its draws and the machine's scatter, by the repeated steps {_scatter(machine)}.",
        "",
        "The readings show three sources of scatter.",
        "A server's CPU for the same work differs by 7 % from step to step on a shared machine, now and then by 25 %.",
        "The database answers a saturate step's last timers in the step that follows, which is most of the scatter of its requests.",
        "A machine without a core to spare makes every slot time longer.",
    ]


def _scatter(scatter: Scatter) -> str:
    return f"{100 * scatter.ratio:.1f} % ({scatter.freedom:.2g} degrees of freedom)"


def _whole(found: Sequence[LeftOutReading]) -> str:
    cells = {(one.run, one.cell) for one in found}
    missed = {(one.run, one.cell) for one in found if not one.is_inside}
    return f"{len(cells) - len(missed)} of {len(cells)} cells"


def _half_width(found: Sequence[LeftOutReading]) -> str:
    widths = sorted(((one.told.high or 0.0) - (one.told.low or 0.0)) / 2 / one.told.value for one in found)
    return f"{100 * widths[len(widths) // 2]:.1f} %"


def _by_sweep(found: Sequence[LeftOutReading]) -> list[str]:
    """
    Write the half widths of each sweep: more steps give narrower intervals.
    """
    names = sorted({one.run for one in found})
    of = {name: [one for one in found if one.run == name] for name in names}
    quantities = [name for name in dict.fromkeys(one.quantity for one in found) if name in USUAL_SCATTER]
    return [
        "More steps make the stated intervals narrower, most of all the steps after the fourth (half width, median):",
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


def _outside(found: Sequence[LeftOutReading]) -> list[str]:
    return [
        f"- {one.run}, {one.cell}: {one.quantity} {one.seen:.4g}, stated {one.told.low or 0:.4g} to {one.told.high or 0:.4g}"
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
        "above the throughput of one replica less, and 6 % or more below the rate at which the count's own saturated step says that a bound is missed.",
        "One measured count says nothing of what replicas cost each other, and two do not say how that grows: answers beyond them are wide, and refused where the ends lie apart by more than a factor of two.",
        "The upper rate thus rests on the model of waits, whose own error rate is in [truth.md](truth.md); the lower rate is measured, or that of as many single replicas.",
        "Replicas are refused where an open window of the run surely shows what the model does not hold: many late tasks or orders where the model has hardly any, late workflow tasks, or, with a bound on orders that are not the kit's, no window with few late ones.",
        "",
        f"{_share(told)} answers hold the count that is needed, {sum(one.is_beyond for one in told)} of them beyond the counts measured; "
        f"{len(counts) - len(told)} of {len(counts)} were refused. "
        f"{sum(one.is_exact for one in told)} of {len(told)} name one count alone.",
        f"So few answers show only that at most {100 * _most_wrong(told):.0f} % of such answers are wrong, at 95 %.",
        "",
        "| run | replicas needed | at | answer |",
        "| --- | --- | --- | --- |",
    ]
    return lines + [f"| {one.run} | {one.replicas} | {one.rate:.2f}/s | {one.text} |" for one in counts]


def _most_wrong(told: Sequence[AskedCount]) -> float:
    """
    Return the upper end of the share of wrong answers, one-sided at 95 % (Clopper and Pearson).
    """
    wrong = sum(not one.is_inside for one in told)
    return 1.0 if wrong == len(told) else float(betaincinv(wrong + 1, len(told) - wrong, 0.95))


def _share(found: Sequence[LeftOutReading] | Sequence[AskedCount]) -> str:
    return f"{sum(one.is_inside for one in found)} of {len(found)}"
