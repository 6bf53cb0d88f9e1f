"""
Figures that are drawn, and neither laid out nor written as pictures: that is most of a report's time.
"""

from __future__ import annotations

import pytest


def render_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Let the figures of a test be so.
    """
    # Imported by who draws, and first by the kit: matplotlib takes half a second, and reads settings of its user.
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    import loadtest.report  # noqa: F401

    monkeypatch.setattr(ConstrainedLayoutEngine, "execute", lambda *_: None)
    monkeypatch.setattr(Figure, "savefig", lambda *_, **__: None)
