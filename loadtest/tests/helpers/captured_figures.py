"""
The figures that a module of plots draws, kept in place of being turned into pictures.
"""

from __future__ import annotations

from types import ModuleType

import pytest
from matplotlib.figure import Figure

from loadtest.report.drawing import Plot


def capture_figures(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> list[Figure]:
    """
    Let a module save nothing, and return the list that every figure it would save is added to.
    """
    kept: list[Figure] = []

    def keep(figure: Figure) -> Plot:
        kept.append(figure)
        return Plot(b"", b"")

    monkeypatch.setattr(module, "saved", keep)
    return kept
