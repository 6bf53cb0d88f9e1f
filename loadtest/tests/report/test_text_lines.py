"""
What a terminal of 80 columns shows: sentences broken between words, tables that keep their columns.
"""

from __future__ import annotations

import synthetic_steps

from loadtest.analysis import analyse
from loadtest.report.sweep_text import text_report
from loadtest.report.text_lines import fitted, text_table

HEADS = ("name", "one", "two")
ROWS = [HEADS, ("first", "111111", "222222"), ("second", "3", "4")]


def test_a_sentence_is_broken_between_words_below_where_it_begins() -> None:
    told = fitted("  One more order costs 5 % of a core in results/a-long-name/report.html today.", 24)

    assert told == [
        "  One more order costs",
        "  5 % of a core in",
        "  results/a-long-name/report.html",
        "  today.",
    ]


def test_a_number_keeps_its_percent() -> None:
    """Also where the sign would be the first of the next line."""
    assert fitted("at most 5 % of them", 9) == ["at most", "5 % of", "them"]


def test_nothing_is_broken_where_a_program_reads() -> None:
    assert fitted("  a b", None) == ["  a b"]
    assert text_table(ROWS, None, left=[0]) == [
        "name       one     two",
        "first   111111  222222",
        "second       3       4",
    ]


def test_a_table_is_continued_below_with_its_first_column() -> None:
    assert text_table(ROWS, 15, left=[0], ruled_below=1) == [
        "name       one",
        "--------------",
        "first   111111",
        "second       3",
        "",
        "name       two",
        "--------------",
        "first   222222",
        "second       4",
    ]


def test_the_last_column_of_text_is_broken_within_itself() -> None:
    """A reason of many words stays beside what it explains."""
    rows = [("name", "why"), ("first", "it was measured once and needs one more round")]

    assert text_table(rows, 30, left=[0, 1]) == [
        "name   why",
        "first  it was measured once",
        "       and needs one more",
        "       round",
    ]


def test_a_column_wider_than_the_terminal_stands_alone() -> None:
    """It cannot be broken; nothing is lost, and no other column is moved by it."""
    assert text_table([("a", "b", "c"), ("1", "x" * 9, "2")], 6, left=[0]) == [
        "a          b",
        "1  xxxxxxxxx",
        "",
        "a  c",
        "1  2",
    ]


def test_a_sweep_fits_80_columns() -> None:
    sweep = analyse(synthetic_steps.steps(), synthetic_steps.demo_plan(), synthetic_steps.manifest())
    lines = text_report(sweep, width=80).splitlines()

    assert max(map(len, text_report(sweep).splitlines())) > 150
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith("replicas  load") for line in lines) > 1
