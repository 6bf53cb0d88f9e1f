"""
A server of one /metrics page, which may be behind TLS and want a bearer token, as a gateway before others' servers has it.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tls_proxy import Authority


@contextmanager
def served_page(
    page: Callable[[], bytes], token: str | None = None, authority: Authority | None = None
) -> Iterator[tuple[str, set[str]]]:
    """
    Serve a page until the block ends.

    Args:
        page: Makes the page.
        token: Who asks without it is answered 401; ``None`` asks for none.
        authority: Signs the certificate, which is for 127.0.0.1 and for ``SERVER_NAME``; ``None`` serves without TLS.

    Returns:
        Its URL, and every ``Authorization`` that came with a request.
    """
    heard: set[str] = set()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            given = self.headers.get("Authorization", "")
            heard.add(given)
            refused = token is not None and given != f"Bearer {token}"
            body = b"" if refused else page()
            self.send_response(401 if refused else 200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A test's output tells what failed, and no requests."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        if authority is not None:
            party = authority.issue("gateway")
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(party.certificate, party.key)
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http{'s' if authority else ''}://127.0.0.1:{server.server_port}/metrics", heard
        finally:
            server.shutdown()
            thread.join()
