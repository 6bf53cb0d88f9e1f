"""
The server that Temporal's UI and command line ask to show encrypted payloads: POST /decode and /encode.

``python -m repairshop.codec_server`` runs it. Everyone who may ask it can read clients' data, so it requires a token
and answers only browsers of named origins.
"""

from __future__ import annotations

import hmac
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToJson, Parse, ParseError
from temporalio.api.common.v1 import Payload, Payloads

from repairshop import process_exit
from repairshop.codec import encryption
from repairshop.codec_settings import CodecServerSettings, CodecSettings
from repairshop.encryption import ENCODING, DecryptionError, Encryption
from repairshop.environment import PREFIX, SettingsError, both
from repairshop.web_server import WebServer, open_web_server, web_address

# One page of a history: a thousand events with a few payloads each.  Larger bodies have not been seen.
BODY_LIMIT_BYTES = 64 * 1024 * 1024
ASKED_HEADERS = "Authorization, Content-Type, X-Namespace"


@dataclass(frozen=True, slots=True)
class CodecAccess:
    """
    Who may ask the server.

    Attributes:
        token: Token that the header ``Authorization: Bearer`` must carry.
        origins: Web origins whose pages may ask, such as ``http://localhost:8233``.
    """

    token: str = field(repr=False)
    origins: tuple[str, ...] = ()

    def allows(self, authorization: str | None) -> bool:
        """
        Whether that header carries the token; takes the same time whatever the header holds.
        """
        return hmac.compare_digest((authorization or "").encode(), f"Bearer {self.token}".encode())


def read_access(settings: CodecServerSettings) -> CodecAccess:
    """
    Return who may ask the server, as the settings say.

    Raises:
        SettingsError: There is no token, or its file cannot be read.
    """
    token, path = settings.codec_server_token.get_secret_value(), settings.codec_server_token_file
    if path:
        try:
            token = Path(path).read_text("ascii").strip()
        except OSError as error:
            raise SettingsError(
                (
                    f"{PREFIX}CODEC_SERVER_TOKEN_FILE={path}: cannot be read: {error.strerror}; "
                    "give a file of one line",
                )
            ) from None
        except UnicodeDecodeError:
            raise SettingsError(
                (f"{PREFIX}CODEC_SERVER_TOKEN_FILE={path}: is not ASCII text; give a file of one line",)
            ) from None
    if not token:
        raise SettingsError(
            (
                f"{PREFIX}CODEC_SERVER_TOKEN: no token is given, and whoever may ask reads clients' data; "
                f"set {PREFIX}CODEC_SERVER_TOKEN_FILE",
            )
        )
    origins = settings.codec_server_origins.split(",")
    return CodecAccess(token, tuple(origin.strip().rstrip("/") for origin in origins if origin.strip()))


def make_server(cipher: Encryption, access: CodecAccess, host: str, port: int) -> WebServer:
    """
    Return the server, bound but not yet serving.

    Raises:
        OSError: The address cannot be bound.
    """
    return open_web_server(host, port, _handler(cipher, access))


def _handler(cipher: Encryption, access: CodecAccess) -> type[BaseHTTPRequestHandler]:
    actions: dict[str, Callable[[Payload], Payload]] = {
        "/encode": cipher.encrypt,
        # Unencrypted payloads are shown as they are: this server shows payloads, and hides nothing.
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
            Tell a browser whether its page may ask; needs no token, as browsers send none in this request.
            """
            if self.headers.get("Origin") in access.origins:
                self._answer(204, b"")
            else:
                self._refuse(403, "this origin may not ask; name it in REPAIRSHOP_CODEC_SERVER_ORIGINS")

        def do_POST(self) -> None:
            """
            Encode or decode the payloads of the body.
            """
            if (refusal := self._refusal_unread()) is not None:
                # The body is left unread, so nothing more can come over this connection.
                self.close_connection = True
                return self._refuse(*refusal)
            body = self.rfile.read(int(self.headers["Content-Length"]))
            action = actions.get(self.path.partition("?")[0])
            if action is None:
                return self._refuse(404, "there are /encode and /decode")
            try:
                payloads = Parse(body, Payloads())
                answer = Payloads(payloads=[action(payload) for payload in payloads.payloads])
            except (ParseError, DecryptionError, UnicodeDecodeError) as error:
                return self._refuse(400, str(error))
            return self._answer(200, MessageToJson(answer, indent=None).encode(), "application/json")

        def _refusal_unread(self) -> tuple[int, str] | None:
            """
            Return status and reason for a request that must be refused for its headers alone.
            """
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal():
                return 411, "a body of known length is needed"
            if int(length) > BODY_LIMIT_BYTES:
                return 413, f"the body has {length} bytes, the limit is {BODY_LIMIT_BYTES}"
            if not access.allows(self.headers.get("Authorization")):
                return 401, "Authorization: Bearer with the right token is needed"
            return None

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
            Log one line per request, without its headers, which carry the token.
            """
            sys.stderr.write(f"codec server: {self.address_string()} {format % args}\n")

    return Handler


def main() -> None:
    """
    Serve until told to end; never returns.
    """
    try:
        cipher, (settings, access) = both(_cipher, _server)
        server = make_server(cipher, access, settings.codec_server_host, settings.codec_server_port)
    except SettingsError as error:
        sys.stderr.write(error.lines)
        process_exit.end_at_once(2)
    except OSError as error:
        where = web_address(settings.codec_server_host, settings.codec_server_port)
        sys.stderr.write(
            f"error: {PREFIX}CODEC_SERVER_HOST, {PREFIX}CODEC_SERVER_PORT: {where} cannot be served: "
            f"{error.strerror}; give an address of this machine and a port that is free, or 0 for any\n"
        )
        process_exit.end_at_once(2)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    sys.stdout.write(f"codec server at {web_address(settings.codec_server_host, server.server_port)}\n")
    sys.stdout.flush()
    stop.wait()
    server.shutdown()
    process_exit.end_at_once(0)


def _cipher() -> Encryption:
    cipher = encryption(CodecSettings.from_environment(os.environ))
    if cipher is None:
        raise SettingsError((f"{PREFIX}CODEC_KEYS_FILE: no keys are given, so there is nothing to decode",))
    return cipher


def _server() -> tuple[CodecServerSettings, CodecAccess]:
    settings = CodecServerSettings.from_environment(os.environ)
    return settings, read_access(settings)


if __name__ == "__main__":
    main()
