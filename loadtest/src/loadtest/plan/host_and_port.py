"""
HOST:PORT of a server, as a plan names it.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

_HIGHEST_PORT = 65_535


def address_problem(value: object) -> str | None:
    """
    Say what is wrong with a server's address; ``None`` for a good address.
    """
    told = "must be HOST:PORT of a server, in quotes, such as '127.0.0.1:7233'"
    if not isinstance(value, str) or not value.isprintable():
        return told
    host, _, port = value.rpartition(":")
    is_bare = ":" in host and not (host.startswith("[") and host.endswith("]"))
    if not host or any(letter.isspace() for letter in host) or is_bare:
        return told
    is_port = port.isascii() and port.isdigit() and len(port) <= len(str(_HIGHEST_PORT))
    return None if is_port and 1 <= int(port) <= _HIGHEST_PORT else told


def _checked(value: str) -> str:
    if (problem := address_problem(value)) is not None:
        raise ValueError(problem)
    return value


Address = Annotated[str, Field(max_length=1000), AfterValidator(_checked)]
"""
A text that is HOST:PORT; an IPv6 host stands in brackets.
"""
