"""
Runs `helm` on a chart and reads what it makes; knows no chart.
"""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from helm_cache import HelmCache

Object = dict[str, Any]
# helm renders within a tenth of a second: collecting garbage is a third of it.
_SHORT_LIVED = {"GOGC": "off"}
_CHECKOUT = Path(__file__).parents[3]
# `pytest --cache-clear` empties it.
_CACHE = HelmCache(_CHECKOUT / ".pytest_cache" / "d" / "helm")


class _StrictLoader(yaml.CSafeLoader):
    """
    Refuses a key that appears twice, as kustomize, Flux and the API's strict decoding do.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """
        Return a mapping whose keys differ.
        """
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{sorted(twice)} stand twice at{node.start_mark}"
        return super().construct_mapping(node, deep)


@dataclass(frozen=True, slots=True)
class Charts:
    """
    Our charts by name.

    Attributes:
        folder: Folder that holds the charts.
    """

    folder: Path

    def helm(
        self, verb: str, chart: str, values: Mapping[str, Any], *more: str, release: str = "kit"
    ) -> subprocess.CompletedProcess[str]:
        """
        Return what helm says of a chart with values, whether it succeeds or not.
        """
        text = yaml.safe_dump(dict(values))
        name = [release] if verb in ("template", "install") else []

        def ask() -> subprocess.CompletedProcess[str]:
            with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
                file.write(text)
                file.flush()
                return subprocess.run(
                    ["helm", verb, *name, str(self.folder / chart), "--values", file.name, *more],
                    env=os.environ | _SHORT_LIVED,
                    capture_output=True,
                    text=True,
                    timeout=60,
                    check=False,
                )

        # An installation may look at a cluster, and a chart elsewhere is of one test alone.
        if verb == "install" or not self.folder.is_relative_to(_CHECKOUT):
            return ask()
        files = [Path(file).read_text() for flag, file in pairwise(more) if flag == "--values"]
        return _CACHE.said(self.folder / chart, [verb, *name, text, *more, *files], ask)

    def render(self, chart: str, values: Mapping[str, Any], *more: str, release: str = "kit") -> list[Object]:
        """
        Return the objects that a chart makes of these values; asked twice, helm is run once.
        """
        text = _rendered(self, chart, yaml.safe_dump(dict(values)), more, release)
        return [document for document in yaml.load_all(text, _StrictLoader) if document]

    def refusal(self, chart: str, values: Mapping[str, Any], *more: str, release: str = "kit") -> str:
        """
        Return what helm says when a chart refuses these values.
        """
        done = self.helm("template", chart, values, *more, release=release)
        assert done.returncode != 0, f"{chart} accepted {values}"
        return done.stderr


@functools.cache
def _rendered(charts: Charts, chart: str, values: str, more: tuple[str, ...], release: str) -> str:
    done = charts.helm(
        "template", chart, yaml.safe_load(values), "--kube-version", "1.34", *more, release=release
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


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
    # What it holds is no pod but an autoscaler.
    if thing["kind"] == "WorkerResourceTemplate":
        return None
    if thing["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) and "spec" in template else None


def pods(charts: Charts, chart: str, given: dict[str, Any]) -> dict[str, Object]:
    """
    Return every pod that a chart makes, those of a sweep's injectors too, by its owner.
    """
    objects = charts.render(chart, given)
    made = [
        yaml.safe_load(found["data"]["job.yaml"])
        for found in of_kind(objects, "ConfigMap")
        if "job.yaml" in found.get("data", {})
    ]
    return {
        f"{found['kind']}/{found['metadata']['name']}": pod
        for found in (*objects, *made)
        if (pod := pod_of(found))
    }
