"""
The injector's own metrics.
"""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from loadtest.catalogue.injector import INJECTOR
from loadtest.catalogue.metric import Kind, Presence
from loadtest.injector.meters import Page

_TYPES = {Kind.COUNTER: "counter", Kind.GAUGE: "gauge", Kind.HISTOGRAM: "histogram"}


def test_the_page_holds_what_the_catalogue_names() -> None:
    """
    Each family is there with its type and labels, the constant ones at zero from the first moment, failures after
    the first failure.
    """
    page = Page()
    meters = page.meters("noop")
    wanted = {metric.name: metric for metric in INJECTOR if metric.name.startswith("loadtest_injector_")}

    quiet = _families(page)
    meters.failed("unfinished")
    noisy = _families(page)

    always = {name for name, metric in wanted.items() if metric.presence is Presence.ALWAYS}
    assert {name for name, (_, labels) in quiet.items() if labels is not None} == always
    assert set(noisy) == set(wanted)
    for name, (kind, labels) in noisy.items():
        assert kind == _TYPES[wanted[name].kind]
        assert labels == set(wanted[name].labels)


def _families(page: Page) -> dict[str, tuple[str, set[str] | None]]:
    found = {}
    for family in text_string_to_metric_families(generate_latest(page.registry).decode()):
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = (family.type, labels if family.samples else None)
    return found
