"""
Our values for Temporal's official chart, and what that chart is known to read of them.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
FACTS = json.loads((ROOT / "k8s/tests/data/official-chart.json").read_text())
FILES = {
    "postgres": ("charts/temporal/base.yaml",),
    "kind": ("charts/temporal/base.yaml", "charts/temporal/kind.yaml"),
    "ha": ("charts/temporal/base.yaml", "charts/temporal/ha.yaml"),
    "operator": ("charts/temporal/base.yaml", "charts/temporal/operator.yaml"),
    "database-tls": ("charts/temporal/base.yaml", "k8s/values/database-tls.yaml"),
    "all": (
        *(f"charts/temporal/{name}.yaml" for name in ("base", "kind", "ha", "operator")),
        "k8s/values/database-tls.yaml",
    ),
}


def merged(files: tuple[str, ...]) -> dict[str, Any]:
    """
    Return values files as Helm lays one over the other: objects key by key, anything else whole.
    """
    return functools.reduce(_over, (yaml.safe_load((ROOT / file).read_text()) for file in files))


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    both = {
        key: _over(below[key], value)
        if isinstance(value, dict) and isinstance(below.get(key), dict)
        else value
        for key, value in above.items()
    }
    return {**below, **both}


def at(values: Mapping[str, Any], path: str) -> Any:
    """
    Return what stands at a path of keys, or an empty object, which is the chart's default there.
    """
    return functools.reduce(lambda found, key: found.get(key, {}), path.split("."), values)
