"""
Write every generated file: ``python -m dashboards [dashboards] [rules]``.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import NoReturn

from dashboards.bounds import QueueBoundsError, read_queue_bounds
from dashboards.generated_files import FILES, ROOT
from dashboards.rules import RuleSettings

_URL = re.compile(r"https?://[^\s/]+(/\S*)?")
_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._/-]*)=([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)")


class _OneLine(argparse.ArgumentParser):
    """
    A parser whose refusals are one line.
    """

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"error: {message}\n")


def _url(text: str) -> str:
    if not _URL.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: must be an address that a browser opens; write https://.../dashboards/runbooks"
        )
    return text


def _label(text: str) -> tuple[str, str]:
    found = _LABEL.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text!r}: must be a label of Kubernetes; write release=monitoring")
    return found[1], found[2]


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = _OneLine(prog="dashboards", description="Write the generated files.", allow_abbrev=False)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=f"{' or '.join(FILES)}; all by default")
    parser.add_argument(
        "--runbooks", type=_url, help="address of the folder of runbooks, for the alerts' links"
    )
    parser.add_argument(
        "--label",
        type=_label,
        action="append",
        default=[],
        help="label of the operator's PrometheusRule, e.g. release=monitoring; may be repeated",
    )
    parser.add_argument("--queue-bounds", type=Path, help="TOML file with bounds of single task queues")
    parser.add_argument(
        "--output", type=Path, default=ROOT, help="folder to write below; this repository by default"
    )
    given = parser.parse_args(argv)
    for kind in given.kinds:
        if kind not in FILES:
            parser.error(f"{kind}: nothing of that kind is generated; there are: {', '.join(FILES)}")
    return given


def main(argv: list[str]) -> int:
    """
    Write the files of the kinds named, or of all.
    """
    given = _arguments(argv)
    try:
        queues = read_queue_bounds(given.queue_bounds) if given.queue_bounds else {}
    except QueueBoundsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    settings = RuleSettings(given.runbooks, dict(given.label), queues)
    for kind in given.kinds or list(FILES):
        for path, text in FILES[kind](settings).items():
            (given.output / path).parent.mkdir(parents=True, exist_ok=True)
            (given.output / path).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
