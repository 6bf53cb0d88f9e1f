"""
How everything of a run reaches one Temporal server.
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
        namespace: Of the run's workflows there.
        connection:
            The ``TEMPORAL_*`` variables beside those two.  Where a profile leads there, they are its name and its
            file's alone: the credentials stay in the file.
        page: URL of its /metrics, of several processes with commas between; ``None`` where none was named.
        profile: The profile of the user's Temporal configuration file that leads there; ``None`` where none does.
    """

    address: str
    namespace: str
    connection: Mapping[str, str] = field(repr=False)
    page: str | None = None
    profile: str | None = None

    @property
    def variables(self) -> dict[str, str]:
        """
        Everything that a child process must see to reach it.
        """
        return {**self.connection, "TEMPORAL_ADDRESS": self.address, "TEMPORAL_NAMESPACE": self.namespace}
