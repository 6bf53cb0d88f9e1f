"""
The file of profiles for processes that are to read nobody's: it has the default profile, and nothing in it.

An empty file would do for some SDKs; those of TypeScript and Java end with an error on it.
"""

from __future__ import annotations

from pathlib import Path

EMPTY_PROFILE = str(Path(__file__).with_name("empty_profile.toml"))
