"""
All dashboards, in the order in which one reads them.
"""

from __future__ import annotations

from dashboards.dashboard import Dashboard
from dashboards.load_dashboard import LOAD_DASHBOARD
from dashboards.overview_dashboard import OVERVIEW_DASHBOARD
from dashboards.server_dashboard import SERVER_DASHBOARD
from dashboards.sweep_dashboard import SWEEP_DASHBOARD
from dashboards.task_queue_dashboard import TASK_QUEUE_DASHBOARD
from dashboards.worker_dashboard import WORKER_DASHBOARD

ALL: tuple[Dashboard, ...] = (
    OVERVIEW_DASHBOARD,
    TASK_QUEUE_DASHBOARD,
    WORKER_DASHBOARD,
    SERVER_DASHBOARD,
    LOAD_DASHBOARD,
    SWEEP_DASHBOARD,
)
UIDS: dict[str, str] = {dashboard.name: dashboard.uid for dashboard in ALL}
