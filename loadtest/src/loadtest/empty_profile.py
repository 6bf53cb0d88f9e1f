"""
The profile file of processes that must not read the user's profiles: it has the default profile, with nothing in it.

An empty file would be enough for some SDKs; those of TypeScript and Java end with an error on it.
"""

from __future__ import annotations

from pathlib import Path

EMPTY_PROFILE = str(Path(__file__).with_name("empty_profile.toml"))
