"""
Starts Locust as a sweep's process, with no settings but those of its command line.

Without being asked, Locust reads ``~/.locust.conf``, ``locust.conf`` and ``pyproject.toml`` of the current folder; a
run time or a log file that is set there for another purpose would end or change the load.
"""

from __future__ import annotations

from typing import Any

from locust import argument_parser, main


class _WithoutFiles(argument_parser.LocustArgumentParser):  # type: ignore[misc]  # locust ships no types
    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "default_config_files": []})


if __name__ == "__main__":
    argument_parser.LocustArgumentParser = _WithoutFiles
    main.main()
