"""
What every page says below its title: what was run, where, on which server and when.
"""

from __future__ import annotations

from loadtest.plan import Open, Plan
from loadtest.plural import counted
from loadtest.report.numbers import core_count, rate
from loadtest.results.manifest import Manifest

_PLACES = {"local": "one machine", "kubernetes": "Kubernetes", "compose": "Docker Compose"}


def about_run(scenario: str, manifest: Manifest) -> str:
    """
    Return the sentence, with the time in UTC.
    """
    place = _PLACES.get(manifest.target, manifest.target)
    server = manifest.server_version or "of unknown version"
    started = manifest.started_at[:16].replace("T", " ")
    return f"Scenario {scenario} on {place}, {core_count(manifest.machine)}, Temporal server {server}, {started} UTC."


def about_blocks(plan: Plan, load: int, manifest: Manifest) -> str:
    """
    Return the same of a run whose blocks have one replica count and one load, and begin with these two.

    Args:
        plan: Plan of the run.
        load: Index of the blocks' load in the plan.
        manifest: Manifest of the run.
    """
    chosen = plan.loads[load]
    how = f"at {rate(chosen.arrival_rate)}/s" if isinstance(chosen, Open) else "saturated"
    return f"{counted(plan.replicas[0], 'replica')} {how}. {about_run(plan.scenario, manifest)}"
