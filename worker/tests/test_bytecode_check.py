"""
A worker that compiles a module for each workflow says so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from processes import StartWorker

from repairshop.bytecode_check import modules_without_bytecode, remedy
from repairshop.workflows.noop_workflow import NoopWorkflow
from repairshop.workflows.repair_workflow import RepairWorkflow

pytestmark = pytest.mark.process

BOTH = ["repairshop.workflows.noop_workflow", "repairshop.workflows.repair_workflow"]


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    No module has bytecode on disk.
    """
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))


@pytest.mark.usefixtures("nowhere")
def test_modules_without_bytecode_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Only where none will be written: else the first import leaves it.
    """
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    forbidden = modules_without_bytecode([RepairWorkflow, NoopWorkflow])
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    allowed = modules_without_bytecode([RepairWorkflow, NoopWorkflow])

    assert forbidden == BOTH
    assert allowed == []


@pytest.mark.usefixtures("nowhere")
def test_a_checkout_that_nothing_can_be_written_to_has_no_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Another user's, or one on a file system that is mounted for reading; what to set is told.
    """
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    assert modules_without_bytecode([RepairWorkflow, NoopWorkflow]) == BOTH
    assert "PYTHONPYCACHEPREFIX" in remedy()


@pytest.mark.server
def test_a_worker_that_may_not_write_bytecode_says_what_it_costs(
    start_worker: StartWorker, tmp_path: Path
) -> None:
    """
    And one that may is silent.
    """
    # The slow one finds no bytecode of any module; the quick one finds that of all, and compiles none.
    slow, quick = (
        start_worker(environ={"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(tmp_path)}),
        start_worker(environ={"PYTHONDONTWRITEBYTECODE": ""}),
    )

    slow.wait_ready()
    quick.wait_ready()

    assert "unset PYTHONDONTWRITEBYTECODE" in slow.errors
    assert "repairshop.workflows.repair_workflow" in slow.errors
    assert "bytecode" not in quick.errors.lower()
