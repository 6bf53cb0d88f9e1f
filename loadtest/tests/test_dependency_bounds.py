"""
Each direct dependency names the oldest version that works, so that an install beside a team's own packages mends or refuses.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
OWN = "repair-worker"


def direct(distribution: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / distribution / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = [text for group in project.get("optional-dependencies", {}).values() for text in group]
    every = map(Requirement, [*project["dependencies"], *optional])
    return [requirement for requirement in every if requirement.name != OWN]


def pinned() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}


@pytest.mark.parametrize("distribution", ["worker", "loadtest"])
def test_each_direct_dependency_has_an_oldest_version_and_no_newest(distribution: str) -> None:
    """Without one pip keeps what is installed, such as pydantic 1; with a newest one a team could not upgrade."""
    found = {str(one): [bound.operator for bound in one.specifier] for one in direct(distribution)}

    assert found != {}
    assert {text: operators for text, operators in found.items() if operators != [">="]} == {}


@pytest.mark.parametrize("distribution", ["worker", "loadtest"])
def test_what_the_tests_run_with_is_within_the_bounds(distribution: str) -> None:
    """Each dependency is pinned for the tests, at a version that users may have."""
    versions = pinned()

    assert [
        str(one)
        for one in direct(distribution)
        if not one.specifier.contains(versions[canonicalize_name(one.name)])
    ] == []


def test_both_distributions_ask_for_the_same() -> None:
    """They share an environment, so the older bound of two would never be tried."""
    worker, loadtest = ({one.name: one.specifier for one in direct(name)} for name in ("worker", "loadtest"))

    assert {name: worker[name] for name in worker.keys() & loadtest} == {
        name: loadtest[name] for name in worker.keys() & loadtest
    }
