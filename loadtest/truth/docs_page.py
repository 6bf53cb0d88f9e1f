"""
The page of the documentation that a trial writes: which file it is, and its parts where several programs each write one.
"""

from __future__ import annotations

import argparse
from pathlib import Path

_PAGES = Path(__file__).parents[1] / "docs"
_HEADING = "\n## "


def page_parser(description: str | None, page: str) -> argparse.ArgumentParser:
    """
    Return a parser that has ``--output``, to which a trial adds what is its own.

    Args:
        description: The trial's docstring.
        page: Name of the page that is written unless another file is named.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--output", type=Path, default=_PAGES / page)
    return parser


def write_head(path: Path, head: str) -> None:
    """
    Write what stands before the first section, and keep the sections.
    """
    _, *sections = _parts(path)
    path.write_text(_HEADING.join([f"{head.rstrip()}\n", *sections]), encoding="utf-8")


def write_section(path: Path, heading: str, body: str) -> None:
    """
    Write one section in its place, or as the last one.
    """
    head, *sections = _parts(path)
    mine = f"{heading}\n\n{body.rstrip()}\n"
    at = next((n for n, section in enumerate(sections) if section.startswith(f"{heading}\n")), None)
    sections = [*sections, mine] if at is None else [*sections[:at], mine, *sections[at + 1 :]]
    path.write_text(_HEADING.join([head, *sections]), encoding="utf-8")


def _parts(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split(_HEADING) if path.is_file() else [""]
