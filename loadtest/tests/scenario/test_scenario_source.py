"""
A scenario is asked only for work that it reads.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest.plan import Work
from loadtest.scenario.loading import load

EVERY = frozenset(Work.model_fields)
BAKERY = Path(__file__).parents[3] / "worker" / "examples" / "bakery" / "scenario.py"


def _scenario(folder: Path, body: str) -> str:
    path = folder / "mine.py"
    path.write_text(
        f'"""Mine."""\nimport functools\nACTIVITIES_PER_WORKFLOW = 1\n\ndef order(arrival):\n    return arrival.work\n\n{body}\n'
    )
    return str(path)


@pytest.mark.parametrize(
    ("body", "read"),
    [
        pytest.param("async def start(client, arrival):\n    return client.go(arrival.order_id)", set(), id="nothing"),
        pytest.param("async def start(client, a):\n    return client.go(a.work.seconds, id=a.order_id)", {"seconds"}, id="one-key"),
        pytest.param("async def start(client, a):\n    return [a.work.cpu_seconds for _ in a.work.spread]", {"cpu_seconds", "spread"}, id="two"),
        pytest.param("async def start(client, a):\n    work = a.work\n    return client.go(work.seconds)", EVERY, id="the-work-as-a-whole"),
        pytest.param("async def start(client, a):\n    return client.go(order(a))", EVERY, id="the-arrival-handed-on"),
        pytest.param("async def start(client, a):\n    return client.go(getattr(a, 'work'))", EVERY, id="by-name"),
        pytest.param("async def _start(client, a):\n    return client.go(a.work.seconds)\n\n@functools.wraps(_start)\nasync def start(client, a):\n    return await _start(client, a)", {"seconds"}, id="wrapped"),
        pytest.param("exec('async def start(client, a):\\n    return 1')", EVERY, id="without-source"),
    ],
)  # fmt: skip
def test_what_start_reads_is_seen_in_its_source(tmp_path: Path, body: str, read: set[str]) -> None:
    """Whatever may read more counts as reading all."""
    assert load(_scenario(tmp_path, body)).reads_work == read


@pytest.mark.parametrize(
    ("name", "read"),
    [("repair", EVERY), ("noop", frozenset()), (str(BAKERY), frozenset({"seconds"}))],
    ids=["repair", "noop", "bakery"],
)
def test_the_kits_scenarios_are_read_aright(name: str, read: frozenset[str]) -> None:
    """An empty order has no work at all."""
    assert load(name).reads_work == read
