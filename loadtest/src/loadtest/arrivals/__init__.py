"""
When starts are due: pure and seeded, in seconds since the step's origin.

It decides the whole schedule before the first start and knows no clock: what a start does and how late
it leaves are not its matter.
"""

from loadtest.arrivals.endless import unit_gaps
from loadtest.arrivals.schedule import schedule, share

__all__ = ["schedule", "share", "unit_gaps"]
