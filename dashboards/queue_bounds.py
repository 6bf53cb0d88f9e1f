"""
Bounds of single task queues: a nightly batch may wait where orders may not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]
_Ratio = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


class QueueBoundsError(Exception):
    """
    A file of bounds cannot be used; the text has one line for each problem.
    """


class QueueBounds(BaseModel):
    """
    What a queue must not pass; ``false`` where nothing is told of it, left out where the general bound holds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schedule_to_start_p95_seconds: _Seconds | Literal[False] | None = None
    backlog_age_seconds: _Seconds | Literal[False] | None = None
    sync_match_ratio: _Ratio | Literal[False] | None = None
    poll_success_ratio: _Ratio | Literal[False] | None = None

    def of(self, name: str) -> float | Literal[False] | None:
        """
        Return a bound by its name.
        """
        bound: float | Literal[False] | None = getattr(self, name)
        return bound


_FILE = TypeAdapter(dict[str, QueueBounds])


def read_queue_bounds(path: Path) -> dict[str, QueueBounds]:
    """
    Read a TOML file with one table for each queue: ``[nightly-batch]`` and below it ``backlog_age_seconds = 14400``.

    Raises:
        QueueBoundsError: It cannot be read, a bound is not one, or two queues are one to the server; all problems at once.
    """
    try:
        bounds = _FILE.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        known = ", ".join(QueueBounds.model_fields)
        places = dict.fromkeys(".".join(map(str, problem["loc"][:2])) for problem in error.errors())
        raise QueueBoundsError(
            "\n".join(
                f"error: {path}: {place}: must be one of {known}, each a number of seconds above 0, "
                "a ratio from 0 to 1, or false to say nothing of it"
                for place in places
            )
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise QueueBoundsError(f"error: {path}: no file of bounds in TOML: {error}") from None
    _demand_told_apart(path, bounds)
    return bounds


def _demand_told_apart(path: Path, bounds: Collection[str]) -> None:
    alike: dict[str, list[str]] = {}
    for name in bounds:
        alike.setdefault(either_spelling(name), []).append(name)
    problems = [
        f"error: {path}: {' and '.join(names)}: the server spells each {re.sub('[^A-Za-z0-9]', '_', names[0])} in its "
        "series, so no rule tells them apart; keep one, whose bounds then hold for each"
        for names in alike.values()
        if len(names) > 1
    ]
    if problems:
        raise QueueBoundsError("\n".join(problems))


def either_spelling(name: str) -> str:
    """
    Return a regular expression for a namespace or task queue as workers and as the server spell it.

    The server writes every other character than a letter or a digit as ``_``, a worker writes the
    name as it is; for the same reason no query joins the two by these labels.
    """
    return re.sub(r"[^A-Za-z0-9]", ".", name)
