"""
A sweep's steps in Grafana: what is sent, and that its absence never ends a sweep.

The receiver is a stub of Grafana's one endpoint that records what it is sent.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from loadtest.errors import InputError
from loadtest.listeners.annotations import Annotations, open_annotations
from loadtest.results.step_key import StepKey

KEY = StepKey(replicas=4, load=1, kind="open", repetition=2)


@dataclass
class Recorded:
    """
    A Grafana that answers with one status, and the requests it got.
    """

    url: str = ""
    status: int = 200
    requests: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def grafana() -> Iterator[Recorded]:
    recorded = Recorded()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            recorded.requests.append(
                (self.path, self.headers["Authorization"], self.headers["Content-Type"], body)
            )
            self.send_response(recorded.status)
            self.end_headers()
            self.wfile.write(b'{"id": 1, "message": "Annotation added"}')

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    recorded.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield recorded
    server.shutdown()
    server.server_close()
    thread.join(5)


async def test_a_step_becomes_a_region_with_its_verdict(grafana: Recorded) -> None:
    """
    Time in milliseconds, the verdict as a tag, the token as a bearer.
    """
    problem = await Annotations(grafana.url + "/", "secret").step_ended(
        "demo", KEY, 1000.25, 1030.5, "valid", "8.6 orders/s"
    )

    assert problem is None
    assert grafana.requests == [
        (
            "/api/annotations",
            "Bearer secret",
            "application/json",
            {
                "time": 1000250,
                "timeEnd": 1030500,
                "tags": ["loadtest", "run:demo", "load:open", "replicas:4", "verdict:valid"],
                "text": "4-open1-2: 8.6 orders/s",
            },
        )
    ]


async def test_a_steps_beginning_is_a_moment(grafana: Recorded) -> None:
    """
    It stands there before the step has a result.
    """
    assert await Annotations(grafana.url, "secret").step_started("demo", KEY, 7.0) is None

    (_, _, _, body) = grafana.requests[0]
    assert body["text"] == "4-open1-2 begins"
    assert body["time"] == 7000
    assert "timeEnd" not in body


@pytest.mark.parametrize("status", [401, 500])
async def test_a_grafana_that_refuses_is_told_in_words(grafana: Recorded, status: int) -> None:
    """
    A sweep goes on, and its notes say why a dashboard shows no steps.
    """
    grafana.status = status

    problem = await Annotations(grafana.url, "wrong").step_started("demo", KEY, 7.0)

    assert problem is not None
    assert problem.startswith("no annotation in Grafana for '4-open1-2 begins': HTTP Error")
    assert str(status) in problem


async def test_a_grafana_that_is_away_is_told_in_words() -> None:
    """
    Nothing listens there: no exception, one note.
    """
    problem = await Annotations("http://127.0.0.1:9", "secret").step_started("demo", KEY, 7.0)

    assert problem is not None
    assert "refused" in problem


def test_nothing_is_written_unless_a_grafana_is_named() -> None:
    """
    Off is the default.
    """
    assert open_annotations({}) is None
    assert open_annotations({"GRAFANA_URL": "http://g:3000", "GRAFANA_TOKEN": "t"}) is not None


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        pytest.param({"GRAFANA_URL": "http://g:3000"}, "without GRAFANA_TOKEN", id="no token"),
        pytest.param({"GRAFANA_TOKEN": "t"}, "GRAFANA_URL = ''", id="no address"),
        pytest.param({"GRAFANA_URL": "g:3000", "GRAFANA_TOKEN": "t"}, "GRAFANA_URL = 'g:3000'", id="no URL"),
    ],
)
def test_half_a_grafana_is_refused(environment: dict[str, str], message: str) -> None:
    """
    Who gives one of address and token meant to give both.
    """
    with pytest.raises(InputError, match=message):
        open_annotations(environment)
