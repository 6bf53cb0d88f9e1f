"""
How a cluster is connected to: which certificates are accepted, and by which way.
"""

from __future__ import annotations

import base64
import http.server
import ipaddress
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from loadtest.errors import TargetError
from loadtest.target.kubernetes.api import asked, missing, open_api

CONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:PORT", certificate-authority-data: AUTHORITY}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: here, context: {cluster: c, user: u}}]
current-context: here
"""


class _NothingThere(http.server.BaseHTTPRequestHandler):
    """
    An API server that has no object.
    """

    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None: ...


class _Server(http.server.ThreadingHTTPServer):
    """
    It, which counts who wants to connect.
    """

    connections = 0

    def get_request(self) -> tuple[socket.socket, Any]:
        self.connections += 1
        return super().get_request()


class _Authority:
    """
    An authority as a cluster of Amazon's has it: no certificate names a key's identifier.
    """

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named("kubernetes")
        self.certificate = self._signed(
            self._name, self._key, x509.BasicConstraints(ca=True, path_length=None)
        )

    def server_files(self, folder: Path) -> tuple[Path, Path]:
        """
        Write a certificate of this machine's and its key.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        chain, secret = folder / "server.crt", folder / "server.key"
        chain.write_bytes(self._signed(_named("server"), key, here))
        secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return chain, secret

    def _signed(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType
    ) -> bytes:
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(self._name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )
        return certificate.public_bytes(Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


@pytest.fixture
def authority() -> _Authority:
    """
    The authority that signs the server's certificate.
    """
    return _Authority()


@pytest.fixture
def server(authority: _Authority, tmp_path: Path) -> Iterator[_Server]:
    """
    An API server behind TLS.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.server_files(tmp_path))
    with _Server(("127.0.0.1", 0), _NothingThere) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    An environment that names no proxy.
    """
    for name in ("https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def _ask(folder: Path, server: _Server, authority: _Authority) -> TargetError:
    config, port = folder / "config", server.server_address[1]
    trusted = base64.b64encode(authority.certificate).decode()
    config.write_text(CONFIG.replace("PORT", str(port)).replace("AUTHORITY", trusted), encoding="utf-8")
    with pytest.raises(TargetError) as refused, asked("read the pod"):
        open_api(config).core.read_namespaced_pod("nobody", "nowhere", _request_timeout=20)
    return refused.value


def test_an_authority_without_identifiers_of_keys_is_accepted(
    tmp_path: Path, server: _Server, authority: _Authority
) -> None:
    """As by kubectl; from Python 3.13 on the client's library refuses it by itself."""
    assert missing(_ask(tmp_path, server, authority))


def test_another_authority_is_refused_at_once(tmp_path: Path, server: _Server) -> None:
    """What is accepted has been signed by whom the kubeconfig names, and asking again changes nothing."""
    assert "CERTIFICATE_VERIFY_FAILED" in str(_ask(tmp_path, server, _Authority()))
    assert server.connections == 1


def test_a_certificate_that_is_not_looked_at_is_no_warning(
    tmp_path: Path, server: _Server, authority: _Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kubeconfig says so, and what is told stays in one line."""
    unlooked = CONFIG.replace("certificate-authority-data: AUTHORITY", "insecure-skip-tls-verify: true")
    monkeypatch.setattr(f"{__name__}.CONFIG", unlooked)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert missing(_ask(tmp_path, server, authority))


def test_a_cluster_of_this_machine_is_behind_no_proxy(
    tmp_path: Path, server: _Server, authority: _Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for kubectl, whatever the environment says of other hosts."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", ".corp.example")

    assert missing(_ask(tmp_path, server, authority))


def test_a_proxy_that_the_kubeconfig_names_is_used(
    tmp_path: Path, server: _Server, authority: _Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the near end of a tunnel, at whose far end the cluster is on the loopback address."""
    monkeypatch.setattr(
        f"{__name__}.CONFIG", CONFIG.replace("{server:", '{proxy-url: "http://127.0.0.1:1", server:')
    )

    refused = _ask(tmp_path, server, authority)

    assert "the proxy before the cluster does not let it through (" in str(refused)
    assert "Connection refused); it is the kubeconfig's `proxy-url` or HTTPS_PROXY" in str(refused)
    assert server.connections == 0
