"""
Builds PromQL queries from the catalogue's metrics.

It decides selectors (namespace and task queue, wherever a metric has them) and windows, so that no query spells a
metric or a label by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from loadtest.catalogue.metric import Metric, MetricKind, MetricReading, Presence

# Label of Temporal's namespace in Prometheus. On a page the label is ``namespace``, which in a cluster is Kubernetes'
# label of the scrape; all of the kit's scrape configurations give Temporal's namespace this name and leave Kubernetes'
# label alone.
TEMPORAL_NAMESPACE = "temporal_namespace"


@dataclass(frozen=True, slots=True)
class QueryScope:
    """
    Limits of a query when it is written out.

    Attributes:
        namespace: Regular expression for Temporal's namespace, ``None`` for all namespaces.
        task_queue: Regular expression for the task queue, ``None`` for all task queues.
        window: Range of every ``rate``, as a PromQL duration.
        range: Range that a query over time looks back, as a PromQL duration.
    """

    namespace: str | None = None
    task_queue: str | None = None
    window: str = "1m"
    range: str = "1h"


# ``pipe`` joins several chosen values to a|b and, unlike Grafana's own format, escapes nothing: the values are regular
# expressions.
GRAFANA = QueryScope("${namespace:pipe}", "${task_queue:pipe}", "$__rate_interval", "$__range")
RULES = QueryScope(window="5m")
PLAIN = QueryScope()


@dataclass(frozen=True, slots=True)
class Query:
    """
    A query and the metrics that it uses.
    """

    metrics: tuple[Metric, ...]
    render: Callable[[QueryScope], str]


def select(metric: Metric, scope: QueryScope, suffix: str = "", **where: str) -> str:
    """
    Write the selector of a metric's series.

    Args:
        metric: The metric; its own ``where`` applies too.
        scope: Namespace and task queue to select, for each of these labels that the metric has.
        suffix: ``_bucket``, ``_sum`` or ``_count`` of a histogram.
        where: More labels with their values; an operator at a value's beginning (``!~x``) is kept.
    """
    matchers = [_matcher(label, value) for label, value in (*metric.where, *where.items())]
    if metric.source == "SDK core" and "service_name" in metric.labels:
        # The server runs workers of its own, whose families have the same names.
        matchers.append('service_name="temporal-core-sdk"')
    has_namespace = "namespace" in metric.labels and not metric.of_every_namespace
    if scope.namespace is not None and has_namespace and metric.role != "monitoring":
        matchers.append(f'{TEMPORAL_NAMESPACE}=~"{scope.namespace}"')
    if scope.task_queue is None and "taskqueue" in metric.labels:
        matchers.append('taskqueue!~"temporal_sys_.*|default_worker_tq"')  # the server's own queues
    if scope.task_queue is not None:
        matchers += [
            f'{label}=~"{scope.task_queue}"'
            for label in ("task_queue", "taskqueue")
            if label in metric.labels
        ]
    return f"{metric.name}{suffix}{{{', '.join(matchers)}}}" if matchers else f"{metric.name}{suffix}"


def _matcher(label: str, value: str) -> str:
    for operator in ("!~", "=~", "!="):
        if value.startswith(operator):
            return f'{label}{operator}"{value.removeprefix(operator)}"'
    return f'{label}="{value}"'


def _aggregate(operator: str, by: tuple[str, ...], inner: str) -> str:
    return f"{operator} by ({', '.join(by)}) ({inner})" if by else f"{operator}({inner})"


def _counted(metric: Metric) -> str:
    return "_count" if metric.kind is MetricKind.HISTOGRAM else ""


def rate(metric: Metric, *, by: tuple[str, ...] = (), **where: str) -> Query:
    """
    Ask for events per second, from a counter or from the samples of a histogram.
    """
    return Query(
        (metric,),
        lambda scope: _aggregate(
            "sum", by, f"rate({select(metric, scope, _counted(metric), **where)}[{scope.window}])"
        ),
    )


def last_rate(metric: Metric, **where: str) -> Query:
    """
    Ask for events per second between the last two scrapes of a window, however long the window is.
    """
    return Query(
        (metric,),
        lambda scope: _aggregate(
            "sum", (), f"irate({select(metric, scope, _counted(metric), **where)}[{scope.window}])"
        ),
    )


def lately(metric: Metric, *, by: tuple[str, ...], back: str) -> Query:
    """
    Ask for the last value within *back*, of a series that may have ended.
    """
    return Query(
        (metric,),
        lambda scope: _aggregate("max", by, f"last_over_time({select(metric, scope)}[{back}])"),
    )


def busy(metric: Metric, *, by: tuple[str, ...] = (), **where: str) -> Query:
    """
    Ask for the sum of a histogram's samples per second; for samples in seconds, how many events run at the same time.
    """
    return Query(
        (metric,),
        lambda scope: _aggregate(
            "sum", by, f"rate({select(metric, scope, '_sum', **where)}[{scope.window}])"
        ),
    )


def quantile(q: float, metric: Metric, *, by: tuple[str, ...] = (), **where: str) -> Query:
    """
    Ask for a quantile of a histogram, over all replicas.

    Raises:
        ValueError: Only the metric's count is read, so it has no buckets.
    """
    if metric.kind is not MetricKind.HISTOGRAM or metric.reading is not MetricReading.BUCKETS:
        raise ValueError(f"{metric.key} has no buckets")
    return Query(
        (metric,),
        lambda scope: (
            f"histogram_quantile({q:g}, "
            + _aggregate(
                "sum", (*by, "le"), f"rate({select(metric, scope, '_bucket', **where)}[{scope.window}])"
            )
            + ")"
        ),
    )


def gauge(operator: str, metric: Metric, *, by: tuple[str, ...] = (), **where: str) -> Query:
    """
    Ask for a value as it stands: ``sum``, ``max``, ``avg`` or ``count`` of it.
    """
    return Query((metric,), lambda scope: _aggregate(operator, by, select(metric, scope, **where)))


def combine(template: str, **parts: Query) -> Query:
    """
    Join queries by a template; ``<name>`` stands for the query of that name, ``<window>`` and ``<range>`` for the
    scope's ranges.
    """
    metrics = tuple(dict.fromkeys(metric for part in parts.values() for metric in part.metrics))

    def render(scope: QueryScope) -> str:
        text = template.replace("<window>", scope.window).replace("<range>", scope.range)
        for name, part in parts.items():
            text = text.replace(f"<{name}>", part.render(scope))
        return text

    return Query(metrics, render)


def changes(metric: Metric, *, by: tuple[str, ...] = (), back: str) -> Query:
    """
    Ask how often a value changed over the last *back*.
    """
    return Query((metric,), lambda scope: _aggregate("sum", by, f"changes({select(metric, scope)}[{back}])"))


def zero_if_unseen(query: Query, other: Query) -> Query:
    """
    Take 0 for a query whose metrics appear only on an event that has not come yet, where *other* has a value.
    """
    if all(metric.presence is Presence.ALWAYS for metric in query.metrics):
        return query
    return combine("(<query> or 0 * <other>)", query=query, other=other)


def ratio(part: Query, whole: Query) -> Query:
    """
    Ask for a share, 0..1; a part that was never seen is 0, and without a whole there is no share.
    """
    return combine("<part> / <whole>", part=zero_if_unseen(part, whole), whole=whole)


def total(one: Query, other: Query) -> Query:
    """
    Ask for a sum; either part may never have been seen.
    """
    return combine("(<one> + <other>)", one=zero_if_unseen(one, other), other=zero_if_unseen(other, one))


def share(part: Query, rest: Query) -> Query:
    """
    Ask for ``part / (part + rest)``; either may never have been seen.
    """
    return combine("<part> / <whole>", part=zero_if_unseen(part, rest), whole=total(part, rest))
