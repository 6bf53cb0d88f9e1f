"""
Where the Kubernetes client has certificates and private key of a kubeconfig that holds them as data.

It wants them as files, and leaves these to the interpreter's own exit.  Here they lie in a folder that goes with this
process, and have no name any more once they are there.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import kubernetes
import yaml

from loadtest.errors import InputError

_FILES = ("ssl_ca_cert", "cert_file", "key_file")


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
    folder = Path(tempfile.mkdtemp(prefix="loadtest-kubeconfig-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    kubernetes.config.load_kube_config(
        config_file=str(kubeconfig),
        context=context,
        client_configuration=configuration,
        temp_file_path=str(folder),
    )
    _demand_no_other_user(kubeconfig, context)
    _take_names(configuration, folder)


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


def _take_names(configuration: kubernetes.client.Configuration, folder: Path) -> None:
    """
    Let the copies end with this process in whatever way, SIGKILL too, where the kernel opens files without a name.
    """
    nameless: dict[str, str] = {}

    def take(renewed: kubernetes.client.Configuration) -> None:
        for name in _FILES:
            path = getattr(renewed, name)
            if path in nameless:
                setattr(renewed, name, nameless[path])
            elif path is not None and Path(path).parent == folder:
                nameless[path] = _nameless(path)
                setattr(renewed, name, nameless[path])

    take(configuration)
    renew = configuration.refresh_api_key_hook
    if renew is None:
        if not any(folder.iterdir()):
            folder.rmdir()
        return

    # A login that is renewed sets the paths anew, and may put other copies there.
    def renew_and_take(renewed: kubernetes.client.Configuration) -> None:
        renew(renewed)
        take(renewed)

    configuration.refresh_api_key_hook = renew_and_take


def _nameless(path: str) -> str:
    """
    Return the path of a copy that has no name any more; its own path where the kernel opens none such.
    """
    descriptor = os.open(path, os.O_RDONLY)
    nameless = Path(f"/proc/self/fd/{descriptor}")
    if not nameless.exists():
        os.close(descriptor)
        return path
    Path(path).unlink()
    return str(nameless)
