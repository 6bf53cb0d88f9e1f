"""
Runs the tests of judged sweeps; ``make pytest`` loads it with ``-p pytest_only_sweeps`` where it asks for these tests alone.

Imports no module without one, and keeps no worker idle while another one still has modules in store.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """
    Leaves a module out that does not name the mark.
    """
    if collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    return None if "mark.sweep" in collection_path.read_text(encoding="utf-8") else True


class _OneModuleInStore(LoadScopeScheduling):
    """
    Gives a worker its next module when the last test but one of its modules has ended, as it has to know it then.

    Without this a worker of modules of one or two tests has two of them in store, a minute each.
    """

    def _reschedule(self, node: WorkerController) -> None:
        if not self.workqueue or self._pending_of(self.assigned_work[node]) <= 1:
            super()._reschedule(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """
    Returns what hands the modules out.
    """
    return _OneModuleInStore(config, log)
