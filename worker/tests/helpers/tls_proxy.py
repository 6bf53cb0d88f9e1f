"""
A gRPC proxy before the development server: it wants a client's certificate or a token and notes what callers send.

It stands for the TLS frontend that a production server has and the development server lacks.
"""

from __future__ import annotations

import datetime
import ipaddress
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SERVER_NAME = "temporal.test"


@dataclass(frozen=True)
class Party:
    """
    A certificate with its key, as files.
    """

    certificate: Path
    key: Path


@dataclass
class Proxy:
    """
    Where the proxy listens and whom it heard.
    """

    address: str
    names: set[str] = field(default_factory=set)
    authorizations: set[str] = field(default_factory=set)
    methods: set[str] = field(default_factory=set)
    metadata: set[tuple[str, str]] = field(default_factory=set)
    token: str | None = None


class Authority:
    """
    Signs certificates for one test.
    """

    def __init__(self, folder: Path, name: str = "ca") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} of tests")])
        certificate = self._sign(self._name, self._key, authority=True)
        self.certificate = folder / f"{name}.pem"
        self.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str) -> Party:
        """
        Return a certificate of that common name.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]), key)
        party = Party(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        party.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        party.key.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        return party

    def _sign(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, authority: bool = False
    ) -> x509.Certificate:
        now = datetime.datetime.now(datetime.UTC)
        names: list[x509.GeneralName] = [
            x509.DNSName(SERVER_NAME),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        ]
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=5))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
            .sign(self._key, hashes.SHA256())
        )


@contextmanager
def serve(
    upstream: str, authority: Authority, *, wants_client: bool, token: str | None = None
) -> Iterator[Proxy]:
    """
    Forward every call to the server at ``upstream`` until the block ends.

    Args:
        upstream: Address of the real server.
        authority: Signs the proxy's own certificate and those that it trusts.
        wants_client: Whether callers without a certificate are turned away.
        token: Callers without this bearer token are turned away; ``None`` asks for none.
    """
    own = authority.issue("frontend")
    trusted = authority.certificate.read_bytes()
    credentials = grpc.ssl_server_credentials(
        [(own.key.read_bytes(), own.certificate.read_bytes())],
        root_certificates=trusted if wants_client else None,
        require_client_auth=wants_client,
    )
    proxy = Proxy("", token=token)
    limits = [("grpc.max_receive_message_length", 2**26)]
    with grpc.insecure_channel(upstream, options=limits) as channel:
        # Each long poll holds a thread.
        server = grpc.server(ThreadPoolExecutor(64), handlers=[_Forward(channel, proxy)], options=limits)
        proxy.address = f"127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}"
        server.start()
        try:
            yield proxy
        finally:
            server.stop(grace=0).wait()


class _Forward(grpc.GenericRpcHandler):
    def __init__(self, channel: Any, proxy: Proxy) -> None:
        self._channel = channel
        self._proxy = proxy

    def service(self, handler_call_details: Any) -> Any:
        method = handler_call_details.method
        call = self._channel.unary_unary(method)
        return grpc.unary_unary_rpc_method_handler(self._forward(method, call))

    def _forward(self, method: str, call: Any) -> Callable[[bytes, Any], bytes]:
        def forward(request: bytes, context: Any) -> bytes:
            metadata = dict(context.invocation_metadata())
            self._proxy.methods.add(method.rsplit("/", 1)[1])
            self._proxy.authorizations.add(metadata.get("authorization", ""))
            self._proxy.metadata.update(
                (key, value) for key, value in metadata.items() if key.startswith("x-")
            )
            if self._proxy.token not in (
                None,
                str(metadata.get("authorization", "")).removeprefix("Bearer "),
            ):
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "Request unauthorized.")
            self._proxy.names.update(
                name.decode() for name in context.auth_context().get("x509_common_name", [])
            )
            kept = [
                (key, value) for key, value in metadata.items() if not key.startswith(("grpc-", "user-agent"))
            ]
            try:
                reply: bytes = call(request, timeout=context.time_remaining(), metadata=kept)
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())
            return reply

        return forward
