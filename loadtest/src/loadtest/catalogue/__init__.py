"""
Every metric that probes, dashboards, rules and the report use, once.

Keys (``worker.workflow_completed``) are what a ``Difference`` is asked by.
"""

from __future__ import annotations

from loadtest.catalogue.injector import INJECTOR
from loadtest.catalogue.metric import Kind, Metric, Presence, Reading
from loadtest.catalogue.server import SERVER
from loadtest.catalogue.shop import SHOP
from loadtest.catalogue.sweep import SWEEP
from loadtest.catalogue.watched import WATCHED
from loadtest.catalogue.worker import WORKER

ALL: tuple[Metric, ...] = (*WORKER, *SHOP, *SERVER, *INJECTOR, *SWEEP, *WATCHED)
BY_KEY: dict[str, Metric] = {metric.key: metric for metric in ALL}

__all__ = [
    "ALL",
    "BY_KEY",
    "INJECTOR",
    "SERVER",
    "SHOP",
    "SWEEP",
    "WATCHED",
    "WORKER",
    "Kind",
    "Metric",
    "Presence",
    "Reading",
]
