"""
What the raw facts mean: readings, validity, scaling, demand.  Pure functions of data.
"""

from loadtest.analysis.analyse import analyse
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.analysis.run_verdict import exit_code

__all__ = ["analyse", "exit_code", "read_step"]
