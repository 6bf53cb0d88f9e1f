"""
The injector's own metrics.
"""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from loadtest.catalogue import INJECTOR_METRICS, Presence
from loadtest.catalogue.loadtest_metrics import LATENCY_BOUNDS_SECONDS
from loadtest.injector.failure_of_error import UNFINISHED
from loadtest.injector.meters import InjectorRegistry
from repairshop.telemetry import buckets


def test_the_page_holds_what_the_catalogue_names() -> None:
    """
    Each family is there with its type and labels, the constant ones at zero from the first moment, failures after
    the first failure.
    """
    page = InjectorRegistry()
    meters = page.meters("noop")
    wanted = {metric.name: metric for metric in INJECTOR_METRICS}

    quiet = _families(page)
    meters.failed(UNFINISHED)
    noisy = _families(page)

    always = {name for name, metric in wanted.items() if metric.presence is Presence.ALWAYS}
    assert {name for name, (_, labels) in quiet.items() if labels is not None} == always
    assert set(noisy) == set(wanted)
    for name, (kind, labels) in noisy.items():
        assert kind == wanted[name].kind.value
        assert labels == set(wanted[name].labels)


def test_nothing_tells_when_a_metric_was_made() -> None:
    """
    prometheus_client's ``_created`` series would double the page, and nobody reads them.
    """
    page = InjectorRegistry()
    page.meters("noop").failed(UNFINISHED)

    assert "_created" not in generate_latest(page.registry).decode()


def test_injectors_and_workers_share_their_bounds() -> None:
    """
    A percentile has one resolution, whichever of the two tells it.
    """
    assert buckets() == LATENCY_BOUNDS_SECONDS


def _families(page: InjectorRegistry) -> dict[str, tuple[str, set[str] | None]]:
    found = {}
    for family in text_string_to_metric_families(generate_latest(page.registry).decode()):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, labels if family.samples else None)
    return found
