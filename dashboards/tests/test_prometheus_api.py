"""
What is said where no Prometheus answers, or something else does.
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator

import pytest

from dashboards.prometheus_api import PrometheusApi, PrometheusRefusedError, PrometheusUnreachableError
from dashboards.unanswered_panels import main as ask


class Answers(http.server.BaseHTTPRequestHandler):
    """
    Another program, or a Prometheus that refuses.
    """

    status = 200
    body = b""

    def do_POST(self) -> None:
        self.send_response(self.status)
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def answers(monkeypatch: pytest.MonkeyPatch, status: int, body: bytes) -> None:
    monkeypatch.setattr(Answers, "status", status)
    monkeypatch.setattr(Answers, "body", body)


def test_a_refusal_has_prometheus_own_words(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    So that a wrong query can be mended.
    """
    answers(monkeypatch, 400, b'{"status":"error","error":"1:3: parse error"}')

    with pytest.raises(PrometheusRefusedError, match="query was refused: 1:3: parse error"):
        PrometheusApi(address).ask("query", query="up{")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(502, b"<html>Bad gateway</html>", id="a proxy's page"),
        pytest.param(200, b"hello", id="no JSON"),
        pytest.param(200, b"{}", id="JSON of something else"),
        pytest.param(200, b"[]", id="a list"),
        pytest.param(404, b'{"message": "not here"}', id="another API"),
    ],
)
def test_another_program_is_told_from_a_prometheus(
    address: str, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes
) -> None:
    """
    Whatever it answers, the address is what is wrong.
    """
    answers(monkeypatch, status, body)

    with pytest.raises(PrometheusUnreachableError, match=f"status {status} and not as a Prometheus does"):
        PrometheusApi(address).ask("query", query="up")


def test_a_question_without_parameters_is_answered(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The list of rules is asked for as it is.
    """
    answers(monkeypatch, 200, b'{"status":"success","data":{"groups":[]}}')

    assert PrometheusApi(address).ask("rules") == {"groups": []}


@pytest.mark.parametrize("where", ["http://127.0.0.1:1", "http://[::1/", "nonsense", ""])
def test_asking_nobody_is_one_line(where: str, capsys: pytest.CaptureFixture[str]) -> None:
    """
    Exit code 2, no traceback.
    """
    assert ask([where]) == 2

    line = capsys.readouterr().err
    assert line.startswith("error: ")
    assert line.count("\n") == 1
    assert "no Prometheus answers there" in line


def test_asking_something_else_is_one_line(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    Exit code 2 and what to write instead.
    """
    answers(monkeypatch, 500, b"oops")

    assert ask([address]) == 2
    assert "give the address of a Prometheus" in capsys.readouterr().err
