"""
All dashboards, in the order in which one reads them.
"""

from __future__ import annotations

from dashboards.layout import Dashboard
from dashboards.load import LOAD
from dashboards.overview import OVERVIEW
from dashboards.server import SERVER
from dashboards.sweep import SWEEP
from dashboards.task_queues import TASK_QUEUES
from dashboards.workers import WORKERS

ALL: tuple[Dashboard, ...] = (OVERVIEW, TASK_QUEUES, WORKERS, SERVER, LOAD, SWEEP)
UIDS: dict[str, str] = {dashboard.name: dashboard.uid for dashboard in ALL}
