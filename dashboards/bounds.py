"""
The bounds of good values, defined once: panels draw them as lines, alerts fire beyond them. Single task queues may have
others, as a nightly batch may wait where orders may not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

# Rob Holland, "Scaling Temporal: The basics" (Temporal's blog, 2023): schedule-to-start and start
# requests p95 below 150 ms, shard lock p95 below 5 ms, sync match at least 99 %, CPU below 80 %.
SCHEDULE_TO_START_P95_SECONDS = 0.15
START_REQUEST_P95_SECONDS = 0.15
SHARD_LOCK_P95_SECONDS = 0.005
SYNC_MATCH_RATIO = 0.99
CPU_CORES = 0.8
# Temporal's worker performance guide: poll success above 90 % in steady load.
POLL_SUCCESS_RATIO = 0.9
# Ours: a ratio of fewer tasks than this each second says nothing.
TASKS_PER_SECOND = 1
# Ours: a slot-limited worker at 100 % makes tasks wait whatever its CPU does.
SLOTS_USED_RATIO = 0.95
# Ours: waiting ten times the bound on schedule-to-start is no burst any more.
BACKLOG_AGE_SECONDS = 1.5
# The validity rule of a step: an injector later than this measures itself.
INJECTOR_LAG_P99_SECONDS = 0.01
SENT_RATIO = 0.99
RESTARTS = 2
# Ours: an autoscaler without room, a certificate's last week, a share of failed requests that is no accident.
AUTOSCALER_REPLICAS_LEFT = 1
CERTIFICATE_SECONDS_LEFT = 7 * 24 * 3600.0
PERSISTENCE_FAILED_RATIO = 0.001


@dataclass(frozen=True, slots=True)
class PanelBound:
    """
    The bound of good values on a panel.

    Attributes:
        value: Value of the bound, in the panel's unit.
        good_below: Whether good is below it; otherwise above.
    """

    value: float
    good_below: bool = True


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
