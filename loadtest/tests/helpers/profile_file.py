"""
A Temporal configuration file of two profiles, `own` and `cloud`, and where they lead.
"""

from __future__ import annotations

from two_servers import A, B

from loadtest.results.manifest import ProfileServer

KEY, SHELL_KEY = "key-of-the-cloud", "key-of-the-shell"
PROFILES = ["--a-profile", "own", "--b-profile", "cloud"]
LED = {"own": ProfileServer(A, "default"), "cloud": ProfileServer(B, "shop")}


def profile_text(address: str = B, more: str = "") -> str:
    """
    The file's text, where *cloud* has an address and further lines of its own.
    """
    return (
        f'[profile.own]\naddress = "{A}"\n'
        f'[profile.cloud]\naddress = "{address}"\nnamespace = "shop"\napi_key = "{KEY}"\n{more}'
    )
