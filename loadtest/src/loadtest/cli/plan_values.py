"""
Reads what flags say of a plan's keys: replica counts, a value of any key, the values of a factor.
"""

from __future__ import annotations

import tomllib
from typing import Any

from loadtest.errors import InputError
from loadtest.plan import KEYS_PAGE

# No key of a plan is deeper; a longer path is refused without walking it.
_DEEPEST_KEY = 8


def parse_replicas(text: str) -> list[int]:
    """
    Read ``1,2,4``.

    Raises:
        InputError: The text is not a list of whole numbers.
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
    path = _path(key)
    if len(path) > _DEEPEST_KEY:
        raise InputError(f"--set {text[:80]}: no key of a plan lies so deep; {KEYS_PAGE} describes all keys")
    return path, _value(value)


def parse_factor(text: str) -> tuple[str, list[Any]]:
    """
    Read ``worker.activity_slots=2,4,8``: a plan's key by its path, and its values with commas between.

    Raises:
        InputError: There is no ``=``, no key before it, or no value after it.
    """
    key, equals, values = text.partition("=")
    if not equals or not key.strip() or not values.strip():
        raise InputError(
            f"--factor {text}: no KEY=VALUE,VALUE; write for example --factor worker.activity_slots=2,4,8"
        )
    listed = _value(values if values.lstrip().startswith("[") else f"[{values}]")
    if not isinstance(listed, list):
        # Bare words are allowed: each value is parsed by itself.
        listed = [_value(value.strip()) for value in values.split(",")]
    return ".".join(_path(key)), listed


def _path(key: str) -> tuple[str, ...]:
    """
    Split a key at its dots, except dots between quotes, as TOML does and reports write it.
    """
    try:
        node: Any = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        return tuple(key.strip().split("."))
    path: list[str] = []
    while isinstance(node, dict) and len(node) == 1:
        ((name, node),) = node.items()
        path.append(name)
    return tuple(path)


def _value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if parsed.keys() == {"value"} else text
