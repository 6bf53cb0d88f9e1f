"""
The cost of settings: runs one comparison for each, and writes the table of all that were run.

    python loadtest/truth/setting_costs.py [--only NAME] [--results FOLDER] [--output loadtest/docs/prices.md] [--table]
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from docs_page import page_parser
from program_run import compare_settings

from loadtest.child_environment import CODEC_KEYS, has_codec_keys
from loadtest.errors import InputError
from loadtest.results.comparison_result import ComparisonResult, QuantityComparison, Standing
from loadtest.results.document import read
from loadtest.results.run_folder import Run

_HERE = Path(__file__).parent
PLAN = _HERE / "plans" / "prices.toml"
_SHOWN = ("throughput", "worker-cpu", "server-cpu", "worker-memory", "actions")


@dataclass(frozen=True, slots=True)
class Price:
    """
    One setting whose cost is asked.

    Attributes:
        title: Title of the setting in the table.
        without, with_it: The two settings, as ``KEY=VALUE``.
        payload_bytes: Size of the payloads of both.
    """

    title: str
    without: str
    with_it: str
    payload_bytes: int = 0


PRICES: Mapping[str, Price] = {
    "sandbox": Price("the workflow sandbox", "worker.sandbox=false", "worker.sandbox=true"),
    "eager": Price(
        "eager dispatch of activities", "worker.eager_activities=false", "worker.eager_activities=true"
    ),
    "pollers": Price(
        "pollers that scale by themselves, instead of 5",
        "worker.activity_pollers=5",
        "worker.activity_pollers=autoscaling",
    ),
    "payload": Price("payloads of 10,000 bytes", "work.payload_bytes=0", "work.payload_bytes=10000"),
    **{
        name: Price(f"encryption of payloads (`payload_bytes = {size}`)", "codec=false", "codec=true", size)
        for name, size in (("encryption", 0), ("encryption-10k", 10_000), ("encryption-100k", 100_000))
    },
    "local": Price("local activities", "work.local_activities=false", "work.local_activities=true"),
}


def compare(name: str, results: Path) -> None:
    """
    Run one comparison, about four minutes.
    """
    price = PRICES[name]
    size = () if "payload_bytes" in price.with_it else ("--set", f"work.payload_bytes={price.payload_bytes}")
    flags = (*size, "--gate", "worker-cpu", "--block", "10", "--rounds", "4", "--most-rounds", "4")
    compare_settings(PLAN, price.without, price.with_it, results / name, *flags, env=_environment(name))


def _environment(name: str) -> dict[str, str]:
    """
    Return the shell's variables, with keys where encryption needs some and there are none; which keys makes no
    difference to its cost.
    """
    if not PRICES[name].with_it.startswith("codec=") or has_codec_keys(os.environ):
        return dict(os.environ)
    return {**os.environ, CODEC_KEYS[0]: f"price={base64.b64encode(secrets.token_bytes(32)).decode()}"}


def page(results: Path) -> str:
    """
    Write the table of the comparisons that were run; a missing one says so.
    """
    head = ("setting switched on", "rounds", *_SHOWN)
    lines = [
        "# What a setting costs",
        "",
        "Made by `make prices` on one machine with `loadtest/truth/plans/prices.toml`: one worker whose four slots are always in use, "
        "with and without the setting in alternation, blocks of 10 s.",
        "Each cell is the change that the setting makes, with its 95 % interval; CPU and actions are those of one order.",
        "Waits are left out, as a closed load makes its waits itself.",
        "Ratios carry over to other machines better than the numbers behind them.",
        "What encryption costs depends on the size of payloads: compare with your own (`--set work.payload_bytes=3000`).",
        "",
        f"| {' | '.join(head)} |",
        f"| {' | '.join('---' for _ in head)} |",
    ]
    for name, price in PRICES.items():
        found = _found(results / name)
        if found is None:
            lines.append(f"| {price.title} | not run | {' | '.join('-' for _ in _SHOWN)} |")
            continue
        by_name = {one.quantity: one for one in found.quantities}
        cells = [_cell(by_name[quantity]) for quantity in _SHOWN]
        lines.append(f"| {price.title} | {found.rounds} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _found(folder: Path) -> ComparisonResult | None:
    try:
        return read(ComparisonResult, Run.open(folder).path / "comparison.json")
    except InputError:
        return None


def _cell(one: QuantityComparison) -> str:
    if one.ratio is None or one.low is None or one.high is None:
        return f"not known ({one.why})"
    change, low, high = (f"{100 * (ratio - 1):+.0f}" for ratio in (one.ratio, one.low, one.high))
    told = "" if one.standing is not Standing.SAME else ", the same"
    return f"{change} % ({low} to {high}){told}"


def main() -> None:
    """
    Run the comparisons that are asked for, and write the page.
    """
    parser = page_parser(__doc__, "prices.md")
    parser.add_argument("--only", choices=tuple(PRICES), action="append")
    parser.add_argument("--table", action="store_true", help="run nothing, write the table of what is there")
    parser.add_argument("--results", type=Path, default=Path("results/prices"))
    given = parser.parse_args()
    for name in () if given.table else given.only or PRICES:
        compare(name, given.results)
    given.output.write_text(page(given.results), encoding="utf-8")
    print(given.output)


if __name__ == "__main__":
    main()
