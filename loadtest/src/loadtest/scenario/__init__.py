"""
What one start does: one file per scenario in `builtin`, whose name is that of the file; a user's own file is given by its path.
"""

from loadtest.scenario.arrival import Arrival
from loadtest.scenario.loading import Scenario, demand_scenario, listing, load

__all__ = ["Arrival", "Scenario", "demand_scenario", "listing", "load"]
