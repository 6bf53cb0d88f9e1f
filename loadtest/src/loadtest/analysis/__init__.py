"""
What the raw facts mean: readings, validity, scaling, demand.  Pure functions of data.
"""

from loadtest.analysis.analyse import analyse
from loadtest.analysis.step_reading import read_step
from loadtest.analysis.verdict import exit_code

__all__ = ["analyse", "exit_code", "read_step"]
