"""
``loadtest scenarios``: what one start can do.
"""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def scenarios() -> None:
    """
    List the scenarios; a file of your own works the same by its path.
    """
    from loadtest.scenario import listing

    table = Table.grid(padding=(0, 3))
    for name, description in listing():
        table.add_row(name, description)
    Console().print(table, highlight=False)
