"""
What the API of Kubernetes takes, by its own schemas, and what operators take of their resources, by those of `data/`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
from kubernetes_validate import utils

_DATA = Path(__file__).parents[1] / "data"
# File of the schemas of each group's resources; a real API server has the last word, in the end-to-end tests.
_CUSTOM = {
    "keda.sh/v1alpha1": "operators",
    "monitoring.coreos.com/v1": "operators",
    "postgresql.cnpg.io/v1": "operators",
    "temporal.io/v1alpha1": "worker-controller",
}

# It reads all definitions for each object anew.
utils.schema_contents = functools.cache(utils.schema_contents)


@functools.cache
def _definitions(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((_DATA / f"{name}.json").read_text())["definitions"]
    return loaded


def custom_problems(found: Mapping[str, Any]) -> list[str]:
    """
    Return what its operator does not take in a custom resource; it is an error to ask of a kind that has no schema.
    """
    definitions = _definitions(_CUSTOM[found["apiVersion"]])
    schema = {"definitions": definitions, **definitions[found["kind"]]}
    return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(found["spec"])]


def demand_known_to_the_api(objects: Iterable[Mapping[str, Any]]) -> None:
    """
    Look that every object is what Kubernetes 1.34 or its operator knows, with no field besides.
    """
    found = list(objects)
    assert found
    for one in found:
        if one["apiVersion"] in _CUSTOM:
            assert custom_problems(one) == []
        else:
            kubernetes_validate.validate(one, "1.34", strict=True)
