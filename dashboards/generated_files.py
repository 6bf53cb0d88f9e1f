"""
Which files are generated, by kind; whoever writes or compares them asks here.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dashboards.all_dashboards import ALL
from dashboards.grafana_json import grafana_json
from dashboards.rules import RuleSettings, prometheus_rule, rule_file
from loadtest.catalogue.expressions import ALL as EXPRESSIONS
from loadtest.catalogue.promql import PLAIN

ROOT = Path(__file__).parent.parent
GOLDEN = "dashboards/tests/expressions.golden"


def _dashboards(_: RuleSettings) -> dict[str, str]:
    written = {f"dashboards/json/{dashboard.name}.json": grafana_json(dashboard) for dashboard in ALL}
    written[GOLDEN] = "".join(f"{e.name} [{e.unit}]\n    {e.promql(PLAIN)}\n" for e in EXPRESSIONS)
    return written


def _rules(settings: RuleSettings) -> dict[str, str]:
    return {
        "dashboards/rules/rules.yaml": rule_file(settings),
        "dashboards/rules/prometheus-rule.yaml": prometheus_rule(settings),
    }


FILES: dict[str, Callable[[RuleSettings], dict[str, str]]] = {"dashboards": _dashboards, "rules": _rules}
