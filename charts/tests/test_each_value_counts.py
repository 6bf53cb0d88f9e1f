"""
Each value that a user gives changes what a chart makes.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rendering import Charts

pytestmark = pytest.mark.process

CHARTS = Path(__file__).parents[1]
# Which no variant in ci/ gives.
MORE: dict[str, dict[str, Any]] = {
    "repair-worker": {
        "namespaceOverride": "elsewhere",
        "health": {"port": 9001},
        "networkPolicy": {"ledgerPort": 5433, "temporalPort": 7234},
    },
    "loadtest": {"namespaceOverride": "elsewhere", "sweep": {"schedule": "0 3 * * *"}},
}
# What changes nothing, as the chart's own labels, by which policies and `make down` find its objects, win.
OWN_LABELS = {
    "repair-worker": {
        "podLabels.app.kubernetes.io/name",
        "commonLabels.app.kubernetes.io/part-of",
        "commonLabels.app.kubernetes.io/component",
    },
    "loadtest": {
        "injectors.podLabels.app.kubernetes.io/component",
        "commonLabels.app.kubernetes.io/part-of",
    },
}


def leaves(given: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """
    Where a value stands that is no object.
    """
    if isinstance(given, dict) and given:
        for key, value in given.items():
            yield from leaves(value, (*path, key))
    else:
        yield path


def laid_over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """
    Values with others over them, key by key.
    """
    both = {
        key: laid_over(below.get(key, {}), value) if isinstance(value, dict) else value
        for key, value in above.items()
    }
    return {**below, **both}


def without(given: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """
    Values with one left to the chart's default.
    """
    rest = copy.deepcopy(given)
    where = rest
    for key in path[:-1]:
        where = where[key]
    del where[path[-1]]
    return rest


@pytest.mark.parametrize("chart", MORE)
def test_each_value_counts(charts: Charts, chart: str) -> None:
    """
    Without it the objects differ, or the chart says what is missing: a line that a template loses is found.
    """
    given = laid_over(yaml.safe_load((CHARTS / chart / "ci/everything-values.yaml").read_text()), MORE[chart])
    everything = charts.helm("template", chart, given).stdout

    same = {
        ".".join(path)
        for path in leaves(given)
        if charts.helm("template", chart, without(given, path)).stdout == everything
    }

    assert everything
    assert same == OWN_LABELS[chart]
