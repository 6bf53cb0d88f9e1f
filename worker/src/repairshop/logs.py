"""
One line of log per record, as text for people or as JSON for machines.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from repairshop.settings import LogFormat


class JsonFormatter(logging.Formatter):
    """
    A record as one JSON object on one line.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        Return the record's time, level, logger and message, and its traceback where it has one.
        """
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


def configure(level: str, log_format: LogFormat) -> None:
    """
    Send all logs to stderr.
    """
    formatters: dict[LogFormat, logging.Formatter] = {
        LogFormat.TEXT: logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"),
        LogFormat.JSON: JsonFormatter(),
    }
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatters[log_format])
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
