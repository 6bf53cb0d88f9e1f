"""
Texts of users, such as command lines and currencies, as parts of Markdown and XML that no character of them breaks.
"""

from __future__ import annotations

import re

# What XML 1.0 has no way to write, not even as a reference; what is left of an undecodable file name is among it.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def markdown_line(text: str) -> str:
    """
    Return a text as one line of Markdown: outside of code, ``<`` begins no HTML.
    """
    parts = " ".join(xml_text(text).split()).split("`")
    is_paired = len(parts) % 2 == 1
    return "`".join(
        part if is_paired and index % 2 else part.replace("<", "&lt;") for index, part in enumerate(parts)
    )


def markdown_cell(text: str) -> str:
    """
    Return a text as a cell of a Markdown table, which a bar would end.
    """
    return markdown_line(text).replace("|", "\\|")


def markdown_code(text: str) -> str:
    """
    Return a text as code of one line, between more backticks than it has in a row.
    """
    line = " ".join(xml_text(text).split())
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def xml_text(text: str) -> str:
    """
    Return a text without the characters that no XML can hold, each replaced by U+FFFD.
    """
    return _NO_XML.sub("\ufffd", text)
