"""
``loadtest doctor``: which program is missing, which version is wanted, and how to get it.
"""

from __future__ import annotations

from rich.console import Console

from loadtest.errors import InputError
from loadtest.target.doctor import complaints, examine


def doctor() -> int:
    """
    Look for the programs that the cluster's targets call; the local target needs none of them.
    """
    console = Console(soft_wrap=True)
    findings = examine()
    missing = complaints(findings)
    for finding in findings:
        if finding not in missing:
            console.print(finding.line, highlight=False, markup=False)
    if missing:
        raise InputError("\n".join(finding.line for finding in missing))
    return 0
