"""
Which panels stand on which dashboard, and the question that each dashboard answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.panels import Kind, Panel


@dataclass(frozen=True, slots=True)
class Row:
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
        name: Of its file; its uid is made from it and never changes.
        title: What Grafana lists.
        question: What it answers.
        rows: From top to bottom.
    """

    name: str
    title: str
    question: str
    rows: tuple[Row, ...]

    @property
    def uid(self) -> str:
        """
        Grafana's id of it, by which links and bookmarks find it.
        """
        return f"temporal-kit-{self.name}"

    @property
    def panels(self) -> tuple[Panel, ...]:
        """
        All its panels.
        """
        return tuple(panel for row in self.rows for panel in row.panels)


def number(title: str, *expressions: str, see: str | None = None, width: int = 4) -> Panel:
    """
    One big number with its recent course.
    """
    return Panel(title, expressions, Kind.NUMBER, width, see)


def lines(
    title: str, *expressions: str, none: str | None = None, see: str | None = None, width: int = 12
) -> Panel:
    """
    Curves over time.
    """
    return Panel(title, expressions, Kind.LINES, width, see, none)
