"""
A user's own files as a ConfigMap brings them.
"""

from __future__ import annotations

import re

from loadtest.target.kubernetes.own_code import pack


def test_a_file_may_be_called_as_its_user_likes() -> None:
    """A ConfigMap's keys hold no blank and few letters; the API would refuse them after the Job was made."""
    files = {"my scenärio.py": "x", "my scen-rio.py": "y", "lib/a.py": "z", "plan.toml": "w"}

    data, items = pack(files)

    assert {one["path"]: data[one["key"]] for one in items} == files
    assert all(re.fullmatch(r"[-._a-zA-Z0-9]+", key) for key in data)
