"""
Reads one line of a /metrics page, in Prometheus' text format or in OpenMetrics, whichever library wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from loadtest.catalogue.metric import plain_spelling
from loadtest.errors import MeasurementError

# Name, labels in braces with any text between quotes, value; a timestamp and an exemplar may follow.
_SAMPLE = re.compile(
    r'\s*(?P<name>[^\s{]+)\s*(?P<labels>\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?\s+(?P<value>\S+)'
    r"(?:\s+[-+.\deE]+)?\s*(?:#.*)?$"
)
_LABEL = re.compile(r'(\w+)\s*=\s*"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Sample:
    """
    One sample.

    Attributes:
        identity: Name and labels as they are on the page, which tell series apart.
        name: Name of the metric.
        value: Value of the sample.
    """

    identity: str
    name: str
    value: float


def name_of(line: bytes) -> bytes:
    """
    Return the name at the beginning of a line, empty for a line without one.
    """
    words = line.partition(b"{")[0].split(None, 1)
    return words[0] if words else b""


def sample(endpoint: str, line: str) -> Sample | None:
    """
    Read one line; ``None`` for a comment or an empty line.

    Raises:
        MeasurementError: The line is no sample; the error names the endpoint and the line.
    """
    if not line.strip() or line.lstrip().startswith("#"):
        return None
    found = _SAMPLE.match(line)
    try:
        if found is not None:
            labels = found["labels"] or ""
            return Sample(found["name"] + labels, found["name"], float(found["value"]))
    except ValueError:
        pass  # its value is no number: told below
    raise MeasurementError(
        f"{endpoint}: its page holds a line that is no sample: {line[:120]!r}; expected `name{{labels}} value`, "
        "so give the URL of a Prometheus page"
    )


def labels_of(identity: str) -> dict[str, str]:
    """
    Return the labels of a series by its identity.
    """
    return dict(_LABEL.findall(identity))


def is_same_value(written: str, value: str) -> bool:
    """
    Tell whether a label's value on a page means a given value, in any of the spellings.
    """
    return plain_spelling(written) == plain_spelling(value)
