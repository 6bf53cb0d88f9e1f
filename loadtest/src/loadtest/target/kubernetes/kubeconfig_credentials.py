"""
Where the Kubernetes client has certificates and private key of a kubeconfig that holds them as data.

It wants them as files, and leaves these to the interpreter's own exit.  Here they lie in a folder that goes with this
process, and the private key's copy has no name any more once it is there.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import tempfile
from pathlib import Path

import kubernetes
import yaml

from loadtest.errors import InputError


def load_kubeconfig(
    kubeconfig: Path, context: str | None, configuration: kubernetes.client.Configuration
) -> None:
    """
    Fill a client's configuration from a file.

    Args:
        kubeconfig: The file.
        context: One of its contexts; ``None`` takes its current one.
        configuration: Gets address and credentials.

    Raises:
        ConfigException: The file or the context cannot be used.
        InputError: The context's user acts for another, which the client does not.
        OSError: The file cannot be read, or there is no place for temporary files.
    """
    folder = _folder()
    kubernetes.config.load_kube_config(
        config_file=str(kubeconfig),
        context=context,
        client_configuration=configuration,
        temp_file_path=str(folder),
    )
    _demand_no_other_user(kubeconfig, context)
    _take_name_from_key(configuration, folder)


def _demand_no_other_user(kubeconfig: Path, context: str | None) -> None:
    """
    Refuse a user who acts for another: the client would send requests as the first one, whose rights are others.
    """
    paths = [path for one in str(kubeconfig).split(os.pathsep) if (path := Path(one)).is_file()]
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in paths]
    # Of several files the first that has a name decides, as for kubectl.
    contexts, users = (
        {one["name"]: one[kind[:-1]] for file in reversed(files) for one in file.get(kind) or []}
        for kind in ("contexts", "users")
    )
    current = context or next(named for file in files if (named := file.get("current-context")))
    user = contexts[current].get("user")
    other = (users.get(user) or {}).get("as")
    if other:
        raise InputError(
            f"--kubeconfig {kubeconfig}: user {user} of context {current} acts for {other} (`as`), which is not supported, "
            f"as every request would be sent as {user}; name a context whose user has the rights"
        )


@functools.cache
def _folder() -> Path:
    """
    Return this process's folder of copies, made once: the client keeps their paths by their content.
    """
    folder = Path(tempfile.mkdtemp(prefix="loadtest-kubeconfig-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _take_name_from_key(configuration: kubernetes.client.Configuration, folder: Path) -> None:
    """
    Let the key's copy end with this process in whatever way, SIGKILL too, where the kernel opens files without a name.

    A login that is renewed meanwhile sets the path anew, so there the file stays until the exit.
    """
    key = configuration.key_file
    if key is None or Path(key).parent != folder or configuration.refresh_api_key_hook is not None:
        return
    configuration.key_file = _nameless(key)


@functools.cache
def _nameless(key: str) -> str:
    """
    Return the path of a copy that has no name any more, once for each; its own path where the kernel opens none such.
    """
    descriptor = os.open(key, os.O_RDONLY)
    nameless = Path(f"/proc/self/fd/{descriptor}")
    if not nameless.exists():
        os.close(descriptor)
        return key
    Path(key).unlink()
    return str(nameless)
