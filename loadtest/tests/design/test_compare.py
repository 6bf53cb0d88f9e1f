"""
Which of two settings is better, in alternation, with known answers.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import synthetic_steps
from changed_steps import closes
from compared_blocks import ComparedSystem, kept_block, replace_block

from loadtest.analysis.comparisons.compared_quantities import QUANTITIES, block_problems
from loadtest.analysis.judged_steps.step_reading import read_step
from loadtest.cli.compare_plan import comparing_plan
from loadtest.design import alternation
from loadtest.design.compare import Compare
from loadtest.design.design import Answer, KeptStep, NextStep
from loadtest.plan import Plan
from loadtest.results.comparison_result import QUANTITY_NAMES, QuantityComparison, Standing
from loadtest.results.measured_step import Measured


def comparison(rate: float | None = None) -> Compare:
    """A design that compares the sandbox with none on the demo's work."""
    plan, question = comparing_plan(
        synthetic_steps.demo_plan(),
        ["worker.sandbox=true"],
        ["worker.sandbox=false"],
        rate=rate,
    )
    return Compare(plan, question)


def _of(compared: tuple[QuantityComparison, ...], name: str) -> QuantityComparison:
    return next(one for one in compared if one.quantity == name)


def _carried_out(
    design: Compare, b_over_a: list[float], *, whole: bool = True
) -> tuple[list[KeptStep], Answer]:
    kept: list[KeptStep] = []
    pattern = kept_block(design.plan)
    while isinstance(asked := design.next(kept), NextStep):
        ratio = b_over_a[(asked.key.repetition - 1) // 2] if asked.key.factors == design.question.b else 1.0
        block = replace_block(pattern, replace(pattern.measured, key=asked.key), 100 * ratio)
        kept.append(block if whole else replace(block, measured=replace(block.measured, gone=("worker-1",))))
    return kept, asked


def test_rounds_are_a_b_b_a_and_a_pair_shares_its_draws() -> None:
    """A repetition is a pair, as orders draw by it; four rounds are sixteen blocks."""
    design = comparison()

    kept, answer = _carried_out(design, [1.0] * 8)

    letters = "".join("A" if step.key.factors == design.question.a else "B" for step in kept)
    assert letters == "ABBA" * 4
    assert [step.key.repetition for step in kept] == [n for pair in range(1, 9) for n in (pair, pair)]
    assert answer.why == "decided after 4 rounds"


def test_an_open_gate_asks_for_further_rounds_up_to_the_most() -> None:
    """A ratio that jumps from round to round is not told, and the rounds that would tell are named."""
    design = comparison()

    kept, answer = _carried_out(design, [0.8, 1.25] * 4)

    told = _of(design.blocks.compared(kept), "throughput")
    assert len(kept) == 4 * design.question.most_rounds
    assert (told.standing, told.rounds) == (Standing.UNKNOWN, 8)
    assert told.rounds_wanted is not None and told.rounds_wanted > 8
    assert "throughput cannot be told" in answer.why


def test_a_budget_ends_the_comparison() -> None:
    """
    It counts seconds of windows; rounds that are whole are told.
    """
    design = comparison()
    design = replace(design, plan=design.plan.model_copy(update={"budget_seconds": 130.0}))

    kept, answer = _carried_out(design, [1.0] * 8)

    assert (len(kept), answer.why) == (13, "the budget of 130 s of windows is spent")
    assert _of(design.blocks.compared(kept), "throughput").rounds == 3


def test_an_invalid_block_is_measured_once_more_and_then_its_round_is_left_out() -> None:
    """No number of an invalid block is part of an answer."""
    design = comparison()

    kept, answer = _carried_out(design, [1.0] * 8, whole=False)

    assert {step.key.attempt for step in kept} == {1, 2}
    assert len(kept) == 2 * 4 * design.question.most_rounds
    assert design.blocks.whole_rounds(kept) == []
    assert "0 of them valid" in answer.why
    assert _of(design.blocks.compared(kept), "throughput").ratio is None


def test_the_gate_can_name_what_is_compared() -> None:
    """The names that the command line knows without loading the analysis are those of the quantities."""
    assert tuple(QUANTITIES) == QUANTITY_NAMES


def test_a_kept_block_is_not_measured_again() -> None:
    """So an interrupted comparison goes on where it was."""
    design = comparison()
    kept, _ = _carried_out(design, [1.0] * 8)

    assert design.left(kept[:5])[0] == kept[5].key
    assert design.left(kept) == ()


def test_each_block_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """However often the design looks at it; another block of the same key is read anew."""
    read: list[Measured] = []

    def reading(measured: Measured, plan: Plan) -> tuple[str, ...]:
        read.append(measured)
        return block_problems(measured, plan)

    monkeypatch.setattr(alternation, "block_problems", reading)
    design = comparison()

    kept, _ = _carried_out(design, [1.0] * 8)

    assert [measured.key for measured in read] == [step.key for step in kept]
    broken = replace(kept[0], measured=replace(kept[0].measured, gone=("worker-1",)))
    assert design.blocks.problems(kept[0]) == ()
    assert design.blocks.problems(broken) != ()


def test_a_closed_load_says_nothing_of_waits() -> None:
    """The loop makes them itself, so the quantity has a reason in place of a number."""
    design = comparison()
    kept, _ = _carried_out(design, [1.0] * 8)

    waits = _of(design.blocks.compared(kept), "wait")

    assert (waits.ratio, waits.standing) == (None, Standing.UNKNOWN)
    assert "closed load" in waits.why


@pytest.mark.parametrize("walk", [0.0, 0.03], ids=["steady-machine", "machine-walks-3-percent"])
def test_a_against_a_is_rarely_called_different(walk: float) -> None:
    """At most 5 % false alarms in 40 whole comparisons, rounds added until decided included."""
    design = comparison()

    standings = [_standing(design, 0.0, walk, seed) for seed in range(40)]

    assert sum(one in (Standing.BETTER, Standing.WORSE) for one in standings) <= 2


@pytest.mark.parametrize("walk", [0.0, 0.03], ids=["steady-machine", "machine-walks-3-percent"])
def test_ten_percent_more_activity_time_is_found(walk: float) -> None:
    """In at least nine of ten comparisons."""
    design = comparison()

    standings = [_standing(design, 0.1, walk, seed) for seed in range(10)]

    assert standings.count(Standing.WORSE) >= 9


@pytest.mark.parametrize("walk", [0.0, 0.03], ids=["steady-machine", "machine-walks-3-percent"])
def test_mean_waits_of_an_open_load_tell_what_there_is(walk: float) -> None:
    """
    At 2/s, four fifths of what the replica can do: A against A is rarely different, 10 % more activity time is found.
    """
    design = comparison(2.0)

    alike = [_standing(design, 0.0, walk, seed) for seed in range(40)]
    slower = [_standing(design, 0.1, walk, seed) for seed in range(10)]

    assert sum(one in (Standing.BETTER, Standing.WORSE) for one in alike) <= 4
    assert slower.count(Standing.WORSE) >= 9


def _standing(design: Compare, slower: float, walk: float, seed: int) -> Standing:
    kept, _ = ComparedSystem(design.plan, slower, walk, seed).answer(design)
    return _of(design.blocks.compared(kept), design.question.gate[0]).standing


@pytest.mark.parametrize(
    ("gone", "verdict"), [((), "valid"), (("worker-1",), "invalid")], ids=["few closes", "a replica gone"]
)
def test_a_block_is_called_invalid_where_it_is_left_out(gone: tuple[str, ...], verdict: str) -> None:
    """Too few closes for a rate of its own leave none out, and are no reason that is told of one."""
    design = comparison()
    pattern = kept_block(design.plan)
    measured = closes(13)(replace(pattern.measured, key=design.left(())[0], gone=gone))
    block = KeptStep(measured, read_step(measured, design.plan))
    assert block.result.verdict.value == "invalid"

    told = design.judged(block)

    assert told.verdict.value == verdict
    assert bool(told.reasons) is bool(gone)
    assert not any("too few" in reason for reason in told.reasons)
    assert bool(design.blocks.problems(block)) is bool(gone)
