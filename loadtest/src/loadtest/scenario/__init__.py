"""
What one start does: one file a scenario, the file's name is the scenario's; a user's own file works by its path.
"""

from loadtest.scenario.arrival import Arrival
from loadtest.scenario.loading import Scenario, listing, load

__all__ = ["Arrival", "Scenario", "listing", "load"]
