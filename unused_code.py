"""
What neither the product nor a test uses: vulture, which reads a file again only after it has changed.

Its settings are those of ``pyproject.toml``; ``make lint`` runs it.
"""

from __future__ import annotations

import hashlib
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vulture import __version__
from vulture.config import make_config
from vulture.core import Vulture
from vulture.utils import ExitCode

KEPT = Path(".vulture_cache")
_LISTS = (
    "defined_attrs",
    "defined_classes",
    "defined_funcs",
    "defined_imports",
    "defined_methods",
    "defined_props",
    "defined_vars",
    "unreachable_code",
)

Finding = tuple[dict[str, list[Any]], set[str]]
"""
What one file defines, list by list, and the names that it uses.
"""


class RememberingVulture(Vulture):  # type: ignore[misc]
    """
    Takes what a file defines and uses from the last run where the file is the same.

    Attributes:
        known: Findings of the last run, by the file's name and content.
        found: Those of this run.
    """

    def __init__(self, names: list[str], decorators: list[str], known: Mapping[str, Finding]) -> None:
        super().__init__(ignore_names=names, ignore_decorators=decorators)
        self.known, self.found = known, dict[str, Finding]()

    def scan(self, code: str, filename: str | Path = "") -> None:
        """
        Take in one file.
        """
        key = hashlib.sha256(f"{filename}\n{code}".encode()).hexdigest()
        finding = self.known.get(key)
        if finding is None:
            alone = Vulture(ignore_names=self.ignore_names, ignore_decorators=self.ignore_decorators)
            alone.scan(code, filename)
            finding = {name: list(getattr(alone, name)) for name in _LISTS}, set(alone.used_names)
            if alone.exit_code != ExitCode.NoDeadCode:  # it could not be read, which is to be said each time
                self.exit_code = alone.exit_code
                return
        self.found[key] = finding
        defined, used = finding
        for name, items in defined.items():
            getattr(self, name).extend(items)
        self.used_names.update(used)


def unused_code(config: Mapping[str, Any], kept: Path) -> int:
    """
    Print what is not used.

    Args:
        config: Of vulture.
        kept: The file of the last run's findings, which may be missing; it is written anew.

    Returns:
        Vulture's exit code: 0 if all is used.
    """
    settings = (__version__, sys.version, config["ignore_names"], config["ignore_decorators"])
    then, known = pickle.loads(kept.read_bytes()) if kept.exists() else (None, {})
    vulture = RememberingVulture(
        config["ignore_names"], config["ignore_decorators"], known if then == settings else {}
    )
    vulture.scavenge(config["paths"], exclude=config["exclude"])
    written = kept.with_suffix(".new")
    written.write_bytes(pickle.dumps((settings, vulture.found)))
    written.replace(kept)
    return int(vulture.report(min_confidence=config["min_confidence"]))


if __name__ == "__main__":
    sys.exit(unused_code(make_config(), KEPT))
