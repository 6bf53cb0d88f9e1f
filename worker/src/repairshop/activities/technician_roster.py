"""
Who works in the shop, what they know and how much they can hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Technician:
    """
    Somebody who repairs.

    Attributes:
        name: Unique in the shop.
        skills: What they know.
        capacity: Open orders that they can hold at a time.
    """

    name: str
    skills: frozenset[str]
    capacity: int = 2


TECHNICIANS = (
    Technician("Ada", frozenset({"screens", "batteries"})),
    Technician("Bo", frozenset({"screens", "boards"})),
    Technician("Cem", frozenset({"batteries", "boards"})),
    Technician("Dana", frozenset({"optics"}), capacity=1),
)
# Takes over what is late, and has always room for it.
SENIOR = "Selma"
INSPECTORS = ("Ines", "Jo", "Kim", "Ada", "Bo", SENIOR)


def able(skill: str) -> list[Technician]:
    """
    Return who knows a skill; all for none.
    """
    return [technician for technician in TECHNICIANS if not skill or skill in technician.skills]


def known_skills() -> list[str]:
    """
    Return what somebody in the shop knows, sorted.
    """
    return sorted({skill for technician in TECHNICIANS for skill in technician.skills})


def inspector_for(seed: int, round_: int, repaired_by: Collection[str]) -> str:
    """
    Return who inspects: nobody who repaired, another one from round to round.
    """
    others = [name for name in INSPECTORS if name not in repaired_by]
    return others[(seed + round_) % len(others)]
