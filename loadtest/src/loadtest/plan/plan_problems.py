"""
Tells what is wrong in a plan's document: each problem in one line, with what was given and what to write instead.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from loadtest.plan.loads import LOADS, LoadKind
from loadtest.plan.plan_model import Plan

# Page that describes all keys.
KEYS_PAGE = "loadtest/docs/plan.md"
_KINDS = '"saturate", "open" or "fraction"'
_LONGEST_SHOWN = 80

_Context = Mapping[str, Any]
_WORDS: dict[str, Callable[[_Context], str]] = {
    "missing": lambda _: "is missing; write it",
    "int_type": lambda _: "must be a whole number",
    "int_from_float": lambda _: "must be a whole number",
    "int_parsing_size": lambda _: "is too large",
    "float_type": lambda _: "must be a number",
    "finite_number": lambda _: "must be a finite number",
    "bool_type": lambda _: "must be true or false",
    "string_type": lambda _: "must be a text in quotes",
    "string_too_short": lambda _: "must not be empty",
    "string_too_long": lambda c: f"must have at most {c['max_length']} characters",
    "string_pattern_mismatch": lambda _: "must not have such characters; write letters, digits and hyphens",
    "greater_than": lambda c: f"must be greater than {c['gt']:g}",
    "greater_than_equal": lambda c: f"must be greater than or equal to {c['ge']:g}",
    "less_than": lambda c: f"must be less than {c['lt']:g}",
    "less_than_equal": lambda c: f"must be less than or equal to {c['le']:,}",
    "enum": lambda c: f"must be {c['expected']}",
    "literal_error": lambda c: f"must be {c['expected']}",
    "model_type": lambda _: "must be a table",
    "dict_type": lambda _: "must be a table",
    "tuple_type": lambda _: "must be a list",
    "model_attributes_type": lambda _: f"must be a table with a kind of {_KINDS}",
    "union_tag_not_found": lambda _: f"is missing; write kind = {_KINDS}",
    "union_tag_invalid": lambda _: f"must be {_KINDS}",
}


def problem_lines(document: Mapping[str, Any], error: ValidationError) -> list[str]:
    """
    Return the problems of a plan's document, one line for each place.
    """
    found: dict[tuple[int | str, ...], list[ErrorDetails]] = {}
    for one in error.errors():
        found.setdefault(_location(one), []).append(one)
    return [_line(document, location, problems) for location, problems in found.items()]


def _location(problem: ErrorDetails) -> tuple[int | str, ...]:
    """
    Return the place of a problem in the file, without the names that pydantic gives to the members of a union.
    """
    location = problem["loc"]
    if location[:1] == ("loads",) and len(location) > 2 and location[2] in tuple(LoadKind):
        location = (*location[:2], *location[3:])
    if problem["type"].startswith("union_tag"):
        location = (*location, "kind")
    return _within_fields(location)


def _within_fields(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    names = {"int", "float", "str", "bool", "constrained-int", "constrained-str"}
    return tuple(
        part
        for index, part in enumerate(location)
        if not (
            index == len(location) - 1 and (part in names or str(part).startswith(("literal[", "function-")))
        )
    )


def _line(document: Mapping[str, Any], location: tuple[int | str, ...], problems: list[ErrorDetails]) -> str:
    key = ".".join(_spelled(part) for part in location)
    first = problems[0]
    if first["type"] == "extra_forbidden":
        return f"{key}: no such key{_instead(document, location)} ({KEYS_PAGE} describes all keys)"
    told = _expected(problems)
    if first["type"] in ("missing", "union_tag_not_found"):
        return f"{key}: {told} ({KEYS_PAGE} describes it)"
    if not key:
        return told
    shown = _given(document, location, first["input"])
    text = repr(list(shown) if isinstance(shown, tuple) else shown)
    if len(text) > _LONGEST_SHOWN:
        text = f"{text[:_LONGEST_SHOWN]}..."
    return f"{key} = {text}: {told}" if shown is not None else f"{key}: {told}"


def _given(document: Mapping[str, Any], location: tuple[int | str, ...], otherwise: Any) -> Any:
    value: Any = document
    for part in location:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return otherwise
    return value


def _expected(problems: list[ErrorDetails]) -> str:
    if {"bool_type", "string_type"} <= {one["type"] for one in problems}:
        return "must be a text in quotes, a finite number, true or false"
    first, *others = dict.fromkeys(_words(one) for one in problems)
    return " or ".join((first, *(other.removeprefix("must be ") for other in others)))


def _words(problem: ErrorDetails) -> str:
    context = problem.get("ctx", {})
    words = _WORDS.get(problem["type"])
    if words is not None:
        return words(context)
    message = problem["msg"].removeprefix("Value error, ")
    return f"{message[:1].lower()}{message[1:]}"


def _instead(document: Mapping[str, Any], location: tuple[int | str, ...]) -> str:
    """
    Return the key that was probably meant by an unknown one: a key of another kind of load, or one with a similar
    spelling.
    """
    *above, key = location
    known = _keys_at(document, tuple(above))
    near = difflib.get_close_matches(str(key), known, n=1) or _longer_names(str(key), known)
    if above[:1] == ["loads"] and len(above) == 2:
        others = [kind.value for kind, model in LOADS.items() if key in model.model_fields]
        if others:
            return f" of a load of this kind, but of kind {' and '.join(others)}"
    return f"; did you mean `{near[0]}`?" if near else ""


def _longer_names(key: str, known: list[str]) -> list[str]:
    """
    Return the one key that has another among its words, such as ``arrival_rate`` for ``rate``; none where several do.
    """
    found = [each for each in known if key in each.split("_")]
    return found if len(found) == 1 else []


def _keys_at(document: Mapping[str, Any], above: tuple[int | str, ...]) -> list[str]:
    fields = Plan.model_fields
    if not above:
        return list(fields)
    if above[0] == "loads" and len(above) > 1:
        try:
            model: Any = LOADS[LoadKind(document["loads"][above[1]]["kind"])]
        except (KeyError, IndexError, TypeError, ValueError):
            return []
        rest = above[2:]
    else:
        found = fields.get(str(above[0]))
        model, rest = (found.annotation if found else None), above[1:]
    for part in rest:
        inner = getattr(model, "model_fields", {}).get(str(part))
        model = inner.annotation if inner else None
    return list(getattr(model, "model_fields", {}))


def _spelled(part: int | str) -> str:
    # A key that holds a line break must not break the one line of an error.
    text = str(part)
    return text if text.isprintable() and text else repr(text)
