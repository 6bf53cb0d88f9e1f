"""
A small HTTP server at an IPv4 or IPv6 address.
"""

from __future__ import annotations

import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer


class WebServer(ThreadingHTTPServer):
    """
    An HTTP server with a thread per connection; none of them keeps the process alive.
    """

    daemon_threads = True

    def __init__(self, family: int, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = family
        super().__init__(address, handler)

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            # `::` accepts IPv4 callers too, as people expect of "every address".
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # Not HTTPServer's own method, which asks the name service for this machine's name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])


def open_web_server(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> WebServer:
    """
    Return a server that is bound but not yet serving.

    Args:
        host: IPv4 or IPv6 address of this machine, or a name of one.
        port: TCP port; 0 takes a free one.
        handler: Answers one connection.

    Raises:
        OSError: The host is no address of this machine, or the port is taken.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    return WebServer(family, (str(address[0]), int(address[1])), handler)


def web_address(host: str, port: int) -> str:
    """
    Return the base of the server's URLs, with an IPv6 address in brackets.
    """
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
