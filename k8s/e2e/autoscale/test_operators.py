"""
Our custom resources, judged by the real definitions of KEDA and the Prometheus operator.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from kit_commands import CHECKOUT, Kit, run
from required_addons import demand

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(1800)]

CUSTOM = {
    "keda.sh": "crd/scaledobjects.keda.sh",
    "monitoring.coreos.com": "crd/podmonitors.monitoring.coreos.com",
}
VARIANTS = sorted(CHECKOUT.glob("charts/*/ci/*-values.yaml"))


@pytest.mark.parametrize("values", VARIANTS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_custom_resources_are_accepted(kit: Kit, values: Path) -> None:
    """A server-side dry run of every custom resource that our charts make passes."""
    for what in CUSTOM.values():
        demand(kit, what)
    rendered = run(
        [
            "helm",
            "template",
            "dry-run",
            str(values.parent.parent),
            "--values",
            str(values),
            "--namespace",
            "repair-shop",
        ]
    )
    custom = [
        found
        for found in yaml.safe_load_all(rendered.out)
        if found and found["apiVersion"].partition("/")[0] in CUSTOM
    ]

    for found in custom:
        found["metadata"]["namespace"] = "repair-shop"
        done = kit.ask(
            "create", "--dry-run=server", "--validate=strict", "--filename", "-", given=json.dumps(found)
        )

        assert done.code == 0, f"{found['kind']}: {done.error}"
