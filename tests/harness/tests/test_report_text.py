# SPDX-License-Identifier: Apache-2.0
"""Texts of strangers on one line, and numbers with the unit a person would say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_selftest_harness.report.text import counted, listed, number, percent, quantity, shown


@pytest.mark.parametrize("text, expected", [
    ("NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3"),
    ("two\nlines\tand a tab", "two lines and a tab"),
    ("right\u202eleft", "right[U+202E]left"),
    ("zero\u200bwidth", "zero[U+200B]width"),
    ("nul\0 bell\a escape\x1b[31m", "nul[U+0000] bell[U+0007] escape[U+001B][31m"),
    ("half \ud800 of a pair", "half [U+D800] of a pair"),
    ("a\u0301 is fine", "a\u0301 is fine"),
    ("a" + "\u0301" * 4, "a\u0301\u0301[U+0301][U+0301]"),
    ("<script>", "<script>"),
])
def test_shown__spells_out_what_cannot_be_seen(text, expected):
    assert shown(text) == expected


def test_shown__cuts_a_long_text_and_says_how_long_it_was():
    assert shown("x" * 10240, 20) == "x" * 20 + "… (10,240 characters)"


def test_shown__leaves_a_text_of_just_the_limit():
    assert shown("x" * 20, 20) == "x" * 20


@given(st.text(alphabet=st.characters(), max_size=300))
def test_shown__gives_one_line_that_is_utf_8(text):
    result = shown(text)
    assert "\n" not in result and "\u202e" not in result
    assert result.encode().decode() == result


@pytest.mark.parametrize("value, unit, expected", [
    (26.9e9, "bytes_per_s", "26.9 GB/s"),
    (2.61e12, "bytes_per_s", "2.61 TB/s"),
    (51.2e12, "flop_per_s", "51.2 TFLOP/s"),
    (2.31e-6, "s", "2.31 µs"),
    (0.25, "s", "250 ms"),
    (0.0, "s", "0 s"),
    (None, "s", "–"),
    (7.0, "errors_per_day", "7.00 errors/day"),
])
def test_quantity__is_in_the_unit_that_people_use(value, unit, expected):
    assert quantity(value, unit) == expected


@pytest.mark.parametrize("value, expected", [
    (1234.5, "1,234"), (0.012345, "0.0123"), (9.999, "10.00"), (-3.14159, "-3.14"),
    (float("nan"), "not a number"), (float("inf"), "not a number")])
def test_number__keeps_the_digits_that_count(value, expected):
    assert number(value) == expected


def test_percent__has_a_real_minus():
    assert percent(-0.0624) == "−6.2 %"
    assert percent(0.0624) == "+6.2 %"
    assert percent(0.021, signed=False) == "2.1 %"


def test_counted_and_listed__are_english():
    assert (counted(1, "night"), counted(1200, "night")) == ("1 night", "1,200 nights")
    assert counted(2, "launch", "launches") == "2 launches"
    assert (listed(["a"]), listed(["a", "b", "c"]), listed([])) == ("a", "a, b and c", "")
