"""
What a sweep scales in a cluster: its pods, and its wanted replica count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Fleet:
    """
    The pods under one replica count.

    Attributes:
        selector: Selector that takes these pods, as the API writes selectors.
        annotations: Annotations of the object that has the count.
        deployment: Deployment whose pods alone are meant, as others may carry its labels; ``None`` for all that the
            selector takes.
    """

    selector: str
    annotations: Mapping[str, str]
    deployment: str | None = None


class Scalable(Protocol):
    """
    An object with a replica count that a sweep may set.
    """

    @property
    def namespace(self) -> str:
        """
        The namespace of its pods.
        """
        ...

    def look(self) -> Fleet:
        """
        Return its pods' selector and its annotations.

        Raises:
            InputError: The object does not exist, or something else owns its count.
        """
        ...

    def replicas(self) -> int:
        """
        Return the wanted count.
        """
        ...

    def scale(self, replicas: int) -> None:
        """
        Ask for a count; does not wait for the pods.
        """
        ...


def as_selector(selector: Mapping[str, Any]) -> str:
    """
    Write an object's selector, with expressions, as a query takes it.
    """
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for one in selector.get("matchExpressions") or []:
        key, values = one["key"], ", ".join(one.get("values") or [])
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[one["operator"]]
        )
    return ",".join(parts)
