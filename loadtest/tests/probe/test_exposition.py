"""
A page is read whole, whoever wrote it.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.errors import MeasurementError
from loadtest.probe.exposition import Sample, name_of, sample
from loadtest.probe.http_page import fetch


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("a 1", Sample("a", "a", 1.0), id="bare"),
        pytest.param('a{x="y"} 2.5', Sample('a{x="y"}', "a", 2.5), id="labels"),
        pytest.param('a{x="y"} 3 1700000000000', Sample('a{x="y"}', "a", 3.0), id="a-timestamp-follows"),
        pytest.param("a_total 4 1700000000.123", Sample("a_total", "a_total", 4.0), id="openmetrics-seconds"),
        pytest.param(
            'a_bucket{le="1.0"} 7 # {trace_id="d2e"} 0.67 1.7e9',
            Sample('a_bucket{le="1.0"}', "a_bucket", 7.0),
            id="an-exemplar",
        ),
        pytest.param('a_total 8 # {x="}"} 1', Sample("a_total", "a_total", 8.0), id="an-exemplar-without-labels"),
        pytest.param('a\t{x="y"}\t9\t1700000000000', Sample('a{x="y"}', "a", 9.0), id="tabs"),
        pytest.param('a{x="} 1 # {"} 10', Sample('a{x="} 1 # {"}', "a", 10.0), id="braces-in-a-label"),
        pytest.param('a{x="\\"} 1"} 11', Sample('a{x="\\"} 1"}', "a", 11.0), id="a-quote-in-a-label"),
        pytest.param("a +Inf", Sample("a", "a", float("inf")), id="infinity"),
        pytest.param("a{} 12\r", Sample("a{}", "a", 12.0), id="carriage-return"),
        pytest.param("# TYPE a counter", None, id="comment"),
        pytest.param("# EOF", None, id="end-of-openmetrics"),
        pytest.param("", None, id="empty"),
    ],
)  # fmt: skip
def test_a_sample_is_read_in_every_spelling(line: str, expected: Sample | None) -> None:
    """Timestamps, exemplars and tabs are no part of name or value."""
    assert sample("worker-1", line) == expected
    if expected is not None:
        assert name_of(line.encode()) == expected.name.encode()


@pytest.mark.parametrize("line", ["a", "a one", '<html lang="en">', 'a{x="y} 1', "a 1 two"])
def test_what_is_no_sample_is_an_error_that_names_the_page(line: str) -> None:
    """Never a zero, and never another exception."""
    with pytest.raises(MeasurementError, match="^worker-1: its page holds a line that is no sample"):
        sample("worker-1", line)


@given(
    st.text(
        st.characters(
            exclude_characters="\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029", exclude_categories=["Cs"]
        )
    ),
    st.floats(allow_nan=False),
    st.none() | st.integers(0, 2**42),
)
def test_whatever_a_label_holds_the_value_is_the_value(text: str, value: float, at: int | None) -> None:
    """Labels are quoted text of any kind."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    line = f'a{{x="{escaped}"}} {value!r}' + ("" if at is None else f" {at}")

    read = sample("worker-1", line)

    assert read is not None
    assert (read.name, read.value) == ("a", value)


@pytest.mark.parametrize("url", ["http://[::1/metrics", "metrics"])
def test_an_address_that_is_no_url_is_one_line(url: str) -> None:
    """It is the user's text, so it is named."""
    with pytest.raises(MeasurementError, match=r"^server: .* is no URL"):
        fetch("server", url)
