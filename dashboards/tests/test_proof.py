"""
Every panel, recording rule and alert asked on a real Prometheus that scrapes a real stack.
"""

from __future__ import annotations

import copy
import math
import re
import time

import pytest
import yaml
from fake_exporters import KUBERNETES_NAMESPACE
from watched_stack import MISCHIEF, QUEUE, QUIET_SECONDS, Stack

from dashboards.alerts import ALERTS
from dashboards.bounds import either_spelling
from dashboards.generated_files import ROOT
from dashboards.grafana_json import NAMESPACE_QUERY, TASK_QUEUE_QUERY, options_regex
from dashboards.unanswered_panels import (
    Question,
    ailing_rules,
    choices,
    committed,
    excused,
    not_yet_there,
    panels_of,
    questions,
    recorded,
    server_versions,
    unanswered,
)
from dashboards.unanswered_panels import main as ask
from loadtest.analysis.estimators.bucket_quantile import quantile
from loadtest.catalogue import ALL as METRICS
from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import TEMPORAL_NAMESPACE, QueryScope

pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]
SCOPE = QueryScope("default", either_spelling(QUEUE), "15s", "1m")


def value(stack: Stack, name: str, at: float, scope: QueryScope = SCOPE) -> float:
    """
    The one value of an expression at a time.
    """
    result = stack.prometheus.ask("query", query=BY_NAME[name].promql(scope), time=at)["result"]
    (one,) = result
    return float(one["value"][1])


# A limit of requests to the database so low that the stack beside it would not run; `make bottlenecks` plants it.
NOT_PROVOKED = ("server.persistence_exhausted",)


@pytest.mark.parametrize(
    "metric", [metric for metric in METRICS if metric.key not in NOT_PROVOKED], ids=lambda metric: metric.key
)
def test_every_metric_of_the_catalogue_is_there(stack: Stack, metric) -> None:
    """
    Each event was provoked, so each family must have been scraped, with every label that the catalogue names.
    """
    name = metric.series[-1]
    where = ", ".join(f'{label}="{wanted}"' for label, wanted in metric.where)
    found = stack.prometheus.ask(
        "series", **{"match[]": f"{name}{{{where}}}", "start": stack.began - 60, "end": time.time()}
    )

    assert found, f"{metric.key}: no {name} although {metric.event or 'it is always there'}"
    # Temporal's own label is renamed as it is scraped; Kubernetes' stays what it is.
    ours = metric.role != "monitoring"
    wanted = {TEMPORAL_NAMESPACE if ours and label == "namespace" else label for label in metric.labels}
    assert wanted <= {label for labels in found for label in labels}


@pytest.mark.parametrize("name", committed())
def test_every_panel_answers(stack: Stack, name: str) -> None:
    """
    No panel is empty while its dashboard's part of the stack runs.
    """
    asked = questions(committed()[name], choices())

    assert asked
    assert unanswered(stack.prometheus, asked, stack.began, time.time()) == []


def test_a_panel_whose_metric_is_misspelt_does_not_answer(stack: Stack) -> None:
    """
    The proof is able to fail: one letter less, and the panel is named.
    """
    document = copy.deepcopy(committed()["workers"])
    (panel,) = [panel for panel in panels_of(document) if panel["title"] == "CPU"]
    panel["targets"][0]["expr"] = panel["targets"][0]["expr"].replace(
        "process_cpu_seconds_total", "process_cpu_second_total"
    )

    missing = unanswered(stack.prometheus, questions(document, choices()), stack.began, time.time())

    assert len(missing) == 1
    assert missing[0].where == "Temporal kit / Workers: CPU: A"


@pytest.mark.parametrize(
    ("versions", "missing"),
    [({"1_31_2", "1_32_0"}, {"tasks_added"}), ({"1_32_0"}, set()), (set(), set())],
    ids=["one too old", "all new", "unknown"],
)
def test_an_old_server_is_not_blamed_for_a_young_metric(versions: set[str], missing: set[str]) -> None:
    """
    A query of a metric that its server does not know yet may stay without an answer, and no other.
    """
    young = not_yet_there(versions)
    excuse = {
        name for name in ("tasks_added", "poll_success") if excused(Question("", f"rate({name}[1m])"), young)
    }

    assert young == missing
    assert excuse == missing


def test_the_servers_version_is_scraped(stack: Stack) -> None:
    """
    It tells which metrics may be expected of it.
    """
    (version,) = server_versions(stack.prometheus, stack.ended)

    assert not_yet_there({version}) == frozenset()


def test_a_prometheus_can_be_asked_by_hand(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    """
    ``python -m dashboards.unanswered_panels`` says that all is well here, and names the panels of what is not scraped.
    """
    minutes = str(math.ceil((time.time() - stack.began) / 60))

    assert ask([stack.prometheus.address, "--minutes", minutes]) == 0
    assert re.search(r"^(\d+) of \1 queries answered$", capsys.readouterr().out, re.MULTILINE)

    assert ask([stack.prometheus.address, "--minutes", minutes, "--task-queue", "another"]) == 1
    assert "no answer: Temporal kit / Task queues: Backlog: A\n" in capsys.readouterr().out


def test_every_recording_rule_is_healthy_and_answers(stack: Stack) -> None:
    """
    Prometheus evaluates all rules without an error, and each recorded series has samples.
    """
    assert ailing_rules(stack.prometheus) == []
    assert unanswered(stack.prometheus, recorded(), stack.began, time.time()) == []


@pytest.mark.parametrize("alert", ALERTS, ids=lambda alert: alert.name)
def test_every_alerts_left_side_answers(stack: Stack, alert) -> None:
    """
    What an alert compares has a value, so its silence means that all is well.
    """
    rules = yaml.safe_load((ROOT / "dashboards/rules/rules.yaml").read_text(encoding="utf-8"))
    (written,) = [
        rule["expr"]
        for group in rules["groups"]
        for rule in group["rules"]
        if rule.get("alert") == alert.name
    ]
    left, operator, _ = re.split(r" ([<>]) ", written, maxsplit=1)

    assert operator == alert.operator
    assert stack.prometheus.series(left, stack.began, time.time())


@pytest.mark.parametrize(
    ("label", "query", "expected"),
    [
        pytest.param(TEMPORAL_NAMESPACE, NAMESPACE_QUERY, {"default": "default"}, id="namespace"),
        pytest.param(
            "taskqueue",
            TASK_QUEUE_QUERY,
            {
                "repair_shop": "repair.shop",
                MISCHIEF: MISCHIEF,
                f"{MISCHIEF}_nobody": f"{MISCHIEF}.nobody",
            },
            id="task queue",
        ),
    ],
)
def test_the_choices_are_the_queues_in_both_spellings(
    stack: Stack, label: str, query: str, expected: dict[str, str]
) -> None:
    """
    A reader sees the name as the server writes it, and chooses a pattern that finds the workers' spelling too.
    """
    query = query.replace("${namespace:pipe}", "default")
    found = stack.prometheus.ask("query", query=query, time=stack.ended)["result"]
    shown = ["{" + ",".join(f'{k}="{v}"' for k, v in sorted(one["metric"].items())) + "}" for one in found]
    pattern = options_regex(label).strip("/").replace("(?<", "(?P<")

    matches = [re.search(pattern, text) for text in shown]

    assert {m["text"]: m["value"] for m in matches if m is not None} == expected
    assert re.fullmatch(expected.get("repair_shop", "default"), QUEUE if label == "taskqueue" else "default")


def test_one_queue_is_told_from_another(stack: Stack) -> None:
    """
    Choosing the shop's queue leaves the mischievous one out, on the worker's and on the server's side.
    """
    shop = choices(queues=either_spelling(QUEUE))
    found = [
        stack.prometheus.series(question.promql, stack.began, stack.ended)
        for question in questions(committed()["task-queues"], shop)
    ]

    queues = {
        one["metric"].get("task_queue") or one["metric"].get("taskqueue")
        for result in found
        for one in result
    }
    assert queues == {"repair-shop", "repair_shop"}


@pytest.mark.parametrize("kind", ["activity", "workflow"])
def test_waits_agree_with_the_sweeps_own(stack: Stack, kind: str) -> None:
    """
    The p95 of schedule-to-start is the one that a sweep reads from the same pages.
    """
    at = stack.ended + QUIET_SECONDS
    scope = QueryScope("default", either_spelling(QUEUE), f"{math.ceil(at - stack.began) + 2}s")

    told = value(stack, f"task_queues.{kind}_schedule_to_start_p95", at, scope)

    assert told == pytest.approx(
        quantile(stack.workers.histograms[f"worker.{kind}_schedule_to_start"], 0.95), rel=0.05
    )


def test_counts_agree_with_what_was_sent(stack: Stack) -> None:
    """
    Injector, workers and server tell the same story: as many completed as were sent.
    """
    at = stack.ended + QUIET_SECONDS
    span = math.ceil(at - stack.began) + 2
    scope = QueryScope("default", either_spelling(QUEUE), f"{span}s")

    told = {
        name: value(stack, name, at, scope)
        * (span - 1)  # so long is it from the first of as many scrapes to the last
        for name in ("load.sent", "load.completed", "overview.orders_completed", "server.workflows_closed")
    }

    assert told == {name: pytest.approx(stack.sent, rel=0.05) for name in told}


def test_kubernetes_namespace_stays_what_it_is(stack: Stack) -> None:
    """
    A worker's series have both: the pod's namespace for teams and joins, and Temporal's under its own name.
    """
    series = stack.prometheus.ask("query", query="temporal_worker_start_total", time=stack.ended)["result"]

    assert {(one["metric"]["namespace"], one["metric"][TEMPORAL_NAMESPACE]) for one in series} == {
        (KUBERNETES_NAMESPACE, "default")
    }


def test_only_the_autoscaler_beside_workers_is_told(stack: Stack) -> None:
    """
    The one of another team's web shop, at its maximum too, is nobody's business here.
    """
    expression = BY_NAME["overview.autoscaler_replicas_left"].promql(SCOPE)

    (one,) = stack.prometheus.ask("query", query=expression, time=stack.ended)["result"]

    assert (one["metric"]["namespace"], one["value"][1]) == (KUBERNETES_NAMESPACE, "0")


def test_no_healthy_replica_is_silent(stack: Stack) -> None:
    """
    Every worker of the stack polls for both kinds of task, so none of its free slots is told.
    """
    expression = BY_NAME["workers.silent_slots"].promql(SCOPE)

    told = stack.prometheus.ask("query", query=expression, time=stack.ended)["result"]

    assert {(one["metric"]["worker_type"], one["value"][1]) for one in told} == {
        ("ActivityWorker", "0"),
        ("WorkflowWorker", "0"),
    }


def test_the_limit_that_refuses_is_named(stack: Stack) -> None:
    """
    The lists that were asked for too fast were refused by a rate limit.
    """
    told = stack.prometheus.series("service_errors_resource_exhausted", stack.began - 60, stack.ended)

    assert "RpsLimit" in {one["metric"]["resource_exhausted_cause"] for one in told}
