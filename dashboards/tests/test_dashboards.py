"""
The generated dashboards: current, complete, and made for the Grafana that is deployed.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.models.dashboard import Dashboard as Model

from dashboards.all_dashboards import ALL, UIDS
from dashboards.bounds import PanelBound
from dashboards.dashboard import Dashboard
from dashboards.generated_files import FILES, ROOT
from dashboards.panels import Panel, build, grafana_unit, letter
from dashboards.rules import RuleSettings
from loadtest.catalogue.expressions import ALL as EXPRESSIONS
from loadtest.catalogue.expressions import BY_NAME

WRITTEN = {
    dashboard.name: json.loads((ROOT / f"dashboards/json/{dashboard.name}.json").read_text(encoding="utf-8"))
    for dashboard in ALL
}
PANELS = [
    pytest.param(name, panel, id=f"{name}: {panel['title']}")
    for name, document in WRITTEN.items()
    for panel in document["panels"]
    if panel["type"] != "row"
]


def test_the_committed_dashboards_are_current() -> None:
    """
    ``make dashboards`` makes no difference, and writes no file that nobody committed.
    """
    for path, text in FILES["dashboards"](RuleSettings()).items():
        assert (ROOT / path).read_text(encoding="utf-8") == text, f"{path}: run `make dashboards`"
    assert {path.stem for path in (ROOT / "dashboards/json").iterdir()} == set(WRITTEN)


def test_the_uids_never_change() -> None:
    """
    Bookmarks and links find a dashboard by its uid.
    """
    assert {name: document["uid"] for name, document in WRITTEN.items()} == {
        "overview": "temporal-kit-overview",
        "task-queues": "temporal-kit-task-queues",
        "workers": "temporal-kit-workers",
        "server": "temporal-kit-server",
        "load": "temporal-kit-load",
        "sweep": "temporal-kit-sweep",
    }


@pytest.mark.parametrize("dashboard", ALL, ids=lambda dashboard: dashboard.name)
def test_grafanas_types_read_it_back(dashboard: Dashboard) -> None:
    """
    The JSON is a dashboard of the SDK's type for this Grafana.
    """
    model = Model.from_json(WRITTEN[dashboard.name])

    assert model.uid == dashboard.uid
    assert model.description == dashboard.question
    assert len(model.panels or []) == len(dashboard.panels) + len(dashboard.rows)


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_every_panel_says_what_it_shows_and_what_is_good(name: str, panel: dict[str, Any]) -> None:
    """
    Title, unit and description: without them a panel is a picture.
    """
    assert panel["title"]
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert len(panel["description"].split("\n\n")[0]) > 4
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])


@pytest.mark.parametrize(("name", "panel"), PANELS)
def test_no_panel_lies_over_another(name: str, panel: dict[str, Any]) -> None:
    """
    Each has a place of its own on a grid of 24 columns.
    """
    at = panel["gridPos"]
    others = [p["gridPos"] for p in WRITTEN[name]["panels"] if p is not panel and p["id"] != panel["id"]]

    assert at["x"] + at["w"] <= 24
    assert not any(
        at["x"] < o["x"] + o["w"]
        and o["x"] < at["x"] + at["w"]
        and at["y"] < o["y"] + o["h"]
        and o["y"] < at["y"] + at["h"]
        for o in others
    )


@pytest.mark.parametrize("name", WRITTEN)
def test_no_two_panels_have_one_id(name: str) -> None:
    """
    Links to a panel lead to it alone, rows included.
    """
    ids = [panel["id"] for panel in WRITTEN[name]["panels"]]

    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", WRITTEN)
def test_every_dashboard_has_the_same_choices_links_and_steps(name: str) -> None:
    """
    Data source, namespace and task queue; a way to the other dashboards; a sweep's steps.
    """
    document = WRITTEN[name]

    assert [v["name"] for v in document["templating"]["list"]] == ["datasource", "namespace", "task_queue"]
    (link,) = document["links"]
    assert (link["type"], link["tags"], link["includeVars"], link["keepTime"]) == (
        "dashboards",
        ["temporal-kit"],
        True,
        True,
    )
    assert [a["name"] for a in document["annotations"]["list"]] == ["Steps written by a sweep", "Steps"]


def test_links_of_panels_lead_to_dashboards_that_exist() -> None:
    """
    "More in workers" leads there and keeps what was chosen.
    """
    urls = [
        link["url"]
        for document in WRITTEN.values()
        for p in document["panels"]
        for link in p.get("links", [])
    ]

    chosen = [variable["name"] for variable in WRITTEN["overview"]["templating"]["list"]]

    assert len(urls) > 5
    for url in urls:
        found = re.fullmatch(
            r"/d/([a-z-]+)\?\$\{__url_time_range}((?:&\$\{[a-z_]+:queryparam})+)",
            url,
        )
        assert found is not None
        assert found[1] in UIDS.values()
        # A choice that a link leaves out is made anew: another Prometheus would answer.
        assert re.findall(r"\{([a-z_]+):", found[2]) == chosen


def test_every_expression_is_on_a_dashboard() -> None:
    """
    The catalogue holds no expression that nobody sees.
    """
    shown = {name for dashboard in ALL for panel in dashboard.panels for name in panel.expressions}

    assert shown == set(BY_NAME)


def test_a_panels_bound_is_drawn_whatever_the_order_of_its_lines() -> None:
    """
    The bound belongs to the panel: with its expressions turned round, it is the same line.
    """
    names = ("task_queues.activity_schedule_to_start_p50", "task_queues.activity_schedule_to_start_p95")

    drawn = [
        build(Panel("Waits", order, bound=PanelBound(0.15)), 1, UIDS)
        .build()
        .field_config.defaults.thresholds.steps
        for order in (names, names[::-1])
    ]

    assert [[step.value for step in steps] for steps in drawn] == [[None, 0.15], [None, 0.15]]


def test_no_expression_of_a_panel_is_dropped() -> None:
    """
    A panel with nine expressions has nine queries, each with a letter of its own.
    """
    names = tuple(e.name for e in EXPRESSIONS if e.unit == "seconds")[:9]

    built = build(Panel("Many", names), 1, UIDS).build()

    assert [target.ref_id for target in built.targets] == list("ABCDEFGHI")
    assert [letter(position) for position in (25, 26, 27, 52)] == ["Z", "AA", "AB", "BA"]


def test_a_panel_with_two_units_is_refused() -> None:
    """
    One axis bears one unit.
    """
    with pytest.raises(ValueError, match="units differ"):
        _ = Panel("Both", ("workers.cpu", "workers.memory")).chosen


@pytest.mark.parametrize("unit", sorted({e.unit for e in EXPRESSIONS}))
def test_every_unit_is_one_that_grafana_shows(unit: str) -> None:
    """
    Known to Grafana, or written behind the number.
    """
    assert (
        grafana_unit(unit) in {"s", "percentunit", "bytes", "none"} or grafana_unit(unit) == f"suffix: {unit}"
    )


def test_grafanas_image_is_the_one_that_the_sdk_was_made_for() -> None:
    """
    The SDK's release part is Grafana's version; the two are moved together, but for Grafana's own corrections.
    """
    sdk = importlib.metadata.version("grafana-foundation-sdk").split("!", 1)[1]
    objects = yaml.safe_load_all((ROOT / "k8s/monitoring/grafana/grafana.yaml").read_text(encoding="utf-8"))
    images = [
        container["image"]
        for found in objects
        if found["kind"] == "Deployment"
        for container in found["spec"]["template"]["spec"]["containers"]
    ]

    (image,) = images
    assert image.rpartition(".")[0] == f"grafana/grafana:{sdk.rpartition('.')[0]}"


def test_a_panel_says_which_servers_are_too_old_for_it() -> None:
    """
    An empty panel of an older server is told apart from one whose query finds nothing that should be there.
    """
    young = Panel("Closed", ("server.workflows_closed",)).description
    old = Panel("Transitions", ("server.state_transitions",)).description

    assert "Empty before Temporal server 1.30: server.workflows_closed" in young
    assert "Empty before" not in old
