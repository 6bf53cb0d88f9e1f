"""
Which files are generated, by kind; whoever writes or compares them asks here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards.catalogue import ALL
from dashboards.rules import prometheus_rule, rule_file
from dashboards.whole import whole
from loadtest.catalogue.expressions import ALL as EXPRESSIONS
from loadtest.catalogue.promql import PLAIN

ROOT = Path(__file__).parent.parent
GOLDEN = "dashboards/tests/expressions.golden"


def _dashboards() -> dict[str, str]:
    written = {f"dashboards/json/{dashboard.name}.json": whole(dashboard) for dashboard in ALL}
    written[GOLDEN] = "".join(f"{e.name} [{e.unit}]\n    {e.promql(PLAIN)}\n" for e in EXPRESSIONS)
    return written


def _rules() -> dict[str, str]:
    return {
        "dashboards/rules/rules.yaml": rule_file(),
        "dashboards/rules/prometheus-rule.yaml": prometheus_rule(),
    }


FILES: dict[str, Callable[[], dict[str, str]]] = {"dashboards": _dashboards, "rules": _rules}
