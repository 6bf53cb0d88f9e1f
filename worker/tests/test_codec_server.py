"""
The codec server answers those who may ask, and nobody else.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest
from codec_endpoint import KEYS, ORIGIN, TOKEN
from processes import BIN

from repairshop import codec_server

pytestmark = pytest.mark.server


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        pytest.param("OPTIONS", "/decode", {"Origin": ORIGIN}, 204, id="browser asks whether it may"),
        pytest.param(
            "OPTIONS", "/decode", {"Origin": "http://evil.example"}, 403, id="browser of another origin"
        ),
        pytest.param("POST", "/decode", {"Origin": ORIGIN}, 401, id="no token"),
        pytest.param("POST", "/decode", {"Authorization": "Bearer no"}, 401, id="wrong token"),
        pytest.param(
            "POST", "/decode", {"Authorization": f"Bearer {TOKEN}", "Origin": ORIGIN}, 200, id="token"
        ),
        pytest.param("POST", "/other", {"Authorization": f"Bearer {TOKEN}"}, 404, id="no such path"),
    ],
)
def test_the_codec_server_answers_those_who_may_ask(
    codec_endpoint: str, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    """
    Browsers of named origins with a token, and nobody else; the origin is echoed only where it may ask.
    """
    body = b'{"payloads": []}' if method == "POST" else None
    request = urllib.request.Request(codec_endpoint + path, data=body, headers=headers, method=method)

    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            got, allowed = reply.status, reply.headers.get("Access-Control-Allow-Origin")
    except urllib.error.HTTPError as error:
        got, allowed = error.code, error.headers.get("Access-Control-Allow-Origin")

    assert got == status
    assert allowed == (ORIGIN if headers.get("Origin") == ORIGIN else None)


def test_the_codec_server_encodes_what_it_can_decode(codec_endpoint: str) -> None:
    """
    Input typed into Temporal's UI is encrypted on its way to the server.
    """

    def ask(path: str, body: object) -> object:
        request = urllib.request.Request(
            codec_endpoint + path,
            data=json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as reply:
            return json.loads(reply.read())

    encoding = base64.b64encode(b"json/plain").decode()
    plain = {"payloads": [{"metadata": {"encoding": encoding}, "data": base64.b64encode(b'"hi"').decode()}]}

    sealed = ask("/encode", plain)

    assert sealed != plain
    assert ask("/decode", sealed) == plain


@pytest.mark.parametrize("body", [b"\xff\xfe", b"[" * 100_000], ids=["no text", "nested too deeply"])
def test_a_body_that_is_no_json_is_refused(codec_endpoint: str, body: bytes) -> None:
    """
    With an answer, where the connection ended without one and the log had a traceback.
    """
    request = urllib.request.Request(
        f"{codec_endpoint}/decode", data=body, headers={"Authorization": f"Bearer {TOKEN}"}
    )

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)

    assert refused.value.code == 400


def test_the_codec_server_wants_a_token_and_keys() -> None:
    """
    It does not start where anybody could read, and says which setting is missing.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("REPAIRSHOP_")}

    done = subprocess.run(
        [BIN / "python", "-m", "repairshop.codec_server"],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    keys, token = done.stderr.splitlines()
    assert keys.startswith("error: REPAIRSHOP_CODEC_KEYS_FILE: no keys are given")
    assert token.startswith("error: REPAIRSHOP_CODEC_SERVER_TOKEN: no token is given")


def test_the_codec_server_reads_no_body_of_a_stranger(codec_endpoint: str) -> None:
    """
    Who has no token is refused by the headers alone, however long the body that they announce.
    """
    host, port = codec_endpoint.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("POST", "/decode")
    connection.putheader("Content-Length", str(codec_server.BODY_LIMIT_BYTES))
    connection.endheaders()

    answer = connection.getresponse()

    assert answer.status == 401
    connection.close()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"HOST": "192.0.2.1"}, "http://192.0.2.1:8081 cannot be served: Cannot assign requested address"),
        ({"HOST": "no.such.host.example"}, "http://no.such.host.example:8081 cannot be served: "),
        ({"PORT": "80810"}, "error: REPAIRSHOP_CODEC_SERVER_PORT=80810: must be at most 65535"),
    ],
    ids=["no address of this machine", "no such host", "no port"],
)
def test_an_address_that_the_codec_server_cannot_have_is_named(given: dict[str, str], told: str) -> None:
    """
    The line tells the host as well as the port.
    """
    environ = {name: value for name, value in os.environ.items() if not name.startswith("REPAIRSHOP_")}
    settings = {f"REPAIRSHOP_CODEC_SERVER_{name}": value for name, value in given.items()}

    done = subprocess.run(
        [BIN / "python", "-m", "repairshop.codec_server"],
        env={**environ, **KEYS, **settings, "REPAIRSHOP_CODEC_SERVER_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
