"""
Recording rules and alerts: current, accepted by promtool, each shown to fire and not to fire.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_programs import demand_answers, promtool

from dashboards.alerts import ALERTS
from dashboards.generated_files import FILES, ROOT
from dashboards.recording_rules import BY_RECORD, RECORDINGS, Recording
from dashboards.rules import RuleSettings
from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import PLAIN

RULES = ROOT / "dashboards/rules"
LABEL = {"part_of": "temporal-kit"}
CASES = sorted((RULES / "tests").glob("*.yaml"))


def test_the_committed_rules_are_current() -> None:
    """
    ``make rules`` makes no difference.
    """
    for path, text in FILES["rules"](RuleSettings()).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path}: run `make rules`"


@pytest.mark.process
def test_promtool_accepts_the_rules() -> None:
    """
    Every expression parses, every label and template is valid.
    """
    done = promtool("check", "rules", "rules.yaml", cwd=RULES)

    assert done.returncode == 0, done.stderr
    assert f"{len(RECORDINGS) + len(ALERTS)} rules found" in done.stdout


@pytest.mark.process
@pytest.mark.timeout(600)
def test_each_alert_fires_when_it_should_and_not_otherwise() -> None:
    """
    promtool plays made-up series through recording rules and alerts; one call, as each costs a second.
    """
    done = promtool("test", "rules", *CASES, cwd=RULES)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("SUCCESS") == len(CASES) == len(ALERTS)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.record)
def test_a_queues_series_are_of_one_namespace(recording: Recording) -> None:
    """
    Two namespaces may have a queue of the same name; one's failures are not the other's.
    """
    if recording.record.startswith("task_queue:"):
        assert "by (temporal_namespace, " in recording.promql
        assert not re.search(r"by \((?!temporal_namespace\b)", recording.promql)


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda recording: recording.record)
def test_what_runs_in_two_kubernetes_namespaces_is_not_added_up(recording: Recording) -> None:
    """
    Two servers, fleets or load tests in one Prometheus may have namespaces and queues of the same names.

    A job is one of them by itself.
    """
    if not recording.record.startswith("job:"):
        summed = re.findall(r"\b(?:sum|max|min|count)\b(?: by \(([^)]*)\))?", recording.promql)
        assert summed
        assert all("namespace" in labels.split(", ") for labels in summed)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_each_alert_has_a_firing_and_a_quiet_case(alert: Any) -> None:
    """
    An alert that was never seen to fire, or never to be quiet, is not known to work.
    """
    document = yaml.safe_load((RULES / "tests" / f"{alert.name}.yaml").read_text(encoding="utf-8"))
    looks = [look for test in document["tests"] for look in test["alert_rule_test"]]

    assert {look["alertname"] for look in looks} == {alert.name}
    assert any(look["exp_alerts"] for look in looks)
    assert any(not look["exp_alerts"] for look in looks)


@pytest.mark.process
def test_a_bound_that_moves_turns_the_cases_red(tmp_path: Path) -> None:
    """
    The cases watch the bounds: with sync match allowed to fall to 80 %, its case fails.
    """
    shutil.copytree(RULES, tmp_path / "rules")
    rules = tmp_path / "rules/rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("rate5m < 0.99 and", "rate5m < 0.8 and"))

    done = promtool("test", "rules", "tests/TemporalSyncMatchLow.yaml", cwd=tmp_path / "rules")

    assert done.returncode != 0
    assert "fires when one task in ten finds no poller waiting" in done.stdout + done.stderr


def test_recorded_names_are_level_metric_operation() -> None:
    """
    ``level:metric:operation``, so that a reader knows which labels are left.
    """
    assert len(BY_RECORD) == len(RECORDINGS)
    assert all(re.fullmatch(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", recording.record) for recording in RECORDINGS)


@pytest.mark.process
def test_only_our_alerts_are_counted(tmp_path: Path) -> None:
    """
    A stack of somebody else's has an alert that always fires, to show that alerts arrive.
    """
    labels = {"severity": "critical", "alertstate": "firing"}
    ours = [
        {"series": _series("ALERTS", {"alertname": alert.name, **labels, **LABEL}), "values": "1x20"}
        for alert in ALERTS[:2]
    ]
    theirs = {"series": _series("ALERTS", {"alertname": "Watchdog", **labels}), "values": "1x20"}
    asked = {"expr": BY_NAME["overview.alerts"].promql(PLAIN), "eval_time": "1m"}
    cases = [
        {
            "interval": "15s",
            "input_series": series,
            "promql_expr_test": [{**asked, "exp_samples": [{"labels": "{}", "value": count}]}],
        }
        for series, count in (([*ours, theirs], 2), ([theirs], 0))
    ]

    demand_answers(cases, tmp_path)


def _series(name: str, labels: dict[str, str]) -> str:
    return f"{name}{{{', '.join(f'{label}={value!r}' for label, value in labels.items())}}}"


def test_every_alert_is_told_to_be_ours() -> None:
    """
    By the label that the overview counts by.
    """
    rules = yaml.safe_load((RULES / "rules.yaml").read_text(encoding="utf-8"))
    alerts = [rule for group in rules["groups"] for rule in group["rules"] if "alert" in rule]

    assert len(alerts) == len(ALERTS)
    assert all(LABEL.items() <= rule["labels"].items() for rule in alerts)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_an_alert_stands_on_recorded_series_alone(alert: Any) -> None:
    """
    What fires is what was recorded, so it can be looked at afterwards.
    """
    named = set(re.findall(r"[a-z_]+:[a-z_]+:[a-z0-9_]+", alert.promql))

    assert named
    assert named <= set(BY_RECORD)


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_each_alert_leads_to_its_runbook(alert: Any) -> None:
    """
    The link is put in by code and the file is there, with all four parts filled in.
    """
    rules = yaml.safe_load((RULES / "rules.yaml").read_text(encoding="utf-8"))
    (rule,) = [
        rule for group in rules["groups"] for rule in group["rules"] if rule.get("alert") == alert.name
    ]
    text = (ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")

    parts = re.split(r"^## (\w+)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == ["Meaning", "Impact", "Diagnosis", "Mitigation"]
    assert all(len(part.strip()) > 30 for part in parts[2::2])


def test_no_runbook_is_left_without_an_alert() -> None:
    """
    A runbook that no alert leads to is read by nobody.
    """
    assert {path.stem for path in (ROOT / "dashboards/runbooks").glob("*.md")} == {a.name for a in ALERTS}


def test_the_operators_object_holds_the_same_rules() -> None:
    """
    A PrometheusRule of the operator's kind, with the groups of the rule file.
    """
    plain = yaml.safe_load((RULES / "rules.yaml").read_text(encoding="utf-8"))
    wrapped = yaml.safe_load((RULES / "prometheus-rule.yaml").read_text(encoding="utf-8"))

    assert (wrapped["apiVersion"], wrapped["kind"]) == ("monitoring.coreos.com/v1", "PrometheusRule")
    assert wrapped["spec"] == plain
