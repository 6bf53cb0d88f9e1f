"""
Lays flags over the values of a plan's document before it is checked, so that both are refused alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loadtest.cli.plan_values import parse_factor, parse_replicas, parse_setting
from loadtest.errors import InputError
from loadtest.plan import DEFAULT_LOADS, KEYS_PAGE, LoadKind, Plan, PlanFile, parse_plan
from loadtest.plan.factors import factor_key
from loadtest.plan.plan_tables import flattened
from loadtest.scenario import demand_scenario

# Flag -> the key that it sets, as an error names it.
_KEY_OF_FLAG = {
    "replicas": "replicas",
    "rate": r"loads\.\d+\.arrival_rate",
    "window": r"loads\.\d+\.window_seconds",
    "warm_up": "warm_up_seconds",
    "repetitions": "repetitions",
    "seed": "seed",
    "injectors": "injectors",
    "scenario": "scenario",
    "task_queue": "task_queue",
    "namespace": "namespace",
}


@dataclass(frozen=True, slots=True)
class PlanFlags:
    """
    Flags that override a plan's values; ``None`` keeps the plan's value.
    """

    replicas: str | None = None
    injectors: int | None = None
    repetitions: int | None = None
    task_queue: str | None = None
    scenario: str | None = None
    settings: tuple[str, ...] = ()
    rate: float | None = None
    window: float | None = None
    warm_up: float | None = None
    seed: int | None = None
    factors: tuple[str, ...] = ()
    namespace: str | None = None

    def arguments(self) -> list[str]:
        """
        Return the flags for the sweep in the cluster, without the scenario, whose path is another one there.
        """
        given = {
            "--replicas": self.replicas,
            "--injectors": self.injectors,
            "--repetitions": self.repetitions,
            "--task-queue": self.task_queue,
            "--namespace": self.namespace,
            "--rate": self.rate,
            "--window": self.window,
            "--warm-up": self.warm_up,
            "--seed": self.seed,
        }
        return [
            *(f"{flag}={value}" for flag, value in given.items() if value is not None),
            *(f"--set={one}" for one in self.settings),
            *(f"--factor={one}" for one in self.factors),
        ]


@dataclass(frozen=True, slots=True)
class GivenKey:
    """
    A key of a plan with the value that a flag gives it.

    Attributes:
        flag: The flag with its value, as it was written.
        path: Path of the key.
        value: The value.
    """

    flag: str
    path: tuple[str, ...]
    value: Any


def flagged_plan(file: PlanFile, flags: PlanFlags) -> Plan:
    """
    Return the plan of a file with flags laid over it.

    Raises:
        InputError: The file, a key or a flag cannot be used, one line for each problem, or there is no such scenario.
    """
    top = {
        "replicas": parse_replicas(flags.replicas) if flags.replicas is not None else None,
        "warm_up_seconds": flags.warm_up,
        "repetitions": flags.repetitions,
        "seed": flags.seed,
        "injectors": flags.injectors,
        "scenario": flags.scenario,
        "task_queue": flags.task_queue,
        "namespace": flags.namespace,
    }
    _refuse_repeated(top, flags)
    document = with_flags(
        file.document(),
        top=top,
        rate=flags.rate,
        window=flags.window,
        settings=flags.settings,
        factors=flags.factors,
    )
    try:
        plan = parse_plan(document, file.name)
    except InputError as error:
        lines = (_of_flag(line, f"{file.name}: ", flags) for line in str(error).splitlines())
        raise InputError("\n".join(lines)) from None
    demand_scenario(plan.scenario)
    return plan


def refuse_repeated_keys(given: Sequence[GivenKey]) -> None:
    """
    Refuse flags of which a later one would undo an earlier one; saying the same thing twice does no harm.

    A later flag that sets a key within an earlier one's table adds to it, and undoes nothing.

    Raises:
        InputError: One line for each flag that would have no effect.
    """
    told = [
        f"{first.flag} and {later.flag}: both set {'.'.join(later.path)}, and only the last would count; leave one of the two out"
        for index, first in enumerate(given)
        for later in given[index + 1 :]
        if first.path[: len(later.path)] == later.path
        and (first.path, first.value) != (later.path, later.value)
    ]
    if told:
        raise InputError("\n".join(told))


def _refuse_repeated(top: Mapping[str, Any], flags: PlanFlags) -> None:
    given = [GivenKey(_flag_of(key), (key,), value) for key, value in top.items() if value is not None]
    given += [GivenKey(f"--set {text}", *parse_setting(text)) for text in flags.settings]
    factors = [(text, *parse_factor(text)) for text in flags.factors]
    refuse_repeated_keys(given)
    refuse_repeated_keys([GivenKey(f"--factor {text}", (key,), values) for text, key, values in factors])


def _flag_of(key: str) -> str:
    return f"--{key.removesuffix('_seconds').replace('_', '-')}"


def _of_flag(line: str, where: str, flags: PlanFlags) -> str:
    """
    Return a problem's line with the flag in place of the key where a flag set the value; return other lines unchanged.
    """
    for name, key in _KEY_OF_FLAG.items():
        value = getattr(flags, name)
        if value is not None and re.match(rf"{key}[.: ]", line.removeprefix(where)):
            shown = f"{value:g}" if isinstance(value, float) else value
            return f"--{name.replace('_', '-')} {shown}: {line.removeprefix(where)}"
    return line


def with_flags(
    document: Mapping[str, Any],
    *,
    top: Mapping[str, Any],
    rate: float | None,
    window: float | None,
    settings: Sequence[str],
    factors: Sequence[str] = (),
) -> dict[str, Any]:
    """
    Return the document with flags laid over it.

    Args:
        document: The plan as parsed from TOML.
        top: Values of top-level keys; ``None`` keeps the plan's value.
        rate: Starts per second for every open load.
        window: Window for every load, in seconds.
        settings: ``KEY=VALUE`` for any key, loads by index (``loads.0.window_seconds=10``).
        factors: ``KEY=VALUE,VALUE`` for any factor; each replaces the plan's factor of the same key.

    Raises:
        InputError: A setting names a path that cannot exist, or a flag would have no effect.
    """
    merged: dict[str, Any] = {**document, **{key: value for key, value in top.items() if value is not None}}
    merged["loads"] = _with_rate_and_window(merged.get("loads", _DEFAULT_LOADS), rate, window)
    for setting in settings:
        path, value = parse_setting(setting)
        merged = _held(_put(merged, path, value, setting), path, setting, factors)
    return _with_factors(merged, factors) if factors else merged


_DEFAULT_LOADS: list[dict[str, Any]] = [{"kind": load.kind.value} for load in DEFAULT_LOADS]


def _with_rate_and_window(loads: Any, rate: float | None, window: float | None) -> Any:
    if not isinstance(loads, list):
        return loads  # the plan is refused for it
    if rate is not None and not any(map(_is_open, loads)):
        raise InputError(
            f'--rate {rate:g}: the plan has no load of kind "open" that it could be the rate of; leave it out'
        )
    windows = {} if window is None else {"window_seconds": window}
    rates = {} if rate is None else {"arrival_rate": rate}
    return [
        {**load, **windows, **(rates if _is_open(load) else {})} if isinstance(load, Mapping) else load
        for load in loads
    ]


def _is_open(load: Any) -> bool:
    return isinstance(load, Mapping) and load.get("kind") == LoadKind.OPEN


def _held(
    document: dict[str, Any], path: tuple[str, ...], setting: str, factors: Sequence[str]
) -> dict[str, Any]:
    """
    Return the document without the factor of a key that a setting holds at one value, as the factor would override the
    setting.
    """
    given, key = document.get("factors"), factor_key(".".join(path))
    if any(parse_factor(factor)[0] == key for factor in factors):
        raise InputError(f"--set {setting}: --factor varies {key}; leave one of the two out")
    varied = flattened(given) if isinstance(given, dict) else {}
    if key not in varied:
        return document
    return {**document, "factors": {name: values for name, values in varied.items() if name != key}}


def _with_factors(document: dict[str, Any], factors: Sequence[str]) -> dict[str, Any]:
    given = document.get("factors", {})
    if not isinstance(given, Mapping):
        return document  # the plan is refused for it
    laid: dict[str, Any] = dict(given)
    for factor in factors:
        key, values = parse_factor(factor)
        laid[key] = values
    return {**document, "factors": laid}


def _put(node: Any, path: tuple[str, ...], value: Any, setting: str) -> Any:
    head, *rest = path
    if isinstance(node, list):
        if not (head.isascii() and head.isdigit()) or int(head) >= len(node):
            raise InputError(f"--set {setting}: {head}: no such load; there are {len(node)}, counted from 0")
        return [_into(item, rest, value, setting) if i == int(head) else item for i, item in enumerate(node)]
    if not isinstance(node, Mapping):
        raise InputError(
            f"--set {setting}: nothing lies below the value {node!r}; {KEYS_PAGE} describes all keys"
        )
    return {**node, head: _into(node.get(head, {}), rest, value, setting)}


def _into(node: Any, rest: list[str], value: Any, setting: str) -> Any:
    return _put(node, tuple(rest), value, setting) if rest else value
