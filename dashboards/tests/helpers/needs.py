"""
Programs that some checks stand on, and what happens without them.
"""

from __future__ import annotations

import os
import shutil

import pytest


def needs(program: str) -> str:
    """
    Return a program's path; without it the test is skipped, or fails where all must run (CI).
    """
    found = shutil.which(program)
    if found is not None:
        return found
    word = f"{program} is missing: apt-get install prometheus"
    if os.environ.get("CI"):
        pytest.fail(word)
    pytest.skip(word)
