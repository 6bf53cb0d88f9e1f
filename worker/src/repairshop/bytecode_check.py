"""
Whether workflows have bytecode on disk: the sandbox imports their module again for each workflow.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import sys
from collections.abc import Iterable
from pathlib import Path


def modules_without_bytecode(workflows: Iterable[type]) -> list[str]:
    """
    Return the modules of workflows that have no bytecode on disk and get none.

    Each workflow that starts then compiles its module: 2 ms for the repair shop's, a sixth of the cost of a light
    order.
    """
    found = set()
    for workflow in workflows:
        source = inspect.getsourcefile(workflow)
        if source is None:
            continue
        bytecode = Path(importlib.util.cache_from_source(source))
        if not bytecode.exists() and not _can_be_written(bytecode):
            found.add(workflow.__module__)
    return sorted(found)


def remedy() -> str:
    """
    Say what to do so that bytecode is written.
    """
    if sys.dont_write_bytecode:
        return "unset PYTHONDONTWRITEBYTECODE"
    return "set PYTHONPYCACHEPREFIX to a folder that can be written"


def _can_be_written(bytecode: Path) -> bool:
    if sys.dont_write_bytecode:
        return False
    there = next(folder for folder in bytecode.parents if folder.exists())
    return os.access(there, os.W_OK | os.X_OK)
