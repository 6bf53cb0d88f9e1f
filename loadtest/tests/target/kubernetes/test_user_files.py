"""
A user's own files as a ConfigMap brings them.
"""

from __future__ import annotations

import re
from typing import Any

from loadtest.target.kubernetes.user_files import UserFilesMount, pack


def test_a_file_may_be_called_as_its_user_likes() -> None:
    """A ConfigMap's keys hold no blank and few letters; the API would refuse them after the Job was made."""
    files = {"my scenärio.py": "x", "my scen-rio.py": "y", "lib/a.py": "z", "plan.toml": "w"}

    data, items = pack(files)

    assert {one["path"]: data[one["key"]] for one in items} == files
    assert all(re.fullmatch(r"[-._a-zA-Z0-9]+", key) for key in data)


def test_what_installs_packages_has_the_limits_of_what_needs_them() -> None:
    """A quota on limits refuses a pod of which one container has none."""
    resources = {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}}
    main = {"name": "sweep", "image": "loadtest:1", "resources": resources}
    pod: dict[str, Any] = {"containers": [main]}

    UserFilesMount({"name": "plan"}, packages=True).add_to(pod, "sweep")

    (install,) = pod["initContainers"]
    assert install["resources"] == resources


def test_what_installs_packages_reaches_an_index_as_what_needs_them() -> None:
    """By its proxy, with the password and the authority that the chart's values bring; it does not see results."""
    proxy = {"name": "HTTPS_PROXY", "value": "http://proxy:3128"}
    password = {"secretRef": {"name": "index"}}
    authority = {"name": "authority", "mountPath": "/etc/authority"}
    main = {
        "name": "sweep",
        "image": "loadtest:1",
        "env": [proxy],
        "envFrom": [password],
        "volumeMounts": [authority, {"name": "results", "mountPath": "/results"}],
    }
    pod: dict[str, Any] = {"containers": [main]}

    UserFilesMount({"name": "plan"}, packages=True).add_to(pod, "sweep")

    (install,) = pod["initContainers"]
    assert install["env"] == [proxy]
    assert install["envFrom"] == [password]
    assert authority in install["volumeMounts"]
    assert [one["mountPath"] for one in install["volumeMounts"]] == ["/etc/authority", "/plan", "/packages"]
