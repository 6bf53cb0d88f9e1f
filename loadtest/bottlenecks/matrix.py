"""
What was found of planted limits, as a table: planted against found.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from planted_limits import PLANTS, Plant

HEADING = "## How often it is right\n"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    One run of one plant.

    Attributes:
        plant: Name of the plant.
        first: The first suspects, "A or B"; empty where there was none.
        is_right: Whether a planted suspect is among them.
        sentence: The evidence of the first suspect.
        relief: Effect of its relief, in words; empty where it was not relieved.
        is_disturbed: Whether other programs took half a core or more of the machine; the run counts all the same.
    """

    plant: str
    first: str
    is_right: bool
    sentence: str
    relief: str = ""
    is_disturbed: bool = False

    def line(self) -> str:
        """
        Write it as one line of JSON.
        """
        return json.dumps(asdict(self)) + "\n"


def outcome(plant: Plant, found: dict[str, Any]) -> Outcome:
    """
    Judge what ``limits.json`` says of a plant.
    """
    ranking = found["ranking"]
    first = [one for one in ranking if one["group"] == ranking[0]["group"]]
    told = [one["name"] for one in first]
    relief = ""
    for tried in found["tried"]:
        one = tried["throughput"]
        change = (
            ""
            if one["ratio"] is None
            else f" {100 * (one['ratio'] - 1):+.0f} % ({100 * (one['low'] - 1):+.0f} to {100 * (one['high'] - 1):+.0f})"
        )
        relief = f"{tried['relief']}:{change} {one['standing']}"
    return Outcome(
        plant.name,
        " or ".join(told),
        any(name in plant.truth for name in told),
        first[0]["evidence"] if first else "",
        relief,
        any(warning.startswith("other programs") for warning in found["warnings"]),
    )


def read(path: Path) -> list[Outcome]:
    """
    Read the outcomes that were kept.
    """
    return [Outcome(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write_page(page: Path, outcomes: Sequence[Outcome]) -> None:
    """
    Write the page's last section again.
    """
    text = page.read_text(encoding="utf-8")
    before = text.partition(HEADING)[0]
    page.write_text(before + section(outcomes), encoding="utf-8")


def section(outcomes: Sequence[Outcome]) -> str:
    """
    Return the section: one row per plant.
    """
    right = sum(one.is_right for one in outcomes)
    disturbed = sum(one.is_disturbed for one in outcomes)
    tried = any(one.relief for one in outcomes)
    lines = [
        HEADING,
        f"Made by `make bottlenecks` on a machine of two cores: {right} of {len(outcomes)} runs name the planted limit first, "
        f"one saturated step of 15 s each; beside {disturbed} of them other programs used half a core or more.",
        "With nothing planted the machine or the server is the limit.",
        *([] if tried else ["The suspects were named by their readings alone; none was relieved."]),
        "",
        _row("planted", "runs", "right", "first suspects told", *["relief of the first suspect"] * tried),
        _row(*["---"] * (4 + tried)),
    ]
    for name in PLANTS:
        mine = [one for one in outcomes if one.plant == name]
        told = Counter(one.first or "none" for one in mine)
        names = "; ".join(f"{first} ({count})" for first, count in told.most_common()) or "not run"
        reliefs = "; ".join(one.relief for one in mine if one.relief)
        right_here = str(sum(one.is_right for one in mine)) if mine else "-"
        lines.append(_row(name, str(len(mine)), right_here, names, *[reliefs] * tried))
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
