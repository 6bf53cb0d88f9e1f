"""
What `loadtest compare` asks: two settings laid over a plan, as the plan of one run and its question.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from loadtest.cli.plan_values import parse_setting
from loadtest.cli.question_plan import RoundsAsked, parse_asked
from loadtest.errors import InputError
from loadtest.plan import LoadKind, Open, Plan
from loadtest.plan.factors import factor_key, put_value, why_no_factor
from loadtest.plan.plan_tables import DynamicValue
from loadtest.plan.prices import SidePrices
from loadtest.results.comparison_result import MONEY, QUANTITY_NAMES
from loadtest.results.question import CompareQuestion

ROUNDS, EXPONENTIAL_ROUNDS = 4, 5
_PRICES_OF_SERVER_PAGE = ("million_actions", "million_state_transitions")
# Quantities that only an open load tells.
_OF_WAITS = ("late", "wait", "end-to-end")
_OF_SERVER_PAGE = ("actions", "state-transitions")
MOST_ROUNDS = 8
# Key of the new plan -> the flag that gave its value.
_FLAGS = {
    "replicas.0": "--replicas",
    "loads.0.window_seconds": "--block",
    "loads.0.arrival_rate": "--rate",
    "warm_up_seconds": "--change-over",
}
_AS_USUAL = RoundsAsked()


def comparing_plan(
    plan: Plan,
    a: Sequence[str],
    b: Sequence[str],
    *,
    rate: float | None = None,
    asked: RoundsAsked = _AS_USUAL,
    gate: tuple[str, ...] = (),
    prices: SidePrices | None = None,
) -> tuple[Plan, CompareQuestion]:
    """
    Return the plan of a comparison and its question.

    Args:
        plan: The user's plan; its factors stay at their first values unless they are compared.
        a, b: Each setting as a list of ``KEY=VALUE``.
        rate: Starts per second of an open load; ``None`` saturates.
        asked: The blocks of both settings; numbers of rounds that are not given follow from the spread of the work.
        gate: Quantities that decide the exit code; empty takes the throughput, or the wait of an open load.
        prices: The user's prices; ``None`` compares no money.

    Raises:
        InputError: The settings cannot be compared; one line for each reason.
    """
    left, right = _settings(a, "--a"), _settings(b, "--b")
    _demand_factors([*(("--a", path) for path in left), *(("--b", path) for path in right)])
    if not left and not right:
        raise InputError(
            "nothing to compare; write for example --a worker.sandbox=true --b worker.sandbox=false"
        )
    document = plan.at_first_values()
    compared: dict[str, tuple[DynamicValue, DynamicValue]] = {}
    for path in {**left, **right}:
        pair = tuple(side[path] if path in side else _planned(document, path) for side in (left, right))
        if pair[0] == pair[1]:
            document = put_value(document, path, pair[0])
        else:
            compared[path] = (pair[0], pair[1])
    if not compared:
        told = " ".join((*(f"--a {text}" for text in a), *(f"--b {text}" for text in b)))
        planned = "" if left.keys() == right.keys() else ", as what is left out has the plan's value"
        raise InputError(f"{told}: both settings are the same{planned}; give values that differ")
    exponential = plan.work.spread == "exponential"
    first, most = asked.first_and_most(EXPONENTIAL_ROUNDS if exponential else ROUNDS, MOST_ROUNDS)
    document |= {
        "replicas": [plan.replicas[0] if asked.replicas is None else asked.replicas],
        "loads": [_load(plan, rate, asked.window_seconds)],
        "warm_up_seconds": asked.change_over_seconds,
        "repetitions": 2 * most,
        "factors": {path: list(pair) for path, pair in compared.items()},
    }
    checked = parse_asked(document, "compare", _FLAGS)
    settings = [tuple((path, pair[index]) for path, pair in checked.factors.items()) for index in (0, 1)]
    gates = gate or (("throughput",) if rate is None else ("wait",))
    _demand_told(gates, checked)
    tables = (None, None) if prices is None else (prices.a, None if prices.a == prices.b else prices.b)
    return checked, CompareQuestion(settings[0], settings[1], 0, first, most, gates, *tables)


def demand_quantities(gates: Collection[str], *, priced: bool = False) -> None:
    """
    Refuse a gate that is no quantity of a comparison.

    Args:
        gates: The quantities.
        priced: Whether there are prices, so that money is one.

    Raises:
        InputError: One is no quantity; the error lists the quantities.
    """
    for name in gates:
        if name == MONEY and not priced:
            raise InputError(f"--gate {name}: needs your prices; give --prices FILE")
        if name not in (*QUANTITY_NAMES, MONEY):
            raise InputError(f"--gate {name}: no such quantity; there are: {', '.join(QUANTITY_NAMES)}")


def demand_server_page(gates: Collection[str], prices: SidePrices | None = None) -> None:
    """
    Refuse a gate that a server's page counts, where a server that runs already is used without its page.

    Args:
        gates: The gate's quantities.
        prices: The user's prices, of which money is made.

    Raises:
        InputError: One is counted there.
    """
    tables = () if prices is None else (prices.a, prices.b)
    counted_there = any(getattr(table, key) for table in tables for key in _PRICES_OF_SERVER_PAGE)
    for name in gates:
        if name in _OF_SERVER_PAGE or (name == MONEY and counted_there):
            raise InputError(
                f"--gate {name}: the server's page counts it; give --server-metrics, of two servers --a-server-metrics and "
                "--b-server-metrics, or another gate"
            )


def _demand_told(gates: Collection[str], made: Plan) -> None:
    """
    Refuse a gate that no block of a comparison can measure: it would end undecided after every round.
    """
    for name in gates:
        if isinstance(made.loads[0], Open):
            if name == "throughput":
                raise InputError(
                    f"--gate {name}: --rate makes it the same in both settings; leave --rate out, or write --gate wait"
                )
        elif name in _OF_WAITS:
            raise InputError(
                f"--gate {name}: without --rate both settings are saturated, and waits are the closed load's own making; "
                "give --rate, or write --gate throughput"
            )
        if name == "late" and made.slo.schedule_to_start_p95_seconds is None:
            raise InputError(
                f"--gate {name}: the plan bounds no waits, so nothing is late; "
                "add --set slo.schedule_to_start_p95_seconds=0.15, or write --gate wait"
            )


def _demand_factors(given: Collection[tuple[str, str]]) -> None:
    """
    Refuse keys that cannot be compared, each once with the flag that named it.
    """
    told: dict[str, str] = {}
    for flag, path in given:
        if (why := why_no_factor(path)) is not None:
            counts = (
                "; `loadtest sweep PLAN --replicas 1,2` measures several counts" if path == "replicas" else ""
            )
            told.setdefault(path, f"{flag} {path}: {why.replace('factor', 'setting', 1)}{counts}")
    if told:
        raise InputError("\n".join(told.values()))


def _load(plan: Plan, rate: float | None, seconds: float) -> dict[str, Any]:
    if rate is not None:
        return {"kind": LoadKind.OPEN.value, "arrival_rate": rate, "window_seconds": seconds}
    return {**plan.saturate_load.model_dump(mode="json"), "window_seconds": seconds}


def _settings(given: Sequence[str], flag: str) -> dict[str, DynamicValue]:
    found: dict[str, DynamicValue] = {}
    for text in given:
        if "=" not in text:
            raise InputError(f"{flag} {text}: no KEY=VALUE; write for example {flag} worker.sandbox=true")
        path, value = parse_setting(text)
        key = factor_key(".".join(path))
        if key in found:
            raise InputError(f"{flag} {text}: {key} is given twice by {flag}; leave one out")
        found[key] = value
    return found


def _planned(document: dict[str, Any], path: str) -> DynamicValue:
    head, _, key = path.partition(".")
    node: Any = document.get(head)
    if head == "server":
        node = document["server"]["dynamic_config"].get(key)
    elif key:
        node = node.get(key) if isinstance(node, dict) else None
    if node is None:
        raise InputError(
            f"{path}: the plan has no value of it that the other setting could have; give both --a and --b"
        )
    value: DynamicValue = node
    return value
