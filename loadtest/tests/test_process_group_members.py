"""
Who of a process group is asked to end, and who is left to the program that started it.
"""

from __future__ import annotations

import os

import pytest

from loadtest.process_group_members import GroupMember, members_of, to_be_asked

# Pids of a group: npm, the shell it starts, the worker behind it.
TOP, BETWEEN, WORKER = 10, 11, 12


def _group(*, top: bool, between: bool = False) -> list[GroupMember]:
    return [
        GroupMember(TOP, 1, top),
        GroupMember(BETWEEN, TOP, between),
        GroupMember(WORKER, BETWEEN, True),
    ]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        pytest.param(_group(top=True), [TOP], id="npm-passes-it-on"),
        pytest.param(_group(top=False), [TOP, BETWEEN, WORKER], id="shells-do-not"),
        pytest.param(_group(top=False, between=True), [TOP, BETWEEN], id="a-shell-that-starts-npm"),
        pytest.param(
            [GroupMember(TOP, 1, True), GroupMember(BETWEEN, TOP, True), GroupMember(WORKER, TOP, True)],
            [TOP],
            id="a-worker-with-a-pool",
        ),
        pytest.param([GroupMember(WORKER, 1, True)], [WORKER], id="its-launcher-has-ended"),
        pytest.param([], [], id="nobody"),
    ],
)
def test_who_is_asked_first(members: list[GroupMember], expected: list[int]) -> None:
    """A program that handles SIGTERM answers for all that it started."""
    assert [member.pid for member in to_be_asked(members, {})] == expected


def test_nobody_is_asked_twice() -> None:
    """Not even one that runs on for long."""
    group = _group(top=False)

    assert to_be_asked(group, {TOP: False, BETWEEN: False, WORKER: True}, trusts_launchers=False) == []


def test_who_is_left_behind_is_asked_then() -> None:
    """``go run`` handles the signal by ending, and its worker lives on without a parent."""
    first = to_be_asked([GroupMember(TOP, 1, True), GroupMember(WORKER, TOP, True)], {})

    second = to_be_asked([GroupMember(WORKER, 1, True)], {TOP: True})

    assert [member.pid for member in (*first, *second)] == [TOP, WORKER]


def test_a_worker_that_handled_it_once_keeps_its_children() -> None:
    """Node takes its handler back at the first signal; what it started is still its own."""
    group = [GroupMember(TOP, 1, False), GroupMember(WORKER, TOP, False)]

    assert to_be_asked(group, {TOP: True}) == []


def test_a_launcher_that_passes_nothing_on_is_trusted_for_a_time_only() -> None:
    """After that the worker behind it is asked by us."""
    asked = {TOP: True}

    assert to_be_asked(_group(top=True), asked) == []
    assert [m.pid for m in to_be_asked(_group(top=True), asked, trusts_launchers=False)] == [BETWEEN, WORKER]


def test_a_real_group_holds_this_process() -> None:
    """With its parent, as the system says it."""
    mine = {member.pid: member for member in members_of(os.getpgid(0))}

    assert mine[os.getpid()].parent == os.getppid()
