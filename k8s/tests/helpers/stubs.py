"""
Programs of a folder that stands first in PATH: each notes how it was called and answers as it is told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

# Of `kubectl`: one cluster that answers and holds nothing.
EMPTY_CLUSTER = """
case "$*" in
  *"config get-contexts"*) echo {context} ;;
  *"get --raw /apis/"*) exit 1 ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Stubs:
    """
    The folder of the programs.

    Attributes:
        folder: Folder of the programs.
        context: Name of the one cluster.
    """

    folder: Path
    context: str

    def put(self, name: str, script: str) -> None:
        """
        Make a program: a line of shell, or more.
        """
        program = self.folder / name
        program.write_text(f'#!/bin/bash\necho "{name} $*" >>"{self.folder}/calls"\n{script}\n')
        program.chmod(0o755)

    def calls(self, start: str = "") -> list[str]:
        """
        The calls so far that start like this.
        """
        file = self.folder / "calls"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if line.startswith(start)]

    @property
    def environment(self) -> dict[str, str]:
        """
        Return the environment for ``make``.
        """
        return {"PATH": f"{self.folder}:{os.environ['PATH']}", "IMAGE_CONTEXT": ""}

    @property
    def config(self) -> str:
        """
        For ``make``: the kubeconfig in which the cluster stands.
        """
        return f"OWN_KUBECONFIG={self.folder}/config"


def cluster_of_stubs(folder: Path, context: str) -> Stubs:
    """
    Put kubectl and a Docker that has every image; the cluster is empty.
    """
    stubs = Stubs(folder, context)
    (folder / "config").write_text("")
    stubs.put("kubectl", EMPTY_CLUSTER.replace("{context}", context))
    stubs.put(
        "docker",
        'case "$*" in *--format*) echo 1000000 ;; "save --output"*) echo packed >"$3" ;; esac',
    )
    return stubs
