"""
What Temporal's UI and command line ask to show encrypted payloads: POST /decode and /encode.

``python -m repairshop.codec_server`` runs it.  Whoever may ask it reads clients' data, so it wants a token
and answers browsers of named origins only.  It knows no Temporal server.
"""

from __future__ import annotations

import hmac
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from repairshop import lifetime
from repairshop.codec import encryption
from repairshop.encryption import ENCODING, DecryptionError, Encryption
from repairshop.settings import SettingsError, both

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8081
# One page of a history: a thousand events of a few payloads each would come to more than any body seen.
BODY_LIMIT_BYTES = 64 * 1024 * 1024
ASKED_HEADERS = "Authorization, Content-Type, X-Namespace"


@dataclass(frozen=True, slots=True)
class Access:
    """
    Who may ask.

    Attributes:
        token: What ``Authorization: Bearer`` must carry.
        origins: Web origins whose pages may ask, such as ``http://localhost:8233``.
    """

    token: str = field(repr=False)
    origins: tuple[str, ...] = ()

    def allows(self, authorization: str | None) -> bool:
        """
        Whether that header carries the token; takes as long whatever it carries.
        """
        return hmac.compare_digest((authorization or "").encode(), f"Bearer {self.token}".encode())


def read_access(environ: Mapping[str, str]) -> Access:
    """
    Return who may ask, by REPAIRSHOP_CODEC_SERVER_TOKEN_FILE or _TOKEN, and _ORIGINS apart by commas.

    Raises:
        SettingsError: There is no token.
    """
    token, path = (
        environ.get("REPAIRSHOP_CODEC_SERVER_TOKEN", ""),
        environ.get("REPAIRSHOP_CODEC_SERVER_TOKEN_FILE"),
    )
    if path:
        try:
            token = Path(path).read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                (
                    f"REPAIRSHOP_CODEC_SERVER_TOKEN_FILE={path}: cannot be read: {error}; give a file of one line",
                )
            ) from None
    if not token:
        raise SettingsError(
            (
                "REPAIRSHOP_CODEC_SERVER_TOKEN: no token is given, and whoever may ask reads clients' data; "
                "set REPAIRSHOP_CODEC_SERVER_TOKEN_FILE",
            )
        )
    origins = environ.get("REPAIRSHOP_CODEC_SERVER_ORIGINS", "").split(",")
    return Access(token, tuple(origin.strip().rstrip("/") for origin in origins if origin.strip()))


def make_server(cipher: Encryption, access: Access, host: str, port: int) -> ThreadingHTTPServer:
    """
    Return the server, bound and not yet serving.

    Raises:
        OSError: The address cannot be bound.
    """
    server = ThreadingHTTPServer((host, port), _handler(cipher, access))
    server.daemon_threads = True
    return server


def _handler(cipher: Encryption, access: Access) -> type[BaseHTTPRequestHandler]:
    actions: dict[str, Callable[[Payload], Payload]] = {
        "/encode": cipher.encrypt,
        # Unencrypted payloads are shown as they are: this is for looking, and hides nothing.
        "/decode": lambda payload: (
            cipher.decrypt(payload) if payload.metadata.get("encoding") == ENCODING else payload
        ),
    }

    class Handler(BaseHTTPRequestHandler):
        """
        Answers one connection.
        """

        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            """
            Tell a browser whether its page may ask; this needs no token, as browsers send none here.
            """
            if self.headers.get("Origin") in access.origins:
                self._answer(204, b"")
            else:
                self._refuse(403, "this origin may not ask; name it in REPAIRSHOP_CODEC_SERVER_ORIGINS")

        def do_POST(self) -> None:
            """
            Encode or decode the payloads of the body.
            """
            action = actions.get(self.path.partition("?")[0])
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal():
                self.close_connection = True
                return self._refuse(411, "a body of known length is needed")
            if int(length) > BODY_LIMIT_BYTES:
                self.close_connection = True
                return self._refuse(413, f"the body has {length} bytes, the limit is {BODY_LIMIT_BYTES}")
            body = self.rfile.read(int(length))
            if not access.allows(self.headers.get("Authorization")):
                return self._refuse(401, "Authorization: Bearer with the right token is needed")
            if action is None:
                return self._refuse(404, "there are /encode and /decode")
            try:
                payloads = Parse(body, Payloads())
                answer = Payloads(payloads=[action(payload) for payload in payloads.payloads])
            except (ParseError, DecryptionError) as error:
                return self._refuse(400, str(error))
            return self._answer(200, MessageToJson(answer, indent=None).encode(), "application/json")

        def _refuse(self, status: int, reason: str) -> None:
            self._answer(status, f"{reason}\n".encode(), "text/plain; charset=utf-8")

        def _answer(self, status: int, body: bytes, content_type: str | None = None) -> None:
            self.send_response(status)
            origin = self.headers.get("Origin")
            self.send_header("Vary", "Origin")
            if origin in access.origins:
                self.send_header("Access-Control-Allow-Origin", origin)
                self.send_header("Access-Control-Allow-Credentials", "true")
                self.send_header("Access-Control-Allow-Methods", "POST, OPTIONS")
                self.send_header("Access-Control-Allow-Headers", ASKED_HEADERS)
            if content_type:
                self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """
            One line a request, without its headers: they carry the token.
            """
            sys.stderr.write(f"codec server: {self.address_string()} {format % args}\n")

    return Handler


def main() -> None:
    """
    Serve until told to end; never returns.
    """
    try:
        cipher, access = both(lambda: encryption(os.environ), lambda: read_access(os.environ))
        if cipher is None:
            raise SettingsError(
                ("REPAIRSHOP_CODEC_KEYS_FILE: no keys are given, so there is nothing to decode",)
            )
        host, port = _address(os.environ)
        server = make_server(cipher, access, host, port)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        lifetime.end_at_once(2)
    except OSError as error:
        sys.stderr.write(
            f"error: REPAIRSHOP_CODEC_SERVER_PORT={port}: cannot be bound: {error.strerror}; write another port\n"
        )
        lifetime.end_at_once(2)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    sys.stdout.write(f"codec server at http://{host}:{server.server_address[1]}\n")
    sys.stdout.flush()
    stop.wait()
    server.shutdown()
    lifetime.end_at_once(0)


def _address(environ: Mapping[str, str]) -> tuple[str, int]:
    port = environ.get("REPAIRSHOP_CODEC_SERVER_PORT", "") or str(DEFAULT_PORT)
    if not port.isdecimal() or int(port) > 65535:
        raise SettingsError(
            (
                f"REPAIRSHOP_CODEC_SERVER_PORT={port}: must be a port; "
                f"write REPAIRSHOP_CODEC_SERVER_PORT={DEFAULT_PORT}",
            )
        )
    return environ.get("REPAIRSHOP_CODEC_SERVER_HOST", "") or DEFAULT_HOST, int(port)


if __name__ == "__main__":
    main()
