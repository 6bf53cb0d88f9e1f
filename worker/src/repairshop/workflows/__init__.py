"""
The shop's workflows: deterministic code only.

``WORKFLOWS`` is made on first use, as the sandbox imports this package again for each workflow and must not pay for
workflows that it does not run.
"""

from __future__ import annotations

from typing import Any

WORKFLOWS: list[type]


def __getattr__(name: str) -> Any:
    if name != "WORKFLOWS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from repairshop.workflows.inspection_workflow import InspectionWorkflow
    from repairshop.workflows.noop_workflow import NoopWorkflow
    from repairshop.workflows.repair_workflow import RepairWorkflow
    from repairshop.workflows.warranty_workflow import WarrantyWorkflow

    return [RepairWorkflow, InspectionWorkflow, WarrantyWorkflow, NoopWorkflow]
