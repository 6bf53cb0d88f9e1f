"""
When starts are due: pure and seeded, in seconds since the step's origin.

The whole schedule is decided before the first start.
"""

from loadtest.arrivals.interactive_gaps import unit_gaps
from loadtest.arrivals.schedule import expected_starts, schedule, split

__all__ = ["expected_starts", "schedule", "split", "unit_gaps"]
