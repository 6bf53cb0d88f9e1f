"""
Which environment variables a child process gets: those of the kit, and few others.

A variable of the user's shell that changes how Temporal, Locust, Python or a metrics library behaves would change what
is measured, so it is not passed on; ``loadtest/docs/environment.md`` lists what is passed on purpose.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from loadtest.empty_profile import EMPTY_PROFILE

# In all these lists a star at the end stands for any ending.
OUTSIDE = (
    "TEMPORAL_*",
    "LOCUST_*",
    "LOADTEST_*",
    "REPAIRSHOP_*",
    "OTEL_*",
    "PROMETHEUS_*",
    "PYTHON*",
    "RUST_*",
    "TOKIO_*",
)
# Variables that any program may need to run at all.
_SYSTEM = (
    "PATH",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "LC_*",
    "TZ",
    "TMPDIR",
    "TMP",
    "TEMP",
    "LD_LIBRARY_PATH",
    "DYLD_*",
    "SYSTEMROOT",
)
# The server does not start where neither the system nor these variables tell who runs it, as of a container's user, and by
# itself it asks version-info.temporal.io for newer versions.
_OF_SERVER = {"USER": "temporal", "LOGNAME": "temporal", "TEMPORAL_VERSION_CHECK_DISABLED": "1"}
# Variables with keys; where one is set, payloads can be encrypted.
CODEC_KEYS = ("REPAIRSHOP_CODEC_KEYS", "REPAIRSHOP_CODEC_KEYS_FILE")
# Variables that make a process encrypt.
_ENCRYPTION = (*CODEC_KEYS, "REPAIRSHOP_CODEC_KEY_ID", "REPAIRSHOP_CODEC_REQUIRED")
# Injectors and workers must encrypt in the same way, or neither can read the other's payloads.
CODEC = ("REPAIRSHOP_CODEC_*", "REPAIRSHOP_PAYLOAD_LIMIT_BYTES", "REPAIRSHOP_MEMO_LIMIT_BYTES")
# Traces are made only where an endpoint is named; the other variables say where and how.
TRACING = ("OTEL_EXPORTER_OTLP_*", "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG", "OTEL_SERVICE_NAME")
# A scenario is the user's code and imports what the user's Python imports.
SCENARIO = ("PYTHONPATH",)
# Credentials of the server's pages, which the sweep alone reads.
PAGE_CREDENTIALS = ("LOADTEST_SERVER_METRICS_*",)
# Without bytecode on disk the workflow sandbox compiles a module again for each workflow, and a checkout that nothing
# can be written to needs another place for it.
SLOWS_WORKERS = ("PYTHONDONTWRITEBYTECODE",)
BYTECODE = ("PYTHONPYCACHEPREFIX",)


def connection_variables(
    environ: Mapping[str, str], *, own_server: bool, profile: str | None = None
) -> dict[str, str]:
    """
    Return the ``TEMPORAL_*`` variables by which a server is reached, without its address and namespace.

    Args:
        environ: The user's environment.
        own_server: Whether the server is the kit's own, which needs no credentials: then none of the user's variables
            and no profile file is used.
        profile: Profile of the user's configuration file that a plan names. Its credentials stay in that file, and no
            other variable of the user is used, as it would override every profile alike.
    """
    if own_server:
        return {"TEMPORAL_CONFIG_FILE": EMPTY_PROFILE}
    if profile is not None:
        return {**_only(environ, ("TEMPORAL_CONFIG_FILE",)), "TEMPORAL_PROFILE": profile}
    return _only(environ, ("TEMPORAL_*",))


def server_environment(environ: Mapping[str, str], home: Path) -> dict[str, str]:
    """
    Return the environment of the kit's own server.

    Its profile file and its home are the kit's: in the user's home the CLI reads `temporal env`, whose values are defaults
    of every flag, such as `db-filename`, and keeps a file.

    Args:
        environ: The user's environment.
        home: Folder without settings that the server may write to.
    """
    connection = connection_variables(environ, own_server=True)
    return {**_only(environ, _SYSTEM), **_OF_SERVER, "HOME": str(home), **connection}


def worker_environment(environ: Mapping[str, str], *, own_worker: bool) -> dict[str, str]:
    """
    Return the environment of a worker before the plan's settings and the server's are added.

    The kit's own worker gets codec and tracing, and the user's PYTHONPATH where it is installed there; a program of the user's gets all of the user's environment but the
    connection, which the sweep decides.
    """
    if own_worker:
        passed = (*CODEC, *TRACING, *BYTECODE, *(SCENARIO if _holds_the_worker(environ) else ()))
        return {**_without(environ, OUTSIDE), **_only(environ, passed)}
    return _without(environ, ("TEMPORAL_*", *PAGE_CREDENTIALS, *SLOWS_WORKERS))


def without_encryption(environ: Mapping[str, str]) -> dict[str, str]:
    """
    Return an environment in which payloads are not encrypted.
    """
    return _without(environ, _ENCRYPTION)


def has_codec_keys(environ: Mapping[str, str]) -> bool:
    """
    Tell whether an environment names encryption keys.
    """
    return any(environ.get(name) for name in CODEC_KEYS)


def locust_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """
    Return the environment of Locust's master and injectors before the connection is added.

    A scenario may read variables of its own, so every variable passes that no part of the kit reads.
    """
    return {**_without(environ, OUTSIDE), **_only(environ, (*CODEC, *TRACING, *SCENARIO, *BYTECODE))}


def _holds_the_worker(environ: Mapping[str, str]) -> bool:
    """
    Tell whether the kit's worker is found by PYTHONPATH, as in its images and after ``pip install --target``.
    """
    folders = [folder for folder in environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    return any((Path(folder) / "repairshop" / "__init__.py").is_file() for folder in folders)


def _only(environ: Mapping[str, str], listed: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if _is_of(name, listed)}


def _without(environ: Mapping[str, str], listed: tuple[str, ...]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not _is_of(name, listed)}


def _is_of(name: str, listed: tuple[str, ...]) -> bool:
    return any(name.startswith(entry[:-1]) if entry.endswith("*") else name == entry for entry in listed)
