"""
Whether a ramp between two versions of a Worker Deployment sends a part of the new workflows past the replicas.
"""

from __future__ import annotations

from collections.abc import Sequence

from loadtest.child import process_group
from loadtest.experiment.readiness import GroupOf, versions_of
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog


def why_in_part(replicas: Sequence[Replica], look: Backlog, group_of: GroupOf = process_group) -> str | None:
    """
    Return why a part of the new workflows goes past the replicas; ``None`` where no ramp to or from another version divides
    them, or where it is not known of which version the replicas are.
    """
    mine = versions_of(replicas, look, group_of)
    others = {version: share for version, share in look.shares.items() if version not in mine}
    if not mine or not others:
        return None
    told = " and ".join(
        f"{share * 100:g} % of the new workflows go to {version}" for version, share in others.items()
    )
    return (
        f"{told}, as a ramp divides them, and the replicas are {' and '.join(sorted(mine))}; make that the current version and end the "
        "ramp (`temporal worker deployment set-current-version`, `set-ramping-version --percentage 0`), or let the scenario start its "
        "workflows with a `versioning_override` that pins them to that version"
    )
