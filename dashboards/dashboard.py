"""
Which panels are on which dashboard, and the question that each dashboard answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.bounds import PanelBound
from dashboards.panels import Panel, PanelKind


@dataclass(frozen=True, slots=True)
class PanelRow:
    """
    Panels under one heading.
    """

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """
    One dashboard.

    Attributes:
        name: Name of the dashboard's file; its uid is made from it and never changes.
        title: Title in Grafana's list.
        question: Question that the dashboard answers.
        rows: Rows of panels, from top to bottom.
    """

    name: str
    title: str
    question: str
    rows: tuple[PanelRow, ...]

    @property
    def uid(self) -> str:
        """
        Grafana's id of the dashboard, which links and bookmarks use.
        """
        return f"temporal-kit-{self.name}"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """
        All its panels.
        """
        return tuple(panel for row in self.rows for panel in row.panels)


def number(
    title: str,
    *expressions: str,
    none: str | None = None,
    see: str | None = None,
    width: int = 4,
    bound: PanelBound | None = None,
) -> Panel:
    """
    Return a panel with one big number and its recent course.
    """
    return Panel(title, expressions, PanelKind.NUMBER, width, see, none, bound)


def lines(
    title: str,
    *expressions: str,
    none: str | None = None,
    see: str | None = None,
    width: int = 12,
    bound: PanelBound | None = None,
) -> Panel:
    """
    Return a panel with curves over time.
    """
    return Panel(title, expressions, PanelKind.LINES, width, see, none, bound)
