"""
When starts are due: pure and seeded, in seconds since the step's origin.

The whole schedule is decided before the first start.
"""

from loadtest.arrivals.schedule import expected_starts, schedule, split, unit_gaps

__all__ = ["expected_starts", "schedule", "split", "unit_gaps"]
