"""
Makes Grafana panels of named expressions: title, unit, description and bound come from the catalogue.

It decides how a panel looks and knows no dashboard's layout.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from enum import StrEnum

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    statetimeline,
    timeseries,
)
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    TooltipDisplayMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    DashboardLinkType,
    DataSourceRef,
    Threshold,
    ThresholdsMode,
)

from dashboards.bounds import PanelBound
from loadtest.catalogue.expressions import BY_NAME, Expression
from loadtest.catalogue.promql import GRAFANA

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_GOOD, _BAD = "blue", "orange"  # told apart by those who see no red and green, too
_UNITS = {"seconds": "s", "ratio": "percentunit", "bytes": "bytes", "unix time": "dateTimeAsIso", "": "none"}


class PanelKind(StrEnum):
    """
    How a panel shows its expressions.
    """

    LINES = "lines"
    NUMBER = "number"
    BARS = "bars"
    STATES = "states"


@dataclass(frozen=True, slots=True)
class Panel:
    """
    One panel of a dashboard.

    Attributes:
        title: Title, which says what the panel shows.
        expressions: Names of the expressions; all have the same unit.
        kind: How the panel shows the expressions.
        width: Width of the panel, in columns of 24.
        see: Name of the dashboard with more details.
        none: Text where there is no series, for a metric that appears only on an event.
        bound: Bound of good values.
    """

    title: str
    expressions: tuple[str, ...]
    kind: PanelKind = PanelKind.LINES
    width: int = 12
    see: str | None = None
    none: str | None = None
    bound: PanelBound | None = None

    @property
    def chosen(self) -> tuple[Expression, ...]:
        """
        Its expressions.

        Raises:
            ValueError: The units of the expressions differ, so that one axis cannot show them.
        """
        chosen = tuple(BY_NAME[name] for name in self.expressions)
        if len({expression.unit for expression in chosen}) != 1:
            raise ValueError(f"panel {self.title!r}: units differ: {[e.unit for e in chosen]}")
        return chosen

    @property
    def description(self) -> str:
        """
        Describe good values, the servers that are too old, and the names under which the expressions are found.
        """
        good = dict.fromkeys(expression.good for expression in self.chosen)
        young = dict.fromkeys(
            f"Empty before {metric.since}: {expression.name}"
            for expression in self.chosen
            for metric in expression.metrics
            if metric.role == "server" and metric.since is not None
        )
        return "\n\n".join((*good, *young, f"Expressions: {', '.join(self.expressions)}"))


def grafana_unit(unit: str) -> str:
    """
    Return Grafana's id for one of the catalogue's units; a unit that names what is counted becomes a suffix.
    """
    return _UNITS.get(unit, f"suffix: {unit}")


def letter(position: int) -> str:
    """
    Return the name of a panel's query, counted from 0, as Grafana gives it: A to Z, then AA, AB and so on.
    """
    first, last = divmod(position, len(string.ascii_uppercase))
    return (letter(first - 1) if first else "") + string.ascii_uppercase[last]


def _query(panel: Panel, expression: Expression, name: str) -> prometheus.Dataquery:
    query = (
        prometheus.Dataquery()
        .expr(expression.promql(GRAFANA))
        .legend_format(expression.legend)
        .ref_id(name)
        .datasource(SOURCE)
    )
    return query.instant() if panel.kind is PanelKind.BARS else query.range()


def _thresholds(bound: PanelBound) -> dashboard.ThresholdsConfig:
    first, then = (_GOOD, _BAD) if bound.good_below else (_BAD, _GOOD)
    return (
        dashboard.ThresholdsConfig()
        .mode(ThresholdsMode.ABSOLUTE)
        .steps([Threshold(value=None, color=first), Threshold(value=bound.value, color=then)])
    )


def _plain_thresholds() -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps([Threshold(value=None, color=_GOOD)])
    )


def _last() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"])


Built = timeseries.Panel | stat.Panel | bargauge.Panel | statetimeline.Panel


def _lines(panel: Panel) -> Built:
    built = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(0)
        .legend(
            common.VizLegendOptions()
            .show_legend(True)
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    built = built.min(0).max(1) if panel.chosen[0].unit == "ratio" else built.axis_soft_min(0)
    if panel.bound is not None:
        style = common.GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.DASHED)
        built = built.thresholds(_thresholds(panel.bound)).thresholds_style(style)
    return built


def _number(panel: Panel) -> Built:
    return (
        stat.Panel()
        .reduce_options(_last())
        .graph_mode(BigValueGraphMode.AREA)
        .thresholds(_thresholds(panel.bound) if panel.bound is not None else _plain_thresholds())
    )


def _bars(_: Panel) -> Built:
    return (
        bargauge.Panel()
        .reduce_options(_last())
        .orientation(VizOrientation.HORIZONTAL)
        .min(0)
        .thresholds(_plain_thresholds())
    )


def _states(_: Panel) -> Built:
    return statetimeline.Panel().thresholds(_plain_thresholds())


_KINDS = {
    PanelKind.LINES: _lines,
    PanelKind.NUMBER: _number,
    PanelKind.BARS: _bars,
    PanelKind.STATES: _states,
}
_HEIGHTS = {PanelKind.LINES: 8, PanelKind.NUMBER: 4, PanelKind.BARS: 8, PanelKind.STATES: 8}


# Grafana passes on what is named, and takes its default of what is not.
_CHOSEN = "&".join(
    (
        "${__url_time_range}",
        *(f"${{{name}:queryparam}}" for name in ("datasource", "namespace", "task_queue")),
    )
)


def link_to(uid: str, title: str) -> dashboard.DashboardLink:
    """
    Return a link to another dashboard of the kit that keeps time, data source, namespace and task queue.
    """
    return dashboard.DashboardLink(title).type(DashboardLinkType.LINK).url(f"/d/{uid}?{_CHOSEN}")


def build(panel: Panel, number: int, uid_of: dict[str, str]) -> Built:
    """
    Build one panel.

    Args:
        panel: Panel to build.
        number: Id of the panel within the dashboard, from 1.
        uid_of: Uids of the dashboards by name, for links.
    """
    built = (
        _KINDS[panel.kind](panel)
        .id(number)
        .title(panel.title)
        .description(panel.description)
        .unit(grafana_unit(panel.chosen[0].unit))
        .datasource(SOURCE)
        .span(panel.width)
        .height(_HEIGHTS[panel.kind])
    )
    if panel.none is not None:
        built = built.no_value(panel.none)
    if panel.see is not None:
        built = built.links([link_to(uid_of[panel.see], f"More in {panel.see}")])
    for position, expression in enumerate(panel.chosen):
        built = built.with_target(_query(panel, expression, letter(position)))
    return built
