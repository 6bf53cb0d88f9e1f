"""
Who works in the shop, what they know and how many orders they can hold.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Technician:
    """
    A person who repairs devices.

    Attributes:
        name: Name that is unique in the shop.
        skills: Skills of the technician.
        capacity: Number of open orders that they can hold at the same time.
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
# Takes over late orders, and always has room for them.
SENIOR = "Selma"
INSPECTORS = ("Ines", "Jo", "Kim", "Ada", "Bo", SENIOR)


def able(skill: str) -> list[Technician]:
    """
    Return the technicians who have a skill; all technicians for an empty skill.
    """
    return [technician for technician in TECHNICIANS if not skill or skill in technician.skills]


def known_skills() -> list[str]:
    """
    Return all skills of the shop's technicians, sorted.
    """
    return sorted({skill for technician in TECHNICIANS for skill in technician.skills})


def inspector_for(seed: int, round_: int, repaired_by: Collection[str]) -> str:
    """
    Return an inspector: not one who repaired the device, and another one from round to round.
    """
    others = [name for name in INSPECTORS if name not in repaired_by]
    return others[(seed + round_) % len(others)]
