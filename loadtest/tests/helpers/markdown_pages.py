"""
The pages of the repository, and what they tell people to type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tracked_files import ROOT, tracked


@dataclass(frozen=True, slots=True)
class Page:
    """
    One Markdown file.

    Attributes:
        path: Below the repository.
        text: Of it.
    """

    path: Path
    text: str

    @property
    def prose(self) -> str:
        """
        What stands in no fenced block.
        """
        return re.sub(r"^```.*?^```", "", self.text, flags=re.S | re.M)

    @property
    def commands(self) -> tuple[str, ...]:
        """
        Command lines of its consoles, and those that the prose names, without their comments.
        """
        blocks = re.findall(r"^```console\n(.*?)^```", self.text, re.S | re.M)
        lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
        typed = [line[2:].partition(" #")[0].strip() for line in lines if line.startswith("$ ")]
        return (*typed, *re.findall(r"`((?:make|loadtest|repairshop) [^`]+)`", self.prose))

    @property
    def anchors(self) -> frozenset[str]:
        """
        What a link can name in it: its headings, as GitHub spells them.
        """
        headings = re.findall(r"^#+ (.*)$", self.prose, re.M)
        return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def pages() -> Iterator[Page]:
    """
    Return every page but the changelog, which tells of what was.
    """
    for path in tracked("*.md"):
        if path != ROOT / "CHANGELOG.md":
            yield Page(path.relative_to(ROOT), path.read_text(encoding="utf-8"))
