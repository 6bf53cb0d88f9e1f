"""
Flags that override values of a plan's document before it is checked, so that both are refused alike.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from loadtest.errors import InputError


def parse_replicas(text: str) -> list[int]:
    """
    Read ``1,2,4``.

    Raises:
        InputError: It is not a list of whole numbers.
    """
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError(f"--replicas {text}: not a list of whole numbers; write --replicas 1,2,4") from None


def parse_setting(text: str) -> tuple[tuple[str, ...], Any]:
    """
    Read ``work.seconds=0.2``: a plan's key by its path, and a TOML value; a bare word is a string.

    Raises:
        InputError: There is no ``=``, or no key before it.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {text}: no KEY=VALUE; write for example --set work.seconds=0.2")
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value
    return tuple(key.strip().split(".")), parsed


def with_flags(
    document: Mapping[str, Any],
    *,
    top: Mapping[str, Any],
    rate: float | None,
    window: float | None,
    settings: Sequence[str],
) -> dict[str, Any]:
    """
    Return the document with flags laid over it.

    Args:
        document: The plan as parsed from TOML.
        top: Values of top-level keys; ``None`` leaves the plan's.
        rate: For every open load.
        window: For every load, in seconds.
        settings: ``KEY=VALUE`` for any key, loads by index (``loads.0.window_seconds=10``).

    Raises:
        InputError: A setting names a path that cannot be.
    """
    merged: dict[str, Any] = {**document, **{key: value for key, value in top.items() if value is not None}}
    loads = [
        dict(load) if isinstance(load, Mapping) else load for load in merged.get("loads", _DEFAULT_LOADS)
    ]
    for load in loads:
        if not isinstance(load, dict):
            continue
        if rate is not None and load.get("kind") == "open":
            load["arrival_rate"] = rate
        if window is not None:
            load["window_seconds"] = window
    merged["loads"] = loads
    for setting in settings:
        path, value = parse_setting(setting)
        merged = _put(merged, path, value, setting)
    return merged


_DEFAULT_LOADS: tuple[dict[str, Any], ...] = ({"kind": "saturate"}, {"kind": "open"})


def _put(node: Any, path: tuple[str, ...], value: Any, setting: str) -> Any:
    head, *rest = path
    if isinstance(node, list):
        if not head.isdigit() or int(head) >= len(node):
            raise InputError(f"--set {setting}: {head}: no such load; there are {len(node)}, counted from 0")
        return [_into(item, rest, value, setting) if i == int(head) else item for i, item in enumerate(node)]
    if not isinstance(node, Mapping):
        raise InputError(
            f"--set {setting}: nothing lies below the value {node!r}; see loadtest/plans/demo.toml for the keys"
        )
    return {**node, head: _into(node.get(head, {}), rest, value, setting)}


def _into(node: Any, rest: list[str], value: Any, setting: str) -> Any:
    return _put(node, tuple(rest), value, setting) if rest else value
