"""
From a dashboard to the JSON that Grafana reads: uid, variables, links and annotations are the same for all.
"""

from __future__ import annotations

import json
from typing import Any

from grafana_foundation_sdk.builders import dashboard as builders
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
)

from dashboards.all_dashboards import UIDS
from dashboards.dashboard import Dashboard
from dashboards.panels import SOURCE, build
from dashboards.variables import variables
from loadtest.catalogue.expressions import BY_NAME
from loadtest.catalogue.promql import GRAFANA

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
