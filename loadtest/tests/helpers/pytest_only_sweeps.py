"""
Imports no module without a sweep; ``make pytest`` loads it with ``-p pytest_only_sweeps`` where it asks for these tests alone.
"""

from __future__ import annotations

from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """
    Leaves a module out that does not name the mark.
    """
    if collection_path.suffix != ".py" or not collection_path.is_file():
        return None
    return None if "mark.sweep" in collection_path.read_text(encoding="utf-8") else True
