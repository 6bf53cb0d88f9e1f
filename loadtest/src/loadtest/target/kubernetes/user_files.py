"""
A user's files in the pods of a sweep: a ConfigMap, mounted beside the plan, and the packages that the files need.

The sweep's pod gets them when it is submitted; the sweep passes them on to its injectors.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from loadtest.errors import InputError
from loadtest.scenario.loading import PACKAGES_FOLDER

FOLDER = "/plan"
REQUIREMENTS = "requirements.txt"
_VOLUME = "plan"
_RESULTS = "results"
_PACKAGES = "packages"
_PACKAGES_FOLDER = "/packages"
# A ConfigMap holds 1 MiB, names included.
LARGEST_BYTES = 900 * 1024
# Characters that a key of a ConfigMap cannot hold; a number in front tells files apart that differ only in these.
_NO_KEY = re.compile(r"[^-._a-zA-Z0-9]")
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class UserFilesMount:
    """
    What a pod needs so that a user's files are in ``/plan``.

    Attributes:
        volume: The volume ``plan``, as JSON.
        packages: Whether ``requirements.txt`` is among the files, so that they are installed before the start.
    """

    volume: Mapping[str, Any]
    packages: bool

    def add_to(self, pod: dict[str, Any], container: str) -> None:
        """
        Change a pod's spec, as JSON, so that one of its containers finds the files.
        """
        (main,) = (one for one in pod["containers"] if one["name"] == container)
        pod["volumes"] = [one for one in pod.get("volumes") or [] if one["name"] != _VOLUME]
        pod["volumes"].append(dict(self.volume))
        mounts = [one for one in main.get("volumeMounts") or [] if one["name"] != _VOLUME]
        plan = {"name": _VOLUME, "mountPath": FOLDER, "readOnly": True}
        main["volumeMounts"] = [*mounts, plan]
        if self.packages:
            _install(pod, main)


def _install(pod: dict[str, Any], main: dict[str, Any]) -> None:
    packages = {"name": _PACKAGES, "mountPath": _PACKAGES_FOLDER}
    pod["volumes"].append({"name": _PACKAGES, "emptyDir": {"sizeLimit": "1Gi"}})
    # The image's own Python has no pip; the Python on which it is built has one.
    pip = ["pip", "install", "--no-cache-dir", "--disable-pip-version-check"]
    pod["initContainers"] = [
        *(pod.get("initContainers") or []),
        {
            "name": "requirements",
            "image": main["image"],
            "imagePullPolicy": main.get("imagePullPolicy", "IfNotPresent"),
            "securityContext": main.get("securityContext", {}),
            # It ends before the others start, so it takes nothing from them; a quota refuses a pod of which one container has none.
            "resources": main.get("resources") or {},
            "command": [*pip, "--target", _PACKAGES_FOLDER, "--requirement", f"{FOLDER}/{REQUIREMENTS}"],
            # An index of one's own is reached by a proxy, an authority and a password as the chart's values bring them.
            "env": list(main.get("env") or []),
            "envFrom": list(main.get("envFrom") or []),
            "volumeMounts": [*(one for one in main["volumeMounts"] if one["name"] != _RESULTS), packages],
        },
    ]
    main["volumeMounts"].append({**packages, "readOnly": True})
    given = [one for one in main.get("env") or [] if one["name"] != PACKAGES_FOLDER]
    main["env"] = [*given, {"name": PACKAGES_FOLDER, "value": _PACKAGES_FOLDER}]


def user_files_mounted(pod: Mapping[str, Any], scenario: str) -> UserFilesMount | None:
    """
    Return the files that the sweep's own pod has mounted, for a scenario among them; ``None`` for a scenario of the
    image.

    Args:
        pod: Spec of the sweep's pod, as JSON.
        scenario: Scenario of the plan: a name, or a path.
    """
    if FOLDER not in map(str, PurePosixPath(scenario).parents):
        return None
    (volume,) = (one for one in pod["volumes"] if one["name"] == _VOLUME)
    return UserFilesMount(
        volume, any(one["name"] == "requirements" for one in pod.get("initContainers") or [])
    )


def pack(files: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    """
    Turn files into a ConfigMap's data and the items of its volume, as the data's keys hold no slash, no blank and no
    letter beside ASCII.

    Args:
        files: Text of each file by its path below the mounted folder.

    Raises:
        InputError: The files are too large for a ConfigMap; the error names the largest.
    """
    size = sum(len(path.encode()) + len(text.encode()) for path, text in files.items())
    if size > LARGEST_BYTES:
        largest = max(files, key=lambda path: len(files[path].encode()))
        raise InputError(
            f"the scenario's files have {size / 1024:.0f} KiB, and a ConfigMap brings {LARGEST_BYTES // 1024} KiB "
            f"(the largest is {largest}); build them into an image and give the chart's image.repository"
        )
    keys = {path: _key(number, path) for number, path in enumerate(files)}
    return (
        {keys[path]: text for path, text in files.items()},
        [{"key": keys[path], "path": path} for path in sorted(files)],
    )


def _key(number: int, path: str) -> str:
    if not _NO_KEY.search(path):
        return path
    return f"{number}-{_NO_KEY.sub('-', path)[-_LONGEST_KEY:]}"
