"""
Certificates of an authority of our own, made by openssl.
"""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificates:
    """
    Files in PEM.

    Attributes:
        authority: Certificate of the authority, which both sides trust.
        server, server_key: Certificate and key of the proxy.
        client, client_key: Certificate and key of the workers and of the load test.
    """

    authority: Path
    server: Path
    server_key: Path
    client: Path
    client_key: Path


def _openssl(*arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def make_certificates(folder: Path, server_name: str) -> Certificates:
    """
    Make an authority, a server's certificate for that name, and a client's.
    """
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    ca, ca_key = folder / "ca.pem", folder / "ca.key"
    signs = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"]
    itself = ["-subj", "/CN=our authority", "-days", "2"]
    _openssl("req", "-x509", *key, *signs, *itself, "-keyout", str(ca_key), "-out", str(ca))
    for name, subject, extension in (
        ("server", f"/CN={server_name}", f"subjectAltName=DNS:{server_name}"),
        ("client", "/CN=repair-shop", "extendedKeyUsage=clientAuth"),
    ):
        request, extensions = folder / f"{name}.csr", folder / f"{name}.ext"
        # Python and others refuse a certificate that does not say whose it is.
        extensions.write_text(f"{extension}\nauthorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n")
        _openssl("req", *key, "-keyout", str(folder / f"{name}.key"), "-out", str(request), "-subj", subject)
        signed = ["-CA", str(ca), "-CAkey", str(ca_key), "-CAcreateserial", "-extfile", str(extensions)]
        _openssl(
            "x509", "-req", "-in", str(request), *signed, "-out", str(folder / f"{name}.pem"), "-days", "2"
        )
    return Certificates(
        ca, folder / "server.pem", folder / "server.key", folder / "client.pem", folder / "client.key"
    )
