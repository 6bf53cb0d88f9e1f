"""
What the looks of each second tell of slots, polls and the queue's rate limit, as means over the window.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from loadtest.experiment.ports import Backlog, Metrics, Scrape
from loadtest.experiment.sampled_worker_pages import PageSample
from loadtest.results.resource_use import MachineUse, QueueRateLimit, ResourceUse

_SLOTS = {"activity": "worker.slots", "workflow": "worker.workflow_slots"}
# The SDK core, and the SDKs of Go and Java, have two spellings of the sticky queue's pollers.
_POLLERS = {
    "activity_task": "activity",
    "workflow_task": "workflow",
    "sticky_workflow_task": "sticky",
    "workflow_sticky_task": "sticky",
}


@dataclass(slots=True)
class LimitSamples:
    """
    Looks of one window.

    Attributes:
        rate_limit: Rate limit of the task queue at the last look; once a limit held tasks back, a later idle one does
            not replace it.
    """

    rate_limit: QueueRateLimit | None = None
    _values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def look_at_pages(self, metrics: Metrics, pages: Scrape, sample: PageSample) -> None:
        """
        Take a look at the workers' pages; numbers from a sample of the pages are scaled up.
        """
        for kind, name in _SLOTS.items():
            used, free = (metrics.gauge(pages, f"{name}_{part}") for part in ("used", "available"))
            if free is not None:
                self._values[f"{kind}_slots_used"].append(sample.scaled(used or 0.0))
                self._values[f"{kind}_slots"].append(sample.scaled(free + (used or 0.0)))
        for kind, number in metrics.gauge_by(pages, "worker.pollers").items():
            if kind in _POLLERS:
                self._values[_POLLERS[kind]].append(sample.scaled(number))

    def look_at_queue(self, backlog: Backlog | None) -> None:
        """
        Take a look at the task queue.
        """
        found = backlog.rate_limit if backlog is not None else None
        if found is not None and (found.active or self.rate_limit is None or not self.rate_limit.active):
            self.rate_limit = found

    def facts(self, machine: MachineUse | None, worker_core_limit: float | None) -> ResourceUse:
        """
        Return the means over all looks, with what the step's machine and the workers' containers tell.
        """
        means = {name: sum(values) / len(values) for name, values in self._values.items()}
        polls = {name: means[name] for name in _POLLERS.values() if name in means}
        slots = {name: value for name, value in means.items() if name not in polls}
        return ResourceUse(
            **slots,
            polls_out=polls,
            rate_limit=self.rate_limit,
            machine=machine,
            worker_core_limit=worker_core_limit,
        )
