"""
Profiles of the user's Temporal configuration file: where they lead, and what is refused without a secret in the line.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from temporalio.envconfig import ClientConnectConfig

from loadtest.connection_settings import (
    NamedProfile,
    as_profile_keys,
    connect_settings,
    named_profile,
    without_secrets,
)
from loadtest.errors import InputError

SECRET = "key-that-nobody-sees"
ADDRESS = 'address = "127.0.0.1:1"\n'


def _environ(folder: Path, text: str) -> dict[str, str]:
    file = folder / "temporal.toml"
    file.write_text(text, encoding="utf-8")
    return {"TEMPORAL_CONFIG_FILE": str(file)}


def test_a_profile_leads_where_its_file_says_whatever_the_variables_say(tmp_path: Path) -> None:
    """Address and namespace are its own; those and the key of the shell are of no profile."""
    environ = _environ(
        tmp_path,
        '[profile.own]\naddress = "127.0.0.1:1"\n'
        f'[profile.cloud]\naddress = "x.tmprl.cloud:7233"\nnamespace = "shop"\napi_key = "{SECRET}"\n',
    )
    shell = {
        **environ,
        "TEMPORAL_ADDRESS": "127.0.0.1:9",
        "TEMPORAL_NAMESPACE": "of-the-shell",
        "TEMPORAL_PROFILE": "missing",
        "TEMPORAL_TLS_CLIENT_CERT_PATH": "/no/such/certificate",
    }

    found = [named_profile(name, shell) for name in ("own", "cloud")]

    assert found == [NamedProfile("127.0.0.1:1", None), NamedProfile("x.tmprl.cloud:7233", "shop")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "",
            "has no such profile, it has none at all; `temporal config set --profile cloud ",
            id="empty-file",
        ),
        pytest.param(
            f"[profile.own]\n{ADDRESS}[profile.default]\n",
            "has no such profile, there are: default, own; `temporal config set --profile cloud ",
            id="no-such-profile",
        ),
        pytest.param(
            f'[profile.cloud]\nnamespace = "shop"\napi_key = "{SECRET}"\n',
            "it has no address; `temporal config set --profile cloud --prop address --value HOST:PORT`",
            id="no-address",
        ),
        pytest.param('[profile.cloud]\naddress = ""\n', "it has no address", id="empty-address"),
        pytest.param(
            f"[profile.cloud]\n{ADDRESS}[profile.cloud.tls]\n"
            'client_cert_path = "/no/tls.crt"\nclient_key_path = "/no/tls.key"\n',
            "/no/tls.crt: cannot be read (No such file or directory)",
            id="no-such-certificate",
        ),
        pytest.param(
            f"[profile.cloud]\n{ADDRESS}api_key = {SECRET}\n",
            "cannot be used (it is not such a TOML file at line 3, column ",
            id="no-toml",
        ),
        pytest.param(
            f"[profile.cloud]\n{ADDRESS}api_key = [1]\n",
            "cannot be used (it is not such a TOML file at line 3, column ",
            id="another-type",
        ),
        pytest.param(
            f'[profile.cloud]\n{ADDRESS}[profile.cloud.tls]\nclient_key_path = "k"\nclient_key_data = "{SECRET}"\n',
            "cannot be used (",
            id="two-sources",
        ),
    ],
)
def test_a_profile_that_cannot_be_used_is_one_line_without_a_secret(
    text: str, told: str, tmp_path: Path
) -> None:
    """It names the profile, says why and how to mend it."""
    with pytest.raises(InputError) as refused:
        named_profile("cloud", _environ(tmp_path, text))

    line = str(refused.value)
    assert line.startswith("profile cloud: ") and told in line and "\n" not in line
    assert SECRET not in line
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("name", ["missing.toml", "missing/temporal.toml"])
def test_a_file_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    """The variable that names it too; temporalio takes it for an empty one."""
    file = tmp_path / name

    with pytest.raises(InputError) as refused:
        named_profile("cloud", {"TEMPORAL_CONFIG_FILE": str(file)})

    assert str(refused.value) == (
        f"profile cloud: TEMPORAL_CONFIG_FILE={file}: cannot be read (No such file or directory); "
        "name a file that can be read, or unset it"
    )


def test_a_file_that_is_no_toml_is_told_by_its_place_alone(tmp_path: Path) -> None:
    """Where variables choose the profile, too: the parser's own text quotes the line, which may be a key's."""
    with pytest.raises(InputError) as refused:
        connect_settings(_environ(tmp_path, f"[profile.default]\napi_key = {SECRET}\n"))

    assert "it is not such a TOML file at line 2, column " in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_text_loses_the_secrets_of_a_connection_and_nothing_else() -> None:
    """A short value of metadata is none, and may be part of the address."""
    settings = ClientConnectConfig(api_key=SECRET, rpc_metadata={"x-token": "t-0123456789", "x-shop": "7"})

    told = without_secrets(f"127.0.0.1:7233: Bearer {SECRET}, t-0123456789", settings)

    assert told == "127.0.0.1:7233: Bearer ..., ..."
    assert without_secrets("127.0.0.1:7233", ClientConnectConfig()) == "127.0.0.1:7233"


def test_variables_are_told_as_the_keys_of_a_profile() -> None:
    """What mends a profile is in its file."""
    told = as_profile_keys(
        "set TEMPORAL_API_KEY, or TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH"
    )

    assert told == "set api_key, or tls.client_cert_path and tls.client_key_path"


@pytest.mark.parametrize("key", [f"{SECRET}\n", f" {SECRET}\r\n", SECRET])
def test_the_line_end_of_a_keys_file_is_no_part_of_it(key: str) -> None:
    """With it the SDK would send no key at all, and say nothing."""
    assert connect_settings({"TEMPORAL_API_KEY": key}).get("api_key") == SECRET


@pytest.mark.parametrize("key", [f"{SECRET}\n{SECRET}", f"{SECRET}\u00e9", " \n"])
def test_a_key_that_no_header_can_carry_is_refused_without_it(key: str) -> None:
    """In one line, which names the variable."""
    with pytest.raises(InputError, match=r"^TEMPORAL_API_KEY: .*one line of printable ASCII") as refused:
        connect_settings({"TEMPORAL_API_KEY": key})

    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("value", [f"{SECRET}\n", f" {SECRET}\r\n", SECRET])
def test_the_line_end_of_a_files_metadata_is_no_part_of_it(value: str) -> None:
    """With it the SDK does not connect, and calls it a server that does not answer."""
    settings = connect_settings({"TEMPORAL_GRPC_META_X_TOKEN": value})

    assert settings.get("rpc_metadata") == {"x-token": SECRET}


def test_metadata_that_no_header_can_carry_is_refused_without_it() -> None:
    """In one line, which names the variable."""
    with pytest.raises(
        InputError, match="^TEMPORAL_GRPC_META_X_TOKEN: .*the metadata x-token must be one line"
    ) as refused:
        connect_settings({"TEMPORAL_GRPC_META_X_TOKEN": f"{SECRET}\n{SECRET}"})

    assert SECRET not in str(refused.value)
