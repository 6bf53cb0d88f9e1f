"""
A ledger behind TLS: its certificate is checked by authority and name where the address says so.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from postgres_tls_front import tls_before
from tls_proxy import Authority

from repairshop.ledger import LedgerUnavailableError, open_ledger


def socket_of(postgres: str) -> Path:
    """
    The Unix socket at which the tests' PostgreSQL listens.
    """
    return Path(parse_qs(urlsplit(postgres).query)["host"][0]) / ".s.PGSQL.5432"


async def test_a_ledger_whose_certificate_is_right_is_opened(postgres: str, tmp_path: Path) -> None:
    """
    `verify-full` with the authority's file: the ledger is made and read over TLS.
    """
    authority = Authority(tmp_path)
    async with tls_before(socket_of(postgres), authority.issue("database")) as port:
        ledger = await open_ledger(
            f"postgresql://postgres@127.0.0.1:{port}/postgres"
            f"?sslmode=verify-full&sslrootcert={authority.certificate}"
        )
        try:
            effects = await ledger.effects()
        finally:
            await ledger.close()

    assert [effect for effect in effects if effect.order_id == "nobody's"] == []


@pytest.mark.parametrize(
    ("host", "trusted", "told"),
    [
        pytest.param("localhost", "ca.pem", 'does not match host name "localhost"', id="name"),
        pytest.param("127.0.0.1", "stranger.pem", "certificate verify failed", id="authority"),
        pytest.param("127.0.0.1", "none.pem", 'none.pem" does not exist', id="no-file"),
    ],
)
async def test_a_wrong_certificate_is_told_with_its_reason(
    postgres: str, tmp_path: Path, host: str, trusted: str, told: str
) -> None:
    """
    Another name, another authority and a file that is not mounted are told apart, in one line without the password.
    """
    authority, _ = Authority(tmp_path), Authority(tmp_path, "stranger")
    async with tls_before(socket_of(postgres), authority.issue("database")) as port:
        with pytest.raises(LedgerUnavailableError) as raised:
            await open_ledger(
                f"postgresql://postgres:Gehe1mnis@{host}:{port}/postgres"
                f"?sslmode=verify-full&sslrootcert={tmp_path}/{trusted}"
            )

    assert told in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "Gehe1mnis" not in str(raised.value)
