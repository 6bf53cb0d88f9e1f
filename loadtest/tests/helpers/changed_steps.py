"""
Changes of a measured step, each of one fact.

What they make is made up, for tests alone; nothing here is ever a result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import histograms

from loadtest.results.measured_step import Measured, ProcessUse
from loadtest.results.metric_difference import Difference
from loadtest.results.resource_use import MachineUse

Change = Callable[[Measured], Measured]


def injector(**changes: object) -> Change:
    """
    Change what the injectors say.
    """
    return lambda step: replace(step, injector=replace(step.injector, **changes))  # type: ignore[arg-type]


def whole(**changes: object) -> Change:
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


BY_ITSELF = {"worker": ProcessUse(16.0, 1), "server": ProcessUse(20.0, 1)}
UNSEEN_SERVER = {"worker": ProcessUse(16.0, 1)}
BESIDE_OTHERS = {"worker": ProcessUse(8.0, 1), "server": ProcessUse(12.0, 1)}


def filled(step: Measured, use: dict[str, ProcessUse] | None = None) -> Measured:
    """
    Fill the machine of a step.

    Args:
        step: Which.
        use: Of the CPU, by the system's own parts; what is missing to the whole is other programs'.
    """
    return replace(step, limits=replace(step.limits, machine=MachineUse(2, 1.97, 0.0)), use=use or BY_ITSELF)


def not_level(step: Measured) -> Measured:
    """
    Let the halves of its window differ by more than luck makes.
    """
    return halves(100, 113)(step)
