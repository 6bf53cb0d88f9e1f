"""
What is said of a ledger that cannot be opened, and what never is: its password.
"""

from __future__ import annotations

import string
from urllib.parse import quote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from repairshop.ledger import Delivery, LedgerAddressError, LedgerUnavailableError, open_ledger

# What a line may say of any address.
FIXED_WORDS = (
    "cannot be read; write where a sign in user or password other than letters, digits and - . _ ~ is percent-encoded "
    "(% is %25, @ is %40, / is %2F), or leave the password out and give it as PGPASSWORD no such ledger "
    "cannot connect: connection to server at port 1 failed Connection refused"
)


@pytest.mark.parametrize(
    ("url", "kind", "told"),
    [
        ("mysql://x", LedgerAddressError, "mysql:...: no such ledger; write none, sqlite:///path"),
        ("nonsense", LedgerAddressError, "no such ledger"),
        (
            "sqlite:///nowhere/at/all.db",
            LedgerUnavailableError,
            "sqlite:///nowhere/at/all.db: cannot be opened",
        ),
        ("sqlite:///etc/hostname", LedgerUnavailableError, "cannot be opened: "),
        ("sqlite:///etc", LedgerUnavailableError, "cannot be opened: "),
        ("postgresql://nobody@127.0.0.1:1/x", LedgerUnavailableError, "cannot connect: "),
        ("postgresql://nobody@[::1]:1/x", LedgerUnavailableError, "cannot connect: "),
        ("postgresql://nobody@host:port/x", LedgerAddressError, "cannot be read"),
    ],
    ids=["kind", "no kind", "folder", "no database", "is a folder", "server", "server by IPv6", "port"],
)
async def test_a_ledger_that_cannot_be_opened_is_told_in_one_line(
    url: str, kind: type[Exception], told: str
) -> None:
    """
    The text names what was given and what to write instead.
    """
    with pytest.raises(kind) as raised:
        await open_ledger(url)

    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


# Of letters and digits a few, which no word of a line is made of.
PASSWORD_SIGNS = st.characters(
    min_codepoint=33,
    max_codepoint=382,
    exclude_characters=set(string.ascii_letters + string.digits) - set("QXZ9"),
)


@given(password=st.text(PASSWORD_SIGNS, min_size=8, max_size=24))
@example(password="9999999?")
@settings(deadline=None, max_examples=60)
async def test_no_password_is_told_whatever_its_signs(password: str) -> None:
    """
    Given as it is or percent-encoded, to a server that is not there or to a ledger of no known kind.
    """
    for address in (
        f"postgresql://shop:{password}@127.0.0.1:1/books",
        f"postgresql://shop:{quote(password, safe='')}@127.0.0.1:1/books",
        f"postgresql://127.0.0.1:1/books?user=shop&password={quote(password, safe='')}",
        f"mysql://shop:{password}@127.0.0.1/books",
    ):
        with pytest.raises((LedgerAddressError, LedgerUnavailableError)) as raised:
            await open_ledger(address)

        told = str(raised.value)
        assert "\n" not in told
        # Any four signs in a row that are in no line anyway.
        known = "postgresql://user:password@host:5432/name 127.0.0.1 books " + FIXED_WORDS
        parts = {password[n : n + 4] for n in range(len(password) - 3)}
        assert [part for part in parts if part in told and part not in known] == []


async def test_a_password_with_any_sign_opens_the_ledger(postgres: str) -> None:
    """
    Percent-encoded, every sign that a keyboard has is part of a password.
    """
    import psycopg

    password = "p%w0rd @:/?#[]&=+'\"\\ü"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP OWNED BY signs") if connection.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = 'signs'"
        ).fetchone() else connection.execute("CREATE ROLE signs LOGIN")
        connection.execute(
            psycopg.sql.SQL("ALTER ROLE signs PASSWORD {}").format(psycopg.sql.Literal(password))
        )
        connection.execute("GRANT ALL ON SCHEMA public TO signs")
        connection.execute("DROP TABLE IF EXISTS effects, deliveries")
    url = postgres.replace("postgres:@", f"signs:{quote(password, safe='')}@")
    assert "signs" in url

    ledger = await open_ledger(url)
    answer = await ledger.record(Delivery("o1", "register", 0, 1, "w1"), "open")
    await ledger.close()

    assert answer == "open"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE effects, deliveries")


async def test_a_database_that_lets_us_make_no_tables_is_told_in_one_line(postgres: str) -> None:
    """
    PostgreSQL 15 and later let a new user create nothing in the schema `public`.
    """
    import psycopg

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS effects, deliveries")
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")

    with pytest.raises(LedgerUnavailableError, match="tables cannot be made: permission denied") as raised:
        await open_ledger(postgres.replace("postgres:@", "guest:@"))

    assert "\n" not in str(raised.value)
