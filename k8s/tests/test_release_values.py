"""
With which values a release is installed, beside its values files; and what is written into Secrets.
"""

from __future__ import annotations

import urllib.parse
from pathlib import Path
from typing import Any

import pytest
import yaml
from script_functions import run_functions

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
RUN = ROOT / "k8s" / "run"
SETTINGS = {
    name: ""
    for name in [
        "TEMPORAL_VALUES",
        "WORKER_VALUES",
        "LOADTEST_VALUES",
        "DB_ADDRESS",
        "DB_SECRET",
        "DB_CA_SECRET",
        "PROMETHEUS_URL",
        "MONITOR_LABELS",
        "RULES",
        "ADDRESS",
        "NAMESPACE",
        "TLS_CA",
        "TLS_CERT",
        "TLS_KEY",
        "TLS_SERVER_NAME",
        "API_KEY_FILE",
        "REGISTRY",
    ]
} | {
    "PROFILE": "dev",
    "AUTOSCALE": "none",
    "MONITORING": "none",
    "DATABASE": "none",
    "GRAFANA": "0",
    "LEDGER": "0",
    "LOCAL": "1",
    "TLS": "0",
    "DB_TLS": "0",
    "DB_USER": "temporal",
    "TEMPORAL_RELEASE": "temporal",
    "WORKER_RELEASE": "repair-worker",
    "LOADTEST_RELEASE": "loadtest",
    "TEMPORAL_SERVICE_ADDRESS": "temporal-frontend.temporal.svc:7233",
    "TEMPORAL_NAMESPACE_NAME": "default",
    "worker_repository": "temporal-kit/repair-worker",
    "worker_tag": "400000000000",
    "loadtest_repository": "temporal-kit/loadtest",
    "loadtest_tag": "1e1000000000",
}


def shell(script: str, given: str = "", **settings: str) -> str:
    """
    Run lines of shell with the scripts' functions, for a release of the usual settings.
    """
    return run_functions(script, {**SETTINGS, **settings}, given)


def computed(release: str, folder: Path, **settings: str) -> Any:
    """
    The values that a release gets beside its files.
    """
    script = f'arguments_of {release}; cat "$IMAGE_CONTEXT/values-{release}.yaml"'
    return yaml.safe_load(shell(script, IMAGE_CONTEXT=str(folder), **settings))


@pytest.mark.parametrize(
    ("release", "tag"),
    [("repair-worker", "400000000000"), ("loadtest", "1e1000000000")],
    ids=["digits", "looks-like-a-float"],
)
def test_a_tag_that_looks_like_a_number_stays_a_text(release: str, tag: str, tmp_path: Path) -> None:
    """
    Two tags of a thousand are digits alone; the charts' schemas take a text only.
    """
    assert computed(release, tmp_path)["image"]["tag"] == tag


def test_a_remote_temporal_is_written_for_both_releases(tmp_path: Path) -> None:
    """
    Address, namespace, authority, certificate and server name reach workers and load test in the same words.
    """
    for name in ("ca", "cert", "key"):
        (tmp_path / name).write_text(name)
    remote = {
        "PROFILE": "external",
        "ADDRESS": "shop.account.tmprl.cloud:7233",
        "NAMESPACE": "it's",
        "TLS": "1",
        "TLS_CA": str(tmp_path / "ca"),
        "TLS_CERT": str(tmp_path / "cert"),
        "TLS_KEY": str(tmp_path / "key"),
        "TLS_SERVER_NAME": "temporal.example.test",
    }

    workers = computed("repair-worker", tmp_path, **remote)
    loadtest = computed("loadtest", tmp_path, **remote)

    assert workers["temporal"] == loadtest["temporal"]
    assert workers["temporal"] == {
        "address": "shop.account.tmprl.cloud:7233",
        "namespace": "it's",
        "tls": {
            "enabled": True,
            "serverName": "temporal.example.test",
            "ca": {"existingSecret": "temporal-ca"},
            "clientCertificate": {"existingSecret": "temporal-client"},
        },
    }
    before = workers["podAnnotations"]["temporal-kit/credentials"]
    (tmp_path / "cert").write_text("another")
    after = computed("repair-worker", tmp_path, **remote)["podAnnotations"]["temporal-kit/credentials"]
    assert before != after


def test_a_database_with_an_authority_of_its_own(tmp_path: Path) -> None:
    """
    Both stores get address, Secret and authority, and both the server and its schema job find the file.
    """
    theirs = {"PROFILE": "ha", "DATABASE": "theirs", "DB_ADDRESS": "db.example:5432", "DB_SECRET": "db"}

    values = computed("temporal", tmp_path, **theirs, DB_TLS="1", DB_CA_SECRET="authority")

    stores = values["server"]["config"]["persistence"]["datastores"]
    assert stores["default"] == stores["visibility"]
    assert stores["default"]["sql"] == {
        "connectAddr": "db.example:5432",
        "existingSecret": "db",
        "user": "temporal",
        "tls": {"caFile": "/etc/temporal-database/ca.crt"},
    }
    for part in ("server", "admintools"):
        assert values[part]["additionalVolumes"] == [
            {"name": "database-ca", "secret": {"secretName": "authority"}}
        ]
        assert values[part]["additionalVolumeMounts"] == [
            {"name": "database-ca", "mountPath": "/etc/temporal-database"}
        ]


@pytest.mark.parametrize(
    "given", ["p%w0rd", "a@b:c/d?e#f", "blank and 'quote'", "ümlaut", "x" * 40], ids=lambda given: given[:8]
)
def test_a_password_keeps_its_meaning_in_an_address(given: str) -> None:
    """
    Whatever is in a password, the address of the ledger leads to the same user, password and host.
    """
    address = f"postgresql://ledger:{shell('in_url', given)}@postgres:5432/ledger"

    read = urllib.parse.urlsplit(address)

    assert urllib.parse.unquote(read.password or "") == given
    assert (read.username, read.hostname, read.port, read.path) == ("ledger", "postgres", 5432, "/ledger")


@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["none", "echo", "windows"])
def test_an_api_keys_file_may_end_with_a_line(end: str, tmp_path: Path) -> None:
    """
    A key with the end of a line in it is no header, and no server would see it; `echo KEY >file` writes one.
    """
    file, seen = tmp_path / "my key", tmp_path / "seen"
    file.write_bytes(f"ey.secret{end}".encode())
    stub = f'kc() {{ case "$*" in create*) cat >"{seen}"; echo "$*" ;; *) cat ;; esac; }}\n'

    said = shell(stub + "remote_secrets repair-shop", API_KEY_FILE=str(file))

    assert seen.read_bytes() == b"ey.secret"
    assert "secret" not in said.replace("create secret", "")


def test_given_values_come_last_and_may_hold_blanks(tmp_path: Path) -> None:
    """
    Ours, then what is known only now, then those that were given: whoever gives a value gets it.
    """
    script = 'arguments_of repair-worker; printf "%s\\n" "${arguments[@]}"'
    given = {"WORKER_VALUES": "one.yaml,my other.yaml", "AUTOSCALE": "cpu", "IMAGE_CONTEXT": str(tmp_path)}

    files = shell(script, **given).splitlines()[1::2]

    assert files == [
        "k8s/values/autoscale-cpu.yaml",
        f"{tmp_path}/values-repair-worker.yaml",
        "one.yaml",
        "my other.yaml",
    ]
