"""
The shop's counter: what people ask of it from a terminal.
"""

from __future__ import annotations

from repairshop.cli.shop_cli import main

__all__ = ["main"]
