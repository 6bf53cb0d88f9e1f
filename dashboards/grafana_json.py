"""
From a dashboard to the JSON that Grafana reads: uid, variables, links and annotations are the same for all.

What a reader chooses at the top, data source, namespace or task queue, is a regular expression that matches a name in
the worker's and in the server's spelling.
"""

from __future__ import annotations

import json
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.builders.dashboard import DatasourceVariable, QueryVariable
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from dashboards.all_dashboards import UIDS
from dashboards.dashboard import Dashboard
from dashboards.panels import SOURCE, build
from loadtest.catalogue import BY_KEY
from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import GRAFANA, TEMPORAL_NAMESPACE, QueryScope, select

# So many signs other than letters and digits a name may have; each costs a step of the query.
_SIGNS = 16


def options_query(label: str, selector: str = "") -> str:
    """
    Write the query whose series are the choices: the name as the server writes it, and beside it
    the same with a point for each other sign than a letter or a digit, as PromQL replaces one at a time.

    What workers alone tell of stands as they write it: of a server that is somebody else's there are no pages.

    Args:
        label: The server's label.
        selector: Matchers to choose among, by the server's labels.
    """
    # Queues that somebody polls, and those where tasks wait for somebody.
    polled, waiting = (BY_KEY[f"server.{name}"].name + selector for name in ("poll_success", "backlog_tasks"))
    of_a_queue = label == "taskqueue"
    started = select(BY_KEY["worker.started"], QueryScope(GRAFANA.namespace if of_a_queue else None))
    if of_a_queue:
        started = f'label_replace({started}, "{label}", "$1", "task_queue", "(.*)")'
    # The server's spelling counts more, where there are both.
    text = f"count by ({label}) ({polled} or {waiting}) > bool 0 or 0 * count by ({label}) ({started})"
    text = f'label_replace({text}, "value", "$1", "{label}", "(.*)")'
    for _ in range(_SIGNS):
        text = f'label_replace({text}, "value", "$1.$2", "value", "(.*?)[^A-Za-z0-9.](.*)")'
    return f"topk by (value) (1, {text})"


def options_regex(label: str) -> str:
    """
    Write the expression that takes a choice's text and value from a series.
    """
    return f'/{label}="(?<text>[^"]+)".*value="(?<value>[^"]+)"/'


TASK_QUEUE_QUERY = options_query(
    "taskqueue",
    f'{{{TEMPORAL_NAMESPACE}=~"{GRAFANA.namespace}", taskqueue!~"temporal_sys_.*|default_worker_tq"}}',
)
NAMESPACE_QUERY = options_query(TEMPORAL_NAMESPACE, f'{{{TEMPORAL_NAMESPACE}!="temporal_system"}}')


def _choice(name: str, label: str, title: str, query: str) -> QueryVariable:
    return (
        QueryVariable(name)
        .label(title)
        .datasource(SOURCE)
        .query(f"query_result({query})")
        .regex(options_regex(label))
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .current(VariableOption(selected=True, text="All", value="$__all"))
    )


def variables() -> list[DatasourceVariable | QueryVariable]:
    """
    Return the variables of every dashboard.
    """
    return [
        DatasourceVariable("datasource").label("Prometheus").type("prometheus"),
        _choice("namespace", TEMPORAL_NAMESPACE, "Namespace", NAMESPACE_QUERY),
        _choice("task_queue", "taskqueue", "Task queue", TASK_QUEUE_QUERY),
    ]


TAG = "temporal-kit"
_FIRST_ROW_ID = 100  # panels have the ids from 1 on


def _annotations() -> list[builders.AnnotationQuery]:
    return [
        builders.AnnotationQuery()
        .name("Steps written by a sweep")
        .datasource(DataSourceRef(type_val="grafana", uid="-- Grafana --"))
        .enable(True)
        .icon_color("purple")
        .target(builders.AnnotationTarget().limit(100).match_any(False).tags(["loadtest"]).type("tags")),
        builders.AnnotationQuery()
        .name("Steps")
        .datasource(SOURCE)
        .enable(True)
        .icon_color("blue")
        .expr(BY_NAME["sweep.step"].promql(GRAFANA)),
    ]


def _step_texts(document: dict[str, Any]) -> None:
    """
    Say how Prometheus' annotations read: the SDK's type of an annotation has no fields for it.
    """
    for annotation in document["annotations"]["list"]:
        if annotation["name"] == "Steps":
            annotation["titleFormat"] = "{{step}}"
            annotation["textFormat"] = "{{load}}, {{replicas}} replicas"
            annotation["tagKeys"] = "load,replicas"
            annotation["step"] = "5s"
            annotation["useValueForTime"] = False


def grafana_json(dashboard: Dashboard) -> str:
    """
    Return a dashboard's JSON, ending with a newline.
    """
    built = (
        builders.Dashboard(dashboard.title)
        .uid(dashboard.uid)
        .description(dashboard.question)
        .tags([TAG])
        .readonly()
        .timezone("browser")
        .refresh("10s")
        .time("now-30m", "now")
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .variables(list(variables()))
        .annotations(list(_annotations()))
        .link(
            builders.DashboardLink("Dashboards")
            .type(DashboardLinkType.DASHBOARDS)
            .tags([TAG])
            .as_dropdown(True)
            .include_vars(True)
            .keep_time(True)
        )
    )
    number = 0
    for position, row in enumerate(dashboard.rows):
        built = built.with_row(builders.Row(row.title).id(_FIRST_ROW_ID + position))
        for panel in row.panels:
            number += 1
            built = built.with_panel(build(panel, number, UIDS))
    document = json.loads(json.dumps(built.build(), cls=JSONEncoder))
    _step_texts(document)
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
