"""
Versions of a Temporal server, as its pages, its answers and the catalogue write them.
"""

from __future__ import annotations

import re

ServerVersion = tuple[int, int]
"""
Major and minor number.
"""


def server_version(text: str) -> ServerVersion | None:
    """
    Read a version as ``1_31_2`` of a page, ``1.31.2`` of an answer, or ``Temporal server 1.31`` of the catalogue.

    Returns:
        ``None`` for a text without a version, as a build of one's own may have.
    """
    found = re.search(r"(\d+)[._](\d+)", text)
    return None if found is None else (int(found[1]), int(found[2]))
