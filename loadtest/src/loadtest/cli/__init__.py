"""
The command line: one file a verb; the only place that wires the parts together and exits.
"""

from __future__ import annotations

from loadtest.cli.app import main

__all__ = ["main"]
