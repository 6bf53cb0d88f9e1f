"""
Pages of a server of others: behind TLS with a CA of their own, for a token.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from metrics_page_server import served_page
from tls_proxy import SERVER_NAME, Authority

from loadtest.errors import InputError, MeasurementError
from loadtest.probe.http_page import fetch
from loadtest.probe.page_access import CA_FILE, TOKEN, TOKEN_FILE, page_accesses

PAGE = b"service_requests 1\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """
    It signed the page's certificate.
    """
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def secured(authority: Authority) -> Iterator[tuple[str, set[str]]]:
    """
    URL of a page that wants the token ``right-token``, and the ``Authorization`` of every request.
    """
    with served_page(lambda: PAGE, "right-token", authority) as page:
        yield page


def test_a_token_of_a_variable_opens_the_page(authority: Authority, secured: tuple[str, set[str]]) -> None:
    """With the CA of the page; a line end after the token is not sent."""
    url, heard = secured
    (access,) = page_accesses({TOKEN: "right-token\n", CA_FILE: str(authority.certificate)}, 1)

    assert fetch("server", url, access) == PAGE
    assert "Bearer right-token" in heard
    assert "right-token" not in repr(access)


def test_a_token_of_a_file_is_read_anew(
    authority: Authority, secured: tuple[str, set[str]], tmp_path: Path
) -> None:
    """It may be renewed while the run goes on; a file that is gone is one line of that look."""
    url, _ = secured
    file = tmp_path / "token"
    file.write_text("old-token\n", encoding="utf-8")
    (access,) = page_accesses({TOKEN_FILE: str(file), CA_FILE: str(authority.certificate)}, 1)

    with pytest.raises(MeasurementError, match=f"answers 401: it does not accept the token; {TOKEN_FILE} "):
        fetch("server", url, access)
    file.write_text("right-token\n", encoding="utf-8")
    assert fetch("server", url, access) == PAGE
    file.unlink()
    with pytest.raises(MeasurementError, match=f"^server: {TOKEN_FILE}=.*/token: cannot be read"):
        fetch("server", url, access)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(
            {TOKEN: "wrong-token"}, f"answers 401: it does not accept the token; {TOKEN} gives it", id="wrong"
        ),
        pytest.param({}, f"answers 401: it wants a token; set {TOKEN} or {TOKEN_FILE}", id="none"),
    ],
)
def test_a_token_that_is_not_accepted_is_one_line_that_names_the_setting(
    authority: Authority, secured: tuple[str, set[str]], given: dict[str, str], told: str
) -> None:
    """The token itself is never shown."""
    url, _ = secured
    (access,) = page_accesses({**given, CA_FILE: str(authority.certificate)}, 1)

    with pytest.raises(MeasurementError, match=told) as refused:
        fetch("server", url, access)
    assert "wrong-token" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    secured: tuple[str, set[str]], tmp_path: Path
) -> None:
    """By the system's authorities, and by others than its own; no token is sent."""
    url, heard = secured
    stranger = Authority(tmp_path, "stranger")
    for given, why in (
        ({}, "the system's authorities do"),
        ({CA_FILE: str(stranger.certificate)}, f"{CA_FILE}="),
    ):
        (access,) = page_accesses({TOKEN: "for-nobody", **given}, 1)
        with pytest.raises(
            MeasurementError, match=f"certificate is not trusted .* as {why}.*{CA_FILE} names"
        ):
            fetch("server", url, access)
    assert "Bearer for-nobody" not in heard


def test_a_pod_answers_by_the_name_of_its_host(authority: Authority, secured: tuple[str, set[str]]) -> None:
    """A page of one address of a host has the host's certificate; that of another host is refused."""
    url, _ = secured
    (access,) = page_accesses({TOKEN: "right-token", CA_FILE: str(authority.certificate)}, 1)

    assert fetch("server", f"{url}#{SERVER_NAME}", access) == PAGE
    with pytest.raises(MeasurementError, match="its certificate is for another name"):
        fetch("server", f"{url}#other.test", access)


def test_a_token_is_never_sent_in_the_clear() -> None:
    """A page over plain HTTP does not get it; where it wants one, the line says which address does."""
    (access,) = page_accesses({TOKEN: "right-token"}, 1)
    with served_page(lambda: PAGE) as (url, heard):
        assert fetch("server", url, access) == PAGE
    with (
        served_page(lambda: PAGE, "right-token") as (url, asked),
        pytest.raises(MeasurementError, match="answers 401: .* a token is sent over HTTPS alone"),
    ):
        fetch("server", url, access)

    assert heard == asked == {""}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param({TOKEN: "a", TOKEN_FILE: "/b"}, "both are set", id="both"),
        pytest.param({TOKEN: "two words"}, f"{TOKEN}: must hold a token", id="words"),
        pytest.param({TOKEN_FILE: "/no/such"}, f"{TOKEN_FILE}=/no/such: cannot be read", id="no-file"),
        pytest.param(
            {TOKEN_FILE: "/dev/null"}, f"{TOKEN_FILE}=/dev/null: must hold a token", id="empty-file"
        ),
        pytest.param({CA_FILE: "/no/such"}, f"{CA_FILE}=/no/such: cannot be used", id="no-authorities"),
        pytest.param({CA_FILE: "/dev/null"}, f"{CA_FILE}=/dev/null: cannot be used", id="empty-authorities"),
        pytest.param({TOKEN: "a,b,c"}, f"{TOKEN}: it has 3 entries for 2 servers", id="too-many"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line(given: dict[str, str], told: str) -> None:
    """It is told at the start, by its name."""
    with pytest.raises(InputError, match=told) as refused:
        page_accesses(given, 2)
    assert "\n" not in str(refused.value)


def test_each_of_two_servers_has_a_token_of_its_own() -> None:
    """In the order of their pages; one that asks for none has none, and a single token is for both."""
    assert [access.bearer() for access in page_accesses({TOKEN: "a, b"}, 2)] == ["a", "b"]
    assert [access.bearer() for access in page_accesses({TOKEN: ",b"}, 2)] == [None, "b"]
    assert [access.bearer() for access in page_accesses({TOKEN: "a"}, 2)] == ["a", "a"]
    assert [access.bearer() for access in page_accesses({}, 2)] == [None, None]
