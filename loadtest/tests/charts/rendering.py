"""
Runs `helm` on a chart and reads what it makes; knows no chart.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Charts:
    """
    Our charts by name.

    Attributes:
        folder: Where they are.
    """

    folder: Path

    def helm(
        self, verb: str, chart: str, values: Mapping[str, Any], *more: str
    ) -> subprocess.CompletedProcess[str]:
        """
        Run helm on a chart with values, whatever it answers.
        """
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
            yaml.safe_dump(dict(values), file)
            file.flush()
            name = ["kit"] if verb == "template" else []
            command = ["helm", verb, *name, str(self.folder / chart), "--values", file.name, *more]
            return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def render(self, chart: str, values: Mapping[str, Any], *more: str) -> list[Object]:
        """
        Return the objects that a chart makes of these values.
        """
        done = self.helm("template", chart, values, "--kube-version", "1.34", *more)
        assert done.returncode == 0, done.stderr
        return [document for document in yaml.safe_load_all(done.stdout) if document]

    def refusal(self, chart: str, values: Mapping[str, Any], *more: str) -> str:
        """
        Return what helm says when a chart refuses these values.
        """
        done = self.helm("template", chart, values, *more)
        assert done.returncode != 0, f"{chart} accepted {values}"
        return done.stderr


def of_kind(objects: Sequence[Object], kind: str) -> list[Object]:
    """
    Return the objects of one kind.
    """
    return [found for found in objects if found["kind"] == kind]


def only(objects: Sequence[Object], kind: str) -> Object:
    """
    Return the one object of a kind.
    """
    found = of_kind(objects, kind)
    assert len(found) == 1, [one["metadata"]["name"] for one in found]
    return found[0]


def pod_of(thing: Object) -> Object | None:
    """
    Return the pod template that an object holds (itself, for a Pod), or ``None``.
    """
    spec = thing.get("spec", {})
    if thing["kind"] == "Pod":
        return thing
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) and "spec" in template else None
