"""
A grammar of wrong plans; each of them has at least one mistake.
"""

from __future__ import annotations

import json
import types
from collections.abc import Iterator, Mapping
from typing import Any, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from loadtest.plan import Fraction, Open, Plan, Saturate

HUGE = 10**40
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"), exclude_characters="\x7f"), max_size=12
)
_TABLES: dict[type[BaseModel], str] = {Saturate: "saturate", Open: "open", Fraction: "fraction"}

# What no key of a kind can hold, whatever its bounds.
WRONG: dict[type, tuple[Any, ...]] = {
    int: ("", "many", 1.5, -HUGE, HUGE, -1, float("nan"), float("inf"), [], [1], {}, {"a": 1}, True),
    float: ("", "fast", -1.0, -HUGE, float("nan"), float("inf"), float("-inf"), [], [1.0], {}, False),
    bool: ("", "yes", 1, 0, 1.0, float("nan"), [], [True], {}),
    str: (1, 1.5, True, [], ["a"], {}, {"a": "b"}, float("nan")),
    list: ("", "1, 2", 3, 1.5, True, {"a": 1}, float("nan")),
    dict: ("", "table", 3, float("inf"), True, [], [1]),
}
# Of a kind that is right, and wrong all the same.
OUT_OF_BOUNDS: dict[str, tuple[Any, ...]] = {
    "name": ("", "Ünï", "a b", "../x", "x" * 300, "-x", "A", "a\tb"),
    "scenario": ("", "repiar", "no/such.py", "x" * 3000, "ünï", "a\nb"),
    "task_queue": ("", "x" * 3000, "a\u0000b"),
    "namespace": ("", "x" * 3000),
    "replicas": ([], [0], [-1], [2, 1], [1, 1], [1, HUGE], [1.5], ["1"], [True], [[1]], [1, 5000]),
    "loads": ([], [3], ["open"], [{}], [{"kind": "opne"}], [{"kind": 3}], [[]], [{"kind": "open"}]),
    "factors": (
        {"worker.activity_slots": []},
        {"worker.activity_slots": 3},
        {"worker.activity_slots": [0]},
        {"worker": {"tuner": ["x"]}},
        {"replicas": [1]},
        {"ünï": [1]},
        {"codec": [1]},
        {"server": [1]},
        {"work.seconds": [1, float("nan")]},
        {"": [1]},
    ),
    "spread": ("", "gaussian"),
    "tuner": ("", "magic"),
    "activity_pollers": (0, "auto", "", -3),
    "workflow_pollers": (0, "auto", ""),
    "dynamic_config": ({"a": [1]}, {"a": float("nan")}),
    "window_seconds": (0, 4.9, 1e9),
    "max_window_seconds": (0, 19, 1e9),
    "arrival_rate": (0, 1e12, 1e-9),
    "kind": ("", "Saturate", "ramp "),
    "failure_probability": (1, 1.0),
    "rework_probability": (1, 2),
}


def _kind_of(annotation: Any) -> type | None:
    origin = get_origin(annotation)
    if origin in (Union, types.UnionType):
        members = [_kind_of(member) for member in get_args(annotation) if member is not type(None)]
        return members[0] if len(set(members)) == 1 else None
    if origin in (tuple, list):
        return list
    if origin is dict or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return dict
    if hasattr(annotation, "__metadata__"):
        return _kind_of(get_args(annotation)[0])
    return annotation if annotation in (int, float, bool, str) else None


def _places(model: type[BaseModel], path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for name, field in model.model_fields.items():
        yield (*path, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from _places(field.annotation, (*path, name))


def _field(path: tuple[str | int, ...]) -> Any:
    model: Any = Plan
    if path[:1] == ("loads",) and len(path) > 2:
        model, path = (Saturate, Open, Fraction)[int(path[1])], path[2:]
    for part in path[:-1]:
        model = model.model_fields[part].annotation
    return model.model_fields[path[-1]]


PLACES: tuple[tuple[str | int, ...], ...] = (
    *_places(Plan),
    *(
        place
        for index, model in enumerate((Saturate, Open, Fraction))
        for place in _places(model, ("loads", index))
    ),
)


def _wrong_values(path: tuple[str | int, ...]) -> tuple[Any, ...]:
    kind = _kind_of(_field(path).annotation)
    values = (*WRONG.get(kind, ()), *OUT_OF_BOUNDS.get(str(path[-1]), ())) if kind else ()
    return values or OUT_OF_BOUNDS.get(str(path[-1]), ({"a": 1}, [3]))


def plans_with_one_wrong_value() -> Iterator[dict[str, Any]]:
    """
    Make a plan of each wrong value at each place.
    """
    for path in PLACES:
        for value in _wrong_values(path):
            plan = good_plan()
            put(plan, path, value)
            yield plan


def good_plan() -> dict[str, Any]:
    """
    Return a plan that can be carried out.
    """
    loads = [{"kind": "saturate"}, {"kind": "open", "window_seconds": 20}, {"kind": "fraction"}]
    return {"name": "wrong", "replicas": [1, 2], "loads": loads}


@st.composite
def wrong_plans(draw: st.DrawFn) -> dict[str, Any]:
    """
    Draw a plan with one to three mistakes: a wrong value, a key that does not exist, a key in a wrong table.
    """
    plan = good_plan()
    for _ in range(draw(st.integers(1, 3))):
        mistake = draw(st.sampled_from(("value", "value", "value", "key", "place")))
        if mistake == "value":
            path = draw(st.sampled_from(PLACES))
            put(plan, path, draw(st.sampled_from(_wrong_values(path))))
        elif mistake == "key":
            name = draw(TEXTS.filter(lambda text: text not in Plan.model_fields))
            plan[name] = draw(st.sampled_from((1, "x", [1], {"a": 1}, True)))
        else:
            plan.setdefault("work", {})
            put(
                plan, ("work", draw(st.sampled_from(("name", "loads", "activity_slots", "seed", "codec")))), 1
            )
    return plan


def put(plan: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    """
    Put a value into a plan; where an earlier mistake stands in the way that one stays.
    """
    node: Any = plan
    for part in path[:-1]:
        if isinstance(node, dict):
            node = node.setdefault(part, {})
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
        else:
            return
    if isinstance(node, dict):
        node[path[-1]] = value


def toml(plan: Mapping[str, Any]) -> str:
    """
    Write a document as TOML, with inline tables.
    """
    return "".join(f"{_quoted(key)} = {_toml(value)}\n" for key, value in plan.items())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_quoted(key)} = {_toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(inner) for inner in value) + "]"
    return repr(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
