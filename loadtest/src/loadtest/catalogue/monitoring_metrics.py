"""
What Prometheus itself and the cluster's own exporters tell of the things that alerts watch.

In a cluster these series carry Kubernetes' label ``namespace``, which is not Temporal's namespace.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Metric, Writer, gauge

_PROMETHEUS = Writer("Prometheus", since="Prometheus 2.42")
_KUBE_STATE_METRICS = Writer("kube-state-metrics", since="kube-state-metrics 2.0")
_CERT_MANAGER = Writer("cert-manager", since="cert-manager 1.0")
_PER_AUTOSCALER = ("namespace", "horizontalpodautoscaler")

MONITORING_METRICS: tuple[Metric, ...] = (
    gauge(
        key="monitoring.up",
        name="up",
        unit="",
        labels=("instance", "job"),
        meaning="1 while the target's page answers.",
        writer=_PROMETHEUS,
        read_by_sweep=False,
    ),
    gauge(
        key="monitoring.autoscaler_replicas",
        name="kube_horizontalpodautoscaler_status_current_replicas",
        unit="replicas",
        labels=_PER_AUTOSCALER,
        meaning="Replicas that an autoscaler sees.",
        writer=_KUBE_STATE_METRICS,
        event="an autoscaler is made",
        read_by_sweep=False,
    ),
    gauge(
        key="monitoring.autoscaler_maximum",
        name="kube_horizontalpodautoscaler_spec_max_replicas",
        unit="replicas",
        labels=_PER_AUTOSCALER,
        meaning="Most replicas that an autoscaler may ask for.",
        writer=_KUBE_STATE_METRICS,
        event="an autoscaler is made",
        read_by_sweep=False,
    ),
    gauge(
        key="monitoring.autoscaler_minimum",
        name="kube_horizontalpodautoscaler_spec_min_replicas",
        unit="replicas",
        labels=_PER_AUTOSCALER,
        meaning="Fewest replicas that an autoscaler may ask for.",
        writer=_KUBE_STATE_METRICS,
        event="an autoscaler is made",
        read_by_sweep=False,
    ),
    gauge(
        key="monitoring.certificate_end",
        name="certmanager_certificate_expiration_timestamp_seconds",
        unit="unix time",
        labels=("namespace", "name"),
        meaning="When a certificate ends.",
        writer=_CERT_MANAGER,
        event="a certificate is issued",
        read_by_sweep=False,
    ),
    gauge(
        key="monitoring.certificate_renewal",
        name="certmanager_certificate_renewal_timestamp_seconds",
        unit="unix time",
        labels=("namespace", "name"),
        meaning="When a certificate is to be renewed.",
        writer=_CERT_MANAGER,
        since="cert-manager 1.9",
        event="a certificate is issued",
        read_by_sweep=False,
    ),
)
