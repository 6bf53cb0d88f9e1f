"""
Does every panel find its data?  ``python -m dashboards.unanswered_panels http://127.0.0.1:9090`` asks a Prometheus that runs.

It asks what Grafana asks, from the committed dashboards and rules, and lists the queries without an answer.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.alerts import ALERTS
from dashboards.all_dashboards import ALL
from dashboards.prometheus_api import PrometheusApi, PrometheusError
from dashboards.recording_rules import RECORDINGS
from loadtest.catalogue import ALL as METRICS
from loadtest.catalogue.metric import server_version

_JSON = Path(__file__).parent / "json"


@dataclass(frozen=True, slots=True)
class Question:
    """
    One query of a panel or of a rule.

    Attributes:
        where: Place of the query: dashboard, panel and letter, or the rule's name.
        promql: Query in PromQL.
        may_be_empty: Whether the query may stay without an answer, as its metric appears only on an event.
    """

    where: str
    promql: str
    may_be_empty: bool = False


def as_grafana_asks(promql: str, chosen: Mapping[str, str]) -> str:
    """
    Put the chosen values of variables into a panel's query, as Grafana does.

    Raises:
        ValueError: A variable without a chosen value is left.
    """
    for name, value in chosen.items():
        promql = promql.replace(name, value)
    if re.search(r"\$[A-Za-z_{]", promql):  # $1 is a part of a label, which Grafana leaves as it is
        raise ValueError(f"a variable was left: {promql}")
    return promql


def choices(
    window: str = "30s", span: str = "1m", queues: str = ".*", namespaces: str = "default"
) -> dict[str, str]:
    """
    Return the chosen values, by the variables' spelling in a query.
    """
    return {
        "${namespace:pipe}": namespaces,
        "${task_queue:pipe}": queues,
        "$__rate_interval": window,
        "$__range": span,
    }


def committed() -> dict[str, dict[str, Any]]:
    """
    Return the committed dashboards by name.
    """
    return {
        dashboard.name: json.loads((_JSON / f"{dashboard.name}.json").read_text(encoding="utf-8"))
        for dashboard in ALL
    }


def panels_of(document: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    """
    Return the panels of a dashboard's JSON, without its rows.
    """
    return (panel for panel in document["panels"] if panel["type"] != "row")


def questions(document: Mapping[str, Any], chosen: Mapping[str, str]) -> list[Question]:
    """
    Return every query of a dashboard's JSON.
    """
    return [
        Question(
            f"{document['title']}: {panel['title']}: {target['refId']}",
            as_grafana_asks(target["expr"], chosen),
            "noValue" in panel["fieldConfig"]["defaults"],
        )
        for panel in panels_of(document)
        for target in panel["targets"]
    ]


def recorded() -> list[Question]:
    """
    Return a question for each recorded series.
    """
    on_event = {
        name for dashboard in ALL for panel in dashboard.panels if panel.none for name in panel.expressions
    }
    return [
        Question(recording.record, recording.record, recording.expression in on_event)
        for recording in RECORDINGS
    ]


def ailing_rules(api: PrometheusApi) -> list[str]:
    """
    Return what is wrong with the kit's rules there: a rule is not loaded, or its evaluation fails.
    """
    loaded = {rule["name"]: rule for group in api.ask("rules")["groups"] for rule in group["rules"]}
    wanted = [recording.record for recording in RECORDINGS] + [alert.name for alert in ALERTS]
    return [f"rule is not loaded: {name}" for name in wanted if name not in loaded] + [
        f"rule fails: {name}: {loaded[name].get('lastError', '')}"
        for name in wanted
        if name in loaded and loaded[name]["health"] == "err"
    ]


def server_versions(api: PrometheusApi, at: float) -> set[str]:
    """
    Return the versions of the Temporal servers that are scraped, as they write them: ``1_31_2``.
    """
    found = api.ask("query", query="last_over_time(build_information[5m])", time=at)["result"]
    return {one["metric"]["build_version"] for one in found}


def not_yet_there(versions: Collection[str]) -> frozenset[str]:
    """
    Return the names of metrics that are younger than the oldest of these servers.
    """
    told = (version for text in versions if (version := server_version(text)) is not None)
    oldest = min(told, default=None)
    return frozenset(
        metric.name
        for metric in METRICS
        if oldest is not None
        and metric.role == "server"
        and (since := server_version(metric.oldest_version)) is not None
        and since > oldest
    )


def excused(question: Question, names: frozenset[str]) -> bool:
    """
    Return whether a question may stay without an answer: by itself, or because it asks for one of these metrics.
    """
    return question.may_be_empty or not names.isdisjoint(re.findall(r"\w+", question.promql))


def unanswered(
    api: PrometheusApi, asked: Iterable[Question], start: float, end: float, step: float = 1
) -> list[Question]:
    """
    Return the questions that found no sample in a span of time.
    """
    return [question for question in asked if not api.series(question.promql, start, end, step)]


def main(argv: list[str]) -> int:
    """
    Ask everything and return 0 if every question that must have an answer has one.
    """
    parser = argparse.ArgumentParser(prog="unanswered_panels", description="Does every panel find its data?")
    parser.add_argument("address", help="of a Prometheus, e.g. http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=15, help="how far back an answer may lie")
    parser.add_argument("--namespace", default=".*", help="Temporal namespace, a regular expression")
    parser.add_argument("--task-queue", default=".*", help="the same for the task queue")
    parser.add_argument(
        "--without", action="append", default=[], help="dashboard that is not asked, e.g. load"
    )
    own = parser.parse_args(argv)
    api, end = PrometheusApi(own.address), time.time()
    start = end - own.minutes * 60
    chosen = choices("1m", f"{round(own.minutes * 60)}s", own.task_queue, own.namespace)
    asked = [
        question
        for name, document in committed().items()
        if name not in own.without
        for question in questions(document, chosen)
    ]
    try:
        missing = unanswered(api, [*asked, *([] if own.without else recorded())], start, end, 5)
        ailing = ailing_rules(api)
        young = not_yet_there(server_versions(api, end))
    except PrometheusError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    bad = [question for question in missing if not excused(question, young)]
    for question in missing:
        kind = "no answer" if question in bad else "empty, as it may be"
        sys.stdout.write(f"{kind}: {question.where}\n    {question.promql}\n")
    for line in ailing:
        sys.stdout.write(f"{line}\n")
    sys.stdout.write(
        f"{len(asked) - len([q for q in missing if q in asked])} of {len(asked)} queries answered\n"
    )
    return 1 if bad or ailing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
