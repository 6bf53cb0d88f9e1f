"""
How often a comparison on a real server is wrong: settings that differ in nothing that matters, and one that is slower.

    python loadtest/truth/real_comparisons.py [--same 40] [--slower 10] [--results FOLDER] [--output loadtest/docs/compare.md] [--table]
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from docs_page import page_parser, write_section
from program_run import compare_settings

from loadtest.errors import InputError
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.document import read

PLAN = Path(__file__).parent / "plans" / "comparisons.toml"
HEADING = "On a real server"
# So that the machine's cores are not what is compared; each has a server of its own.
SIDE_BY_SIDE = 3
_BLOCK_SECONDS, _CHANGE_OVER_SECONDS = 6, 2
_SHOWN = ("throughput", "worker-cpu", "server-cpu", "worker-memory")


@dataclass(frozen=True, slots=True)
class Pair:
    """
    Two settings of known difference.

    Attributes:
        title: Title of the pair in the table.
        a, b: The two settings, as ``KEY=VALUE``.
    """

    title: str
    a: str
    b: str


SAME = Pair("a byte of payload", "work.payload_bytes=100", "work.payload_bytes=101")
SLOWER = Pair("activities 10 % longer", "work.seconds=0.4", "work.seconds=0.44")


def compare(pair: Pair, seed: int, results: Path) -> None:
    """
    Run one comparison, about three minutes, unless it was run before.
    """
    if any(found.a == pair.a for found in _finished(results / str(seed))):
        return
    blocks = ("--block", str(_BLOCK_SECONDS), "--change-over", str(_CHANGE_OVER_SECONDS))
    compare_settings(
        PLAN, pair.a, pair.b, results / str(seed), *blocks, "--seed", str(seed), "--progress", "plain"
    )


def section(results: Path) -> str:
    """
    Write the findings of the comparisons that were run.
    """
    finished = _finished(results)
    lines = [
        f"Made by `make truth-compare` with `loadtest/truth/plans/comparisons.toml`: whole comparisons with blocks of {_BLOCK_SECONDS} s, "
        f"added rounds included, {SIDE_BY_SIDE} at a time on one machine, each with a server, a worker and draws of its own.",
        "Of settings that are the same, an interval of 95 % leaves one out in 20; called different is what has it wholly on one side and not within 5 %.",
        "",
        "| A and B differ in | quantity | comparisons | the same | cannot tell | called different | intervals that hold no difference | half an interval, median |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for pair in (SAME, SLOWER):
        mine = [one for one in finished if (one.a, one.b) == (pair.a, pair.b)]
        lines += [_row(pair, quantity, mine) for quantity in _SHOWN]
    return "\n".join(lines)


def _row(pair: Pair, quantity: str, comparisons: Sequence[ComparisonResult]) -> str:
    found = [one for comparison in comparisons for one in comparison.quantities if one.quantity == quantity]
    known = [one for one in found if one.low is not None and one.high is not None]
    counts = [
        sum(one.standing is standing for one in found) for standing in (Standing.SAME, Standing.UNKNOWN)
    ]
    different = len(found) - sum(counts)
    holding = sum(one.low <= 1 <= one.high for one in known if one.low is not None and one.high is not None)
    cells = (
        pair.title,
        quantity,
        len(found),
        *counts,
        different,
        f"{holding} of {len(known)}",
        _usual_half(known),
    )
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _usual_half(known: Sequence[QuantityComparison]) -> str:
    halves = sorted((one.high - one.low) / 2 for one in known if one.low is not None and one.high is not None)
    return f"{100 * halves[len(halves) // 2]:.1f} %" if halves else "-"


def _finished(results: Path) -> list[ComparisonResult]:
    found = []
    for path in sorted(results.rglob("comparison.json")):
        try:
            found.append(read(ComparisonResult, path))
        except InputError as error:
            print(f"left out: {error}", file=sys.stderr)
    return found


def main() -> None:
    """
    Run the comparisons that are asked for, and write the section.
    """
    parser = page_parser(__doc__, "compare.md")
    parser.add_argument("--same", type=int, default=40, help="comparisons of settings that are the same")
    parser.add_argument("--slower", type=int, default=10, help="comparisons with one that is slower")
    parser.add_argument("--table", action="store_true", help="run nothing, write the table of what is there")
    parser.add_argument("--results", type=Path, default=Path("results/comparisons"))
    given = parser.parse_args()
    if not given.table:
        pairs = [SAME] * given.same + [SLOWER] * given.slower
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            list(pool.map(lambda one: compare(one[1], one[0], given.results), enumerate(pairs, start=1)))
    write_section(given.output, HEADING, section(given.results))
    print(given.output)


if __name__ == "__main__":
    main()
