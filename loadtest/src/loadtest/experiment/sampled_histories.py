"""
Histories of a few of a step's workflows, as a cross-check of its waits.
"""

from __future__ import annotations

from loadtest.errors import LoadtestError
from loadtest.experiment.ports import Histories
from loadtest.results.history_sample import HistorySample
from loadtest.results.injector_report import InjectorReport


async def sampled_histories(
    histories: Histories, report: InjectorReport
) -> tuple[HistorySample | None, tuple[str, ...]]:
    """
    Return what the sampled histories say, and a note where they cannot be read.
    """
    if not report.sampled_workflow_ids:
        return None, ()
    try:
        return await histories.sample(report.sampled_workflow_ids), ()
    except LoadtestError as error:
        return None, (f"no histories could be read as a cross-check: {error}",)
