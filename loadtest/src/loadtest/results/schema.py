"""
The JSON Schema of ``sweep.json``, made from the types that write it.

``python -m loadtest.results.schema`` writes the committed file; with ``--check`` it only compares.
"""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from loadtest.plan import Slo
from loadtest.results import (
    disturbance,
    estimate,
    step_result,
    step_result_parts,
    suspect,
    sweep_result,
    window_decision,
)

SCHEMA_PATH = Path(__file__).with_name("sweep.schema.json")
_ATTRIBUTE = re.compile(r"^    (?P<names>\w+(?:, \w+)*):\s*(?P<text>.*)$")


def sweep_schema() -> dict[str, Any]:
    """
    Make the schema: every key required, unknown keys refused, each key described by its attribute's docstring.
    """
    schema = TypeAdapter(sweep_result.SweepResult).json_schema(mode="serialization")
    _close(schema)
    for definition in schema["$defs"].values():
        _close(definition)
    types = {
        name: kind
        for module in (
            disturbance,
            estimate,
            step_result_parts,
            step_result,
            suspect,
            sweep_result,
            window_decision,
        )
        for name, kind in vars(module).items()
        if inspect.isclass(kind) and dataclasses.is_dataclass(kind)
    }
    for name, kind in {**types, "Slo": Slo}.items():
        _describe(
            schema if name == "SweepResult" else schema["$defs"].get(name, {}), inspect.getdoc(kind) or ""
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"sweep.json, version {sweep_result.SCHEMA_VERSION}",
        **{key: value for key, value in schema.items() if key != "title"},
    }


def schema_text() -> str:
    """
    Return the text of the schema's committed file.
    """
    return json.dumps(sweep_schema(), indent=2, ensure_ascii=False) + "\n"


def _close(schema: dict[str, Any]) -> None:
    if "properties" in schema:
        schema["required"] = sorted(schema["properties"])
        schema["additionalProperties"] = False


def _describe(schema: dict[str, Any], docstring: str) -> None:
    summary, _, attributes = docstring.partition("Attributes:")
    if "description" in schema:
        schema["description"] = " ".join(summary.split())
    current: list[str] = []
    texts: dict[str, list[str]] = {}
    for line in attributes.splitlines():
        if match := _ATTRIBUTE.match(line):
            current = match["names"].split(", ")
            texts |= {name: [match["text"]] for name in current}
        else:
            for name in current:
                texts[name].append(line.strip())
    for name, lines in texts.items():
        if name in schema.get("properties", {}):
            text = " ".join(" ".join(lines).split())
            schema["properties"][name]["description"] = text


def main(arguments: list[str]) -> int:
    """
    Write the committed schema, or compare it.
    """
    if arguments == ["--check"]:
        return 0 if SCHEMA_PATH.read_text(encoding="utf-8") == schema_text() else 1
    SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
