"""
How all parts of a run reach one Temporal server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerAccess:
    """
    How injectors, workers and probes of a run reach a server.

    Attributes:
        address: ``host:port`` of its frontend.
        namespace: Namespace of the run's workflows on the server.
        connection: The ``TEMPORAL_*`` variables without address and namespace. Where a profile leads to the server,
            these are only the profile's name and its file: the credentials stay in the file.
        page: URL of the server's /metrics page, or of several processes' pages with commas between; ``None`` where none
            was named.
        profile: Profile of the user's Temporal configuration file that leads to the server; ``None`` where none does.
    """

    address: str
    namespace: str
    connection: Mapping[str, str] = field(repr=False)
    page: str | None = None
    profile: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """
        All variables that a child process needs to reach the server.
        """
        return {**self.connection, "TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": self.namespace}
