"""
What the API of Kubernetes takes, by its own schemas.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

import kubernetes_validate
from kubernetes_validate import utils

# Custom resources have no schema here; a real API server judges them in the end-to-end tests.
_CUSTOM = ("keda.sh/", "monitoring.coreos.com/", "temporal.io/")

# It reads all definitions for each object anew.
utils.schema_contents = functools.cache(utils.schema_contents)


def demand_known_to_the_api(objects: Iterable[Mapping[str, Any]]) -> None:
    """
    Look that every object is what Kubernetes 1.34 knows, with no field besides.
    """
    found = list(objects)
    assert found
    for one in found:
        if not one["apiVersion"].startswith(_CUSTOM):
            kubernetes_validate.validate(one, "1.34", strict=True)
