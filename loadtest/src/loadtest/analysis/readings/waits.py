"""
How long tasks waited in the two queues, and whether other sources agree.

It reads histograms of the window and the timeline.
"""

from __future__ import annotations

import math

from loadtest.analysis.estimators.bucket_quantile import mean
from loadtest.analysis.estimators.percentiles import of_buckets
from loadtest.catalogue import BY_KEY
from loadtest.results.estimate import NO_WAIT, Estimate, Wait
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import Histogram, histogram_of
from loadtest.results.step_result import Waits
from loadtest.results.step_result_parts import CrossCheck

QUEUES = ("workflow", "activity")
OF_THE_WINDOW = "the mean of this window alone, as waits of neighbouring tasks are alike for seconds"
MADE_BY_THE_LOOP = "a closed load makes this wait itself: it keeps more workflows open than there are slots"


def waits(measured: Measured) -> tuple[Waits, dict[str, str], tuple[str, ...]]:
    """
    Read the waits of both queues: from the workers, or from the server where the workers do not report them.

    Returns:
        The waits; by its key the reason for each part that is not shown; and notes.
    """
    why: dict[str, str] = {}
    notes: list[str] = []
    if measured.key.kind == "saturate":
        for queue in QUEUES:
            why |= {f"{queue}.{part}": MADE_BY_THE_LOOP for part in ("mean", "p50", "p95", "p99")}
        return Waits(NO_WAIT, NO_WAIT), why, ()
    found: dict[str, Wait] = {}
    for queue in QUEUES:
        histogram = histogram_of(measured.worker_window, f"worker.{queue}_schedule_to_start")
        if histogram is None:
            histogram = histogram_of(measured.server_window, f"server.{queue}_schedule_to_start")
            if histogram is not None:
                notes.append(
                    f"the {queue} queue's wait is the server's, as the workers' metrics do not say it"
                )
        found[queue], reasons = _wait(histogram, queue)
        why |= {f"{queue}.{key}": reason for key, reason in reasons.items()}
    return Waits(found["workflow"], found["activity"]), why, tuple(notes)


def cross_check(measured: Measured) -> CrossCheck:
    """
    Read the activity queue's mean wait from the server's metrics and from sampled histories.
    """
    server = histogram_of(measured.server_window, "server.activity_schedule_to_start")
    histories = measured.histories
    sampled = histories.activity_seconds if histories is not None else ()
    return CrossCheck(
        server_mean=mean(server) if server is not None and server.count else None,
        history_mean=math.fsum(sampled) / len(sampled) if sampled else None,
        histories=histories.workflows if histories is not None else 0,
    )


def _wait(histogram: Histogram | None, queue: str) -> tuple[Wait, dict[str, str]]:
    percentiles, why = of_buckets(histogram)
    if histogram is None:
        since = BY_KEY[f"server.{queue}_schedule_to_start"].oldest_version
        told = f"no page told it: a worker's does once it has taken a task, and a server's from {since} on"
        why = dict.fromkeys(why, told)
    estimate = Estimate(None, None, 0, "tasks")
    if histogram is not None and histogram.count:
        # Neighbouring waits are alike for seconds: batches of one window do not tell the error of its mean.
        estimate = Estimate(mean(histogram), None, histogram.count, "tasks")
        why["mean.half_width"] = OF_THE_WINDOW
    else:
        why["mean"] = why.get("p50", "no task was taken")
    return Wait(estimate, percentiles.p50, percentiles.p95, percentiles.p99, percentiles.n), why
