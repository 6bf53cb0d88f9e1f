"""
The connection settings in temporalio's variables and in the user's Temporal configuration file.

It connects to nothing, and none of its error texts holds a secret.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from temporalio.envconfig import ClientConfig, ClientConfigProfile, ClientConnectConfig

from loadtest.empty_profile import EMPTY_PROFILE
from loadtest.errors import InputError
from repairshop.usable_client_config import told_in_one_line, with_usable_headers

# A shorter value of gRPC metadata is no secret, and may well be part of an address.
_SHORTEST_SECRET = 8
_CREDENTIALS = (
    "TEMPORAL_TLS",
    "TEMPORAL_API_KEY",
    "TEMPORAL_GRPC_META",
    "TEMPORAL_PROFILE",
    "TEMPORAL_CONFIG_FILE",
)


@dataclass(frozen=True, slots=True)
class NamedProfile:
    """
    Where a profile of the user's Temporal configuration file leads; the credentials stay in the file.

    Attributes:
        address: Address ``host:port``, as it is written.
        namespace: Namespace of the profile; ``None`` where it has none.
    """

    address: str
    namespace: str | None


def connect_settings(environ: Mapping[str, str]) -> ClientConnectConfig:
    """
    Return the arguments of ``Client.connect`` that variables, and the profile that they name, give.

    Raises:
        InputError: A variable or the profile cannot be used.
    """
    try:
        return with_usable_headers(ClientConfig.load_client_connect_config(override_env_vars=dict(environ)))
    except OSError as error:
        raise InputError(
            f"{error.filename}: cannot be read ({error.strerror}); {variables_in_force(environ)} or the profile names it: "
            "give a file that can be read or unset the variable"
        ) from None
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"{variables_in_force(environ)}: cannot be used ({told_in_one_line(error)}); mend or unset what is wrong"
        ) from None


def named_profile(name: str, environ: Mapping[str, str]) -> NamedProfile:
    """
    Read where a profile leads, and check that every file that it names can be read.

    Of all variables only TEMPORAL_CONFIG_FILE is used: the others do not describe this profile.

    Args:
        name: Name of the profile.
        environ: Environment variables to read.

    Raises:
        InputError: There is no such file or profile, the profile has no address, or a file that it names cannot be
            read.
    """
    profile = _profile(name, environ)
    if not profile.address:
        raise InputError(f"profile {name}: it has no address; {_makes(name)} gives it one")
    try:
        profile.to_client_connect_config()
    except OSError as error:
        raise InputError(
            f"profile {name}: {error.filename}: cannot be read ({error.strerror}); "
            "have the profile name a file that can be read"
        ) from None
    return NamedProfile(profile.address, profile.namespace or None)


def _profile(name: str, environ: Mapping[str, str]) -> ClientConfigProfile:
    given = environ.get("TEMPORAL_CONFIG_FILE")
    file = f"TEMPORAL_CONFIG_FILE={given}" if given else "Temporal's configuration file"
    try:
        if given:
            Path(given).stat()
        profiles = ClientConfig.load(override_env_vars=dict(environ)).profiles
    except OSError as error:
        raise InputError(
            f"profile {name}: {file}: cannot be read ({error.strerror}); name a file that can be read, or unset it"
        ) from None
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"profile {name}: {file}: cannot be used ({told_in_one_line(error)}); mend the file"
        ) from None
    if name not in profiles:
        there = f"there are: {', '.join(sorted(profiles))}" if profiles else "it has none at all"
        raise InputError(f"profile {name}: {file} has no such profile, {there}; {_makes(name)} makes it")
    return profiles[name]


def _makes(name: str) -> str:
    return f"`temporal config set --profile {shlex.quote(name)} --prop address --value HOST:PORT`"


def without_secrets(text: str, settings: ClientConnectConfig) -> str:
    """
    Return a text in which dots replace the API key and the metadata of a connection.
    """
    for secret in (settings.get("api_key", ""), *settings.get("rpc_metadata", {}).values()):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "...")
    return text


def credential_variables(environ: Mapping[str, str]) -> list[str]:
    """
    Return the names of the variables that tell how to connect, without those that tell where.
    """
    return sorted(
        name for name in environ if name.startswith(_CREDENTIALS) and environ[name] != EMPTY_PROFILE
    )


def variables_in_force(environ: Mapping[str, str]) -> str:
    """
    Name the variables that tell how to connect; never their values, which may be secrets.
    """
    profile = environ.get("TEMPORAL_PROFILE")
    names = [
        f"{name}={profile}" if name == "TEMPORAL_PROFILE" else name for name in credential_variables(environ)
    ]
    return ", ".join(names) or "the TEMPORAL_* variables"


def as_profile_keys(text: str) -> str:
    """
    Return a text in which each variable is replaced by the key of a profile with the same meaning.
    """
    return re.sub(
        r"TEMPORAL_(TLS_)?([A-Z][A-Z_]*)",
        lambda found: f"{'tls.' if found[1] else ''}{found[2].lower()}",
        text,
    )
