"""
How the pages of a server that the run does not start are read: by which authorities, and with which token.

Both come from variables and files, never from the command line, which the manifest of a run and a process list show.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from loadtest.errors import InputError
from loadtest.plural import counted

TOKEN = "LOADTEST_SERVER_METRICS_TOKEN"
TOKEN_FILE = "LOADTEST_SERVER_METRICS_TOKEN_FILE"
CA_FILE = "LOADTEST_SERVER_METRICS_CA_FILE"


@dataclass(frozen=True)
class PageAccess:
    """
    What an HTTPS page is read with; a page over plain HTTP is read without it.

    Attributes:
        token: Bearer token; ``None`` where none was given, or a file has it.
        token_file: File with the bearer token, read anew for each page, as it may be renewed while a run goes on.
        ca_file: File of the authorities that are trusted, in PEM; ``None`` trusts the system's.
    """

    token: str | None = field(default=None, repr=False)
    token_file: Path | None = None
    ca_file: Path | None = None

    @property
    def setting(self) -> str | None:
        """
        Name of the variable that gives the token; ``None`` where none does.
        """
        if self.token_file is not None:
            return TOKEN_FILE
        return None if self.token is None else TOKEN

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """
        Settings of TLS that verify a page's certificate.

        Raises:
            InputError: The file of authorities cannot be read, or holds none.
        """
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:
            raise InputError(
                f"{CA_FILE}={self.ca_file}: cannot be used ({error.strerror or error}); name a file of certificates in PEM"
            ) from None

    def bearer(self) -> str | None:
        """
        Return the token as it is now.

        Raises:
            InputError: The token's file cannot be read, or a token is no single word of printable ASCII.
        """
        if self.token_file is None:
            return None if self.token is None else _one_word(self.token, TOKEN)
        try:
            text = self.token_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise InputError(f"{TOKEN_FILE}={self.token_file}: cannot be read ({reason})") from None
        return _one_word(text, f"{TOKEN_FILE}={self.token_file}")


def page_accesses(environ: Mapping[str, str], servers: int) -> list[PageAccess]:
    """
    Return how the pages of each server of a run are read, in the order of the servers.

    One token, or file of a token, is for all servers; several, with commas between, are for one server each.

    Args:
        environ: The user's environment.
        servers: Number of servers.

    Raises:
        InputError: A setting cannot be used.
    """
    token, file = environ.get(TOKEN), environ.get(TOKEN_FILE)
    if token and file:
        raise InputError(f"{TOKEN} and {TOKEN_FILE}: both are set; unset one of them")
    authorities = environ.get(CA_FILE)
    name, several = (TOKEN_FILE, file) if file else (TOKEN, token)
    each = (several or "").split(",")
    if len(each) == 1:
        each *= servers
    if len(each) != servers:
        raise InputError(
            f"{name}: it has {len(each)} entries for {counted(servers, 'server')}; "
            "give one for all of them, or one for each with commas between"
        )
    accesses = [
        PageAccess(
            token=one if token and one else None,
            token_file=Path(one).expanduser() if file and one else None,
            ca_file=Path(authorities).expanduser() if authorities else None,
        )
        for one in map(str.strip, each)
    ]
    for access in accesses:
        access.bearer()
        if access.ca_file is not None:
            _ = access.tls
    return accesses


def _one_word(text: str, setting: str) -> str:
    bare = text.strip()
    if not bare or not bare.isascii() or not bare.isprintable() or " " in bare:
        raise InputError(f"{setting}: must hold a token, one word of printable ASCII")
    return bare
