"""
The services of a Temporal server that write metrics, and the labels that most of their families carry.
"""

from __future__ import annotations

from loadtest.catalogue.metric import Writer

# Read in the server's source, tag by tag; 1.19 stands for "or older".
_SINCE = "Temporal server 1.19"

EVERY_SERVICE = Writer("server, every service", since=_SINCE)
FRONTEND = Writer("server, frontend", since=_SINCE, service="frontend")
HISTORY = Writer("server, history", since=_SINCE, service="history")
MATCHING = Writer("server, matching", since=_SINCE, service="matching")
PER_NAMESPACE = ("service_name", "namespace", "operation")
