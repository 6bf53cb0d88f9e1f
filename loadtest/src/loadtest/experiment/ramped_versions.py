"""
Whether a ramp between two versions of a Worker Deployment sends a part of the new workflows past the replicas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from loadtest.child import process_group
from loadtest.experiment.readiness import GroupOf, versions_of
from loadtest.results.measured_step import Replica
from loadtest.results.scrape import Backlog


def why_in_part(replicas: Sequence[Replica], look: Backlog, group_of: GroupOf = process_group) -> str | None:
    """
    Return why a part of the new workflows goes past the replicas; ``None`` where no ramp to or from another version divides
    them, or where it is not known of which version the replicas are.
    """
    mine, others = _sides(replicas, look, group_of)
    return _told(mine, others) if mine and others else None


def why_untaken(replicas: Sequence[Replica], look: Backlog, group_of: GroupOf = process_group) -> str | None:
    """
    Return the same where nobody polls for another version that gets a part, so that this part stays open; ``None`` where
    workers of it have polled since the replicas' start, as what stays open is then not the ramp's doing.
    """
    mine, others = _sides(replicas, look, group_of)
    polled = look.versions_polled(lambda _, at: any(replica.ran_at(at) for replica in replicas))
    lost = {version: share for version, share in others.items() if version not in polled}
    return f"nobody polls for {' and '.join(lost)}: {_told(mine, others)}" if mine and lost else None


def _sides(
    replicas: Sequence[Replica], look: Backlog, group_of: GroupOf
) -> tuple[frozenset[str], dict[str, float]]:
    """
    Return the replicas' versions, and the shares of the others.
    """
    mine = versions_of(replicas, look, group_of)
    return mine, {version: share for version, share in look.shares.items() if version not in mine}


def _told(mine: Iterable[str], others: Mapping[str, float]) -> str:
    told = " and ".join(
        f"{share * 100:g} % of the new workflows go to {version}" for version, share in others.items()
    )
    return (
        f"{told}, as a ramp divides them, and the replicas are {' and '.join(sorted(mine))}; make that the current version and end the "
        "ramp (`temporal worker deployment set-current-version`, `set-ramping-version --percentage 0`), or end the ramp and measure "
        "workers of the version that then takes all"
    )
