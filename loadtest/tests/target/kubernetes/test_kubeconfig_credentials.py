"""
What a verb that reads a kubeconfig leaves behind: nothing, and least of all the private key.
"""

from __future__ import annotations

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("begun_on_a_terminal")]

PROGRAM = str(Path(sys.executable).parent / "loadtest")
CONFIG = """
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:PORT", certificate-authority-data: CERTIFICATE}}]
users:
- {name: u, user: {client-certificate-data: CERTIFICATE, client-key-data: KEY}}
- {name: t, user: {token: secret}}
contexts: [{name: here, context: {cluster: c, user: u}}, {name: token, context: {cluster: c, user: t}}]
current-context: here
"""


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """
    A port that takes connections and never says a word.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(60)
        yield listening


def _pem(port: int) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "our own")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (
        CONFIG.replace("PORT", str(port))
        .replace("CERTIFICATE", base64.b64encode(certificate.public_bytes(Encoding.PEM)).decode())
        .replace("KEY", base64.b64encode(secret).decode())
    )


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """
    Where the program under test has its temporary files.
    """
    folder = tmp_path / "temporary"
    folder.mkdir()
    return folder


def _begin(verb: str, port: int, temporary: Path, context: str = "here") -> subprocess.Popen[str]:
    config = temporary.parent / "config"
    config.write_text(_pem(port), encoding="utf-8")
    return subprocess.Popen(
        [PROGRAM, verb, "--kubeconfig", str(config), "--context", context]
        + (["--attach"] if verb == "submit" else []),
        cwd=temporary.parent,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("verb", ["fetch", "submit"])
def test_a_cluster_that_refuses_leaves_no_file(temporary: Path, listener: socket.socket, verb: str) -> None:
    """The client removes its files when the interpreter exits, which it never does."""
    port = listener.getsockname()[1]
    listener.close()

    process = _begin(verb, port, temporary)
    _, error = process.communicate(timeout=60)

    assert (process.returncode, "does not answer" in error) == (2, True), error
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_verb_that_a_signal_ends_leaves_no_file(
    temporary: Path, listener: socket.socket, number: int
) -> None:
    """By itself the last two end a process at once."""
    process = _begin("fetch", listener.getsockname()[1], temporary)
    connection, _ = listener.accept()
    with connection:
        connection.recv(1)  # it speaks TLS, so it has read its files

        process.send_signal(number)
        _, error = process.communicate(timeout=60)

    assert (process.returncode, error) == (130, "error: interrupted\n")
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="here a file without a name cannot be opened")
@pytest.mark.parametrize("context", ["here", "token"])
def test_a_killed_verb_leaves_no_file(temporary: Path, listener: socket.socket, context: str) -> None:
    """SIGKILL runs nothing: the copies must have lost their names before; with a login that is renewed, too."""
    process = _begin("fetch", listener.getsockname()[1], temporary, context)
    connection, _ = listener.accept()
    with connection:
        connection.recv(1)

        process.kill()
        process.communicate(timeout=60)

    assert [path for path in temporary.rglob("*") if path.is_file()] == []
    if context == "here":
        assert list(temporary.iterdir()) == []
