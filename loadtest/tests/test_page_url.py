"""
What ``--server-metrics`` takes.
"""

from __future__ import annotations

import pytest

from loadtest.errors import InputError
from loadtest.page_url import demand_page_urls, pages_by_name


def test_several_pages_of_one_server_are_several_pages() -> None:
    """One is the server's; of several processes each has a number."""
    assert pages_by_name(None) == {}
    assert pages_by_name("http://a:1/m") == {"server": "http://a:1/m"}
    assert pages_by_name("http://a:1/m, https://b/m") == {
        "server-1": "http://a:1/m",
        "server-2": "https://b/m",
    }


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1:9233/metrics", "https://gate.example.org/m?x=1", "https://[::1]:9/m,http://b:1/m"],
)
def test_pages_over_http_and_https_are_taken(text: str) -> None:
    """HTTPS has a port of its own."""
    demand_page_urls(text)


@pytest.mark.parametrize(
    "text",
    ["127.0.0.1:9233", "https://", "", "ftp://a:1/", "http://a:x/", "http://[::1/"],
)
def test_what_is_no_url_of_a_page_is_refused(text: str) -> None:
    """Before anything is started."""
    with pytest.raises(InputError, match=r"^--server-metrics.*write http://HOST:PORT"):
        demand_page_urls(text)


@pytest.mark.parametrize("url", ["https://jane:s3cret@gate/m", "http://s3cret@gate:9/m"])
def test_a_url_with_a_password_is_refused_and_not_shown(url: str) -> None:
    """A run keeps its URLs, and a report shows them."""
    with pytest.raises(InputError, match="a name or a password") as refused:
        demand_page_urls(url)
    assert "s3cret" not in str(refused.value)
