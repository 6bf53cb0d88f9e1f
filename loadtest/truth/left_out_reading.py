"""
One reading of a cell that was left out, beside what the other cells predict for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from loadtest.results.sweep_result import Interval

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class LeftOutReading:
    """
    One quantity of a cell that was left out.

    Attributes:
        run, cell: Name of the run and of the cell.
        quantity: Name of the quantity.
        seen: Value that the cell showed.
        told: Interval that the other cells predict.
        beyond: Whether the cell lies beyond the others' range.
    """

    run: str
    cell: str
    quantity: str
    seen: float
    told: Interval
    beyond: bool

    @property
    def is_inside(self) -> bool:
        """
        Whether the cell lies in the interval.
        """
        off = _ROUNDING * self.seen
        return (self.told.low or 0.0) - off <= self.seen <= (self.told.high or 0.0) + off
