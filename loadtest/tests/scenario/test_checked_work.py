"""
A scenario's `drawn_work` is looked at when the scenario is loaded, and whatever it returns later too.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from loadtest import scenario
from loadtest.errors import InputError
from loadtest.plan import Work

HEAD = '"""Mine."""\nimport functools\nACTIVITIES_PER_WORKFLOW = 1\nasync def start(client, arrival):\n    return None\n'


def _load(folder: Path, text: str) -> scenario.Scenario:
    path = folder / "mine.py"
    path.write_text(HEAD + text, encoding="utf-8")
    return scenario.load(str(path))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("drawn_work = 7\n", "has a `drawn_work` that is not `def drawn_work(work, seed)`", id="a-number"),
        pytest.param("def drawn_work(work):\n    return [1.0]\n", "has a `drawn_work` that is not", id="arguments"),
        pytest.param("async def drawn_work(work, seed):\n    return [1.0]\n", "has a `drawn_work` that is not", id="async"),
        pytest.param("def drawn_work(work, seed):\n    return work.hours\n", "`drawn_work` broke (AttributeError: ", id="breaks"),
        pytest.param("def drawn_work(work, seed):\n    return 0.2\n", "`drawn_work` returned 0.2; ", id="no-list"),
        pytest.param("def drawn_work(work, seed):\n    return 'abc'\n", "`drawn_work` returned 'abc'; ", id="text"),
        pytest.param("def drawn_work(work, seed):\n    return []\n", "`drawn_work` returned []; ", id="nothing"),
        pytest.param("def drawn_work(work, seed):\n    return [-1.0]\n", "`drawn_work` returned [-1.0]; ", id="below-zero"),
    ],
)  # fmt: skip
def test_work_that_nobody_can_reckon_with_is_refused_at_the_load(
    tmp_path: Path, text: str, told: str
) -> None:
    """It was a traceback once the first step had been measured."""
    with pytest.raises(InputError) as refused:
        _load(tmp_path, text)

    assert told in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("def drawn_work(work, seed):\n    return [work.seconds, 1]\n", id="seconds"),
        pytest.param("def drawn_work(work, seed, more=1):\n    return (0.0,)\n", id="with-a-default"),
        pytest.param("@functools.cache\ndef drawn_work(work, seed):\n    return (0.5,)\n", id="cached"),
        pytest.param("def drawn_work(work, seed):\n    return None\n", id="cannot-tell"),
        pytest.param("", id="says-nothing"),
    ],
)
def test_work_in_any_other_form_is_taken(tmp_path: Path, text: str) -> None:
    """As long as it is seconds, or nothing."""
    assert _load(tmp_path, text).name == "mine"


def test_what_a_later_order_breaks_on_is_one_line_too(tmp_path: Path) -> None:
    """Its load tries one order alone."""
    loaded = _load(tmp_path, "def drawn_work(work, seed):\n    return [1.0] if seed == 0 else 'x'\n")

    assert loaded.drawn_work is not None
    assert loaded.drawn_work(Work(), 0) == [1.0]
    with pytest.raises(InputError, match="scenario mine: `drawn_work` returned 'x'"):
        loaded.drawn_work(Work(), 1)
