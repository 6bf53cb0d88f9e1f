"""
Factors: plan keys that a plan varies beside replicas, each with its list of values.

It decides which keys can be factors, and puts a value at the place of its key.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from loadtest.plan.plan_tables import (
    MOST_ACTIVITIES_PER_SECOND,
    DynamicValue,
    ServerSetup,
    Work,
    WorkerSetup,
    address_problem,
)
from loadtest.plan.strict_model import StrictModel, problem

Factors = dict[str, tuple[DynamicValue, ...]]
"""
Path of a plan's key -> the values that it takes.
"""

_TABLES: dict[str, type[StrictModel]] = {"worker": WorkerSetup, "work": Work}
# Keys at the top of a plan.
_SINGLE = ("address", "codec", "profile", "queue_activities_per_second", "worker_command")
_MOST_VALUES = 32
# Table of the server's keys in a plan; as a factor each follows `server.`.
_CONFIG = "server.dynamic_config."


def factor_problems(factors: Mapping[str, tuple[DynamicValue, ...]]) -> list[InitErrorDetails]:
    """
    Check each key and each value as if it stood in the plan.
    """
    problems = []
    for path, values in factors.items():
        refusal = why_no_factor(path)
        if refusal is not None:
            problems.append(problem(refusal, path))
            continue
        if not values:
            problems.append(problem("must have at least one value; write [2, 4, 8]", path, value=[]))
        if len(values) > _MOST_VALUES:
            problems.append(problem(f"has {len(values)} values; write at most {_MOST_VALUES}", path))
        for index, value in enumerate(values):
            if value in values[:index]:
                problems.append(problem(_twice(value, values[values.index(value)]), path, index, value=value))
            problems.extend(_value_problems(path, index, value))
    return problems


def _twice(value: DynamicValue, earlier: DynamicValue) -> str:
    # Cells are told apart by their values, and of these true equals 1 as 1.0 does.
    if type(value) is type(earlier):
        return "stands twice; leave one out"
    return f"equals {json.dumps(earlier)}, which stands there too, as true and 1.0 equal 1; leave one out"


def factor_key(path: str) -> str:
    """
    Return the factor's key for a key of a plan: they differ only for keys of the server's dynamic configuration.
    """
    return f"server.{path.removeprefix(_CONFIG)}" if path.startswith(_CONFIG) else path


def put_value(document: dict[str, Any], path: str, value: DynamicValue) -> dict[str, Any]:
    """
    Return a plan's document with a factor's value at the place of its key.

    Args:
        document: A plan as plain data.
        path: A factor's key, such as ``worker.activity_slots``.
        value: Value of the factor in a cell.
    """
    head, _, key = path.partition(".")
    if not key:
        return {**document, head: value}
    table = document.get(head, {})
    if head == "server":
        config = {**table.get("dynamic_config", {}), key: value}
        return {**document, head: {**table, "dynamic_config": config}}
    return {**document, head: {**table, key: value}}


def why_no_factor(path: str) -> str | None:
    """
    Say why a plan's key cannot be varied, and which key may be meant; ``None`` for a key that can be varied.
    """
    head, _, key = path.partition(".")
    if factor_key(path) != path:
        return f"no such factor; did you mean `{factor_key(path)}`? A key of the dynamic configuration stands right after server."
    if path in _SINGLE or (head == "server" and key):
        return None
    if head in _TABLES and key in _TABLES[head].model_fields:
        return None
    known = [
        *_SINGLE,
        *(f"{table}.{name}" for table, model in _TABLES.items() for name in model.model_fields),
    ]
    near = difflib.get_close_matches(path, known, n=1)
    meant = f"did you mean `{near[0]}`? " if near else ""
    return f"no such factor; {meant}a key of [worker] or [work], {', '.join(_SINGLE)}, or server.<a key of the server's dynamic configuration>"


def _value_problems(path: str, index: int, value: DynamicValue) -> list[InitErrorDetails]:
    head, _, key = path.partition(".")
    if path == "codec":
        return [] if isinstance(value, bool) else [problem("must be true or false", path, index, value=value)]
    if path == "address":
        refused = address_problem(value)
        return [] if refused is None else [problem(refused, path, index, value=value)]
    if path == "profile":
        told = "must be the name of a profile, in quotes"
        is_name = isinstance(value, str) and value.strip() and value.isprintable()
        return [] if is_name else [problem(told, path, index, value=value)]
    if path == "queue_activities_per_second":
        is_rate = not isinstance(value, bool | str) and 0 < value <= MOST_ACTIVITIES_PER_SECOND
        told = f"must be a number above 0, of {MOST_ACTIVITIES_PER_SECOND:,} at most"
        return [] if is_rate else [problem(told, path, index, value=value)]
    if path == "worker_command":
        told = "must be a command line in quotes"
        return [] if isinstance(value, str) and value.strip() else [problem(told, path, index, value=value)]
    table: type[StrictModel] = _TABLES.get(head, ServerSetup)
    try:
        table.model_validate({"dynamic_config": {key: value}} if table is ServerSetup else {key: value})
    except ValidationError as error:
        return [
            InitErrorDetails(
                type=PydanticCustomError(
                    found["type"], "{told}", {"told": found["msg"], **found.get("ctx", {})}
                ),
                loc=(path, index),
                input=value,
            )
            for found in error.errors()
        ]
    return []
