"""
Reads plan files.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from loadtest.errors import InputError
from loadtest.plan.plan_model import Plan
from loadtest.plan.plan_problems import problem_lines


def parse_plan(document: Mapping[str, Any], where: str) -> Plan:
    """
    Turn a TOML document into a plan.

    Args:
        document: The parsed TOML.
        where: Name of the plan in errors, usually the file.

    Raises:
        InputError: One line for each problem of the document.
    """
    try:
        return Plan.model_validate(document)
    except ValidationError as error:
        raise InputError("\n".join(f"{where}: {line}" for line in problem_lines(document, error))) from None


@dataclass(frozen=True, slots=True)
class TomlKind:
    """
    What a TOML file is, as its refusals call it.

    Attributes:
        name: Of the kind.
        to_copy: What to begin with where there is no file.
        example: One that can be read.
    """

    name: str
    to_copy: str
    example: str

    def read(self, path: Path, name: str) -> str:
        """
        Return what a file holds.

        Args:
            path: The file.
            name: What refusals call it.

        Raises:
            InputError: It is missing, cannot be read, or is no text.
        """
        try:
            # Editors on Windows begin a file with a byte order mark, which is no TOML.
            return path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            here = "" if path.is_absolute() else f" in {Path.cwd()}"
            raise InputError(f"{name}: no such {self.name}{here}; {self.to_copy}") from None
        except UnicodeDecodeError as error:
            raise InputError(self._no_toml(name, str(error))) from None
        except (OSError, ValueError) as error:
            told = (error.strerror if isinstance(error, OSError) else None) or str(error)
            raise InputError(f"{name}: cannot be read: {told}; give a readable {self.name}") from None

    def document(self, name: str, text: str) -> dict[str, Any]:
        """
        Return a text as a TOML document.

        Raises:
            InputError: It is none; names the file.
        """
        try:
            return tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            told = "nested too deeply" if isinstance(error, RecursionError) else str(error)
            raise InputError(self._no_toml(name, told)) from None

    def _no_toml(self, name: str, told: str) -> str:
        return f"{name}: not a TOML file: {told}; see {self.example} for one"


_PLAN = TomlKind(
    "plan file",
    "the repository's loadtest/plans/ holds demo.toml, smoke.toml, scaling.toml, own-worker.toml",
    "loadtest/plans/demo.toml",
)


@dataclass(frozen=True, slots=True)
class PlanFile:
    """
    A plan file, read only once, as a pipe cannot be read twice.

    Attributes:
        name: Name of the file as the user gave it.
        text: Text of the file.
    """

    name: str
    text: str

    @classmethod
    def read(cls, path: Path) -> PlanFile:
        """
        Read a file.

        Raises:
            InputError: The file is missing, cannot be read, or is no text.
        """
        return cls(str(path), _PLAN.read(path, str(path)))

    def document(self) -> dict[str, Any]:
        """
        Return the file's text as a TOML document.

        Raises:
            InputError: The text is not TOML.
        """
        return _PLAN.document(self.name, self.text)
