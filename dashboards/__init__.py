"""
Dashboards, recording rules and alerts, generated from the metric catalogue.

It imports ``loadtest.catalogue`` and nothing else of the project, and never asks a Prometheus.
"""
