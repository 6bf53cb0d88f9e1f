"""
A run for people: text for a terminal, pictures, one page; made from the results folder alone.
"""

# First, as modules of the report import matplotlib themselves.
from loadtest.report.drawing_library import mpl as mpl
from loadtest.report.sweep_page import write_report

__all__ = ["write_report"]
