"""
The arguments of a trial whose answer is a page of the documentation.
"""

from __future__ import annotations

import argparse
from pathlib import Path

_PAGES = Path(__file__).parents[1] / "docs"


def page_parser(description: str | None, page: str) -> argparse.ArgumentParser:
    """
    Return a parser that has ``--output``, to which a trial adds what is its own.

    Args:
        description: The trial's docstring.
        page: Name of the page that is written unless another file is named.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--output", type=Path, default=_PAGES / page)
    return parser
