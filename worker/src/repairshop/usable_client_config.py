"""
What temporalio reads of a connection, made fit for use: headers that can be sent, errors that can be shown.
"""

from __future__ import annotations

import re

from temporalio.envconfig import ClientConnectConfig


def with_usable_headers(config: ClientConnectConfig) -> ClientConnectConfig:
    """
    Return a configuration whose API key and metadata can be headers.

    A line end after a key or a value in its file is removed: with it the SDK would send no key, and would not connect
    at all with such metadata.

    Raises:
        ValueError: Such a value cannot be a header; the text does not hold it.
    """
    key = config.get("api_key")
    if key is not None:
        if not (bare := key.strip()) or not bare.isascii() or not bare.isprintable():
            raise ValueError("the API key must be one line of printable ASCII")
        config["api_key"] = bare
    if metadata := config.get("rpc_metadata"):
        config["rpc_metadata"] = {name: _header(name, value) for name, value in metadata.items()}
    return config


def _header(name: str, value: str) -> str:
    bare = value.strip()
    if not bare.isprintable():
        raise ValueError(f"the metadata {name} must be one line")
    return bare


def told_in_one_line(error: Exception) -> str:
    """
    Return the text of an error; for a file that is not TOML only the place, as the line there may hold a key.
    """
    text = " ".join(str(error).split())
    place = re.search(r"TOML parse error at (line \d+, column \d+)", text)
    return f"it is not such a TOML file at {place[1]}" if place else text
