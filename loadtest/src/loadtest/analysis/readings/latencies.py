"""
Percentiles of one step's latencies, from the injectors' histograms and from the buckets of the server's page.

Each percentile that is null leaves its reason.
"""

from __future__ import annotations

from loadtest.analysis.estimators.percentiles import largest, of_buckets, of_hdr
from loadtest.analysis.readings.null_reasons import NO_SERVER, NullReasons
from loadtest.results.estimate import Percentiles
from loadtest.results.measured_step import Measured
from loadtest.results.metric_difference import histogram_of
from loadtest.results.step_result_parts import Lag


def injector_lag(measured: Measured, why: NullReasons) -> Lag:
    """
    Return how late the starts of the window left.
    """
    encoded = measured.injector.histograms.get("lag")
    percentiles, reasons = of_hdr(encoded)
    why.under("injector_lag_seconds", {key: reasons[key] for key in ("p50", "p99") if key in reasons})
    most = why.of("injector_lag_seconds.max", largest(encoded), "no start left in the window")
    return Lag(percentiles.p50, percentiles.p99, most, percentiles.n)


def of_injectors(measured: Measured, name: str, key: str, why: NullReasons) -> Percentiles:
    """
    Return a latency that the injectors measured.

    Args:
        measured: The step.
        name: Name of the injectors' histogram.
        key: Name of the reading.
        why: Gets the reason of each percentile that is not known.
    """
    percentiles, reasons = of_hdr(measured.injector.histograms.get(name))
    why.under(key, reasons)
    return percentiles


def of_server(measured: Measured, name: str, why: NullReasons) -> Percentiles:
    """
    Return a latency within the server, in the window.

    Args:
        measured: The step.
        name: Name of the server's histogram; with ``_seconds`` after it, that of the reading.
        why: Gets the reason of each percentile that is not known.
    """
    percentiles, reasons = of_buckets(histogram_of(measured.server_window, f"server.{name}"))
    if measured.server_window is None:
        reasons = dict.fromkeys(reasons, NO_SERVER)
    why.under(f"{name}_seconds", reasons)
    return percentiles
