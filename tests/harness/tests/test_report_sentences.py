# SPDX-License-Identifier: Apache-2.0
"""What is said of series: what changed with them, the clock, those that ended."""

from dataclasses import replace

import html5lib
import pytest

from gpu_selftest_harness.analysis.values import (DROPPED, GONE, SHIFTED, STEADY, SUSPECT, WORSE,
                                                  Point)
from gpu_selftest_harness.model import History, SeriesKey
from gpu_selftest_harness.provenance import Difference
from gpu_selftest_harness.report import page
from gpu_selftest_harness.report.sample import sample
from gpu_selftest_harness.statistics.values import ChangePoint, Separation

HTML = "{http://www.w3.org/1999/xhtml}"
DRIVER = (Difference("driver", "570", "580"),)
SHIFT = Point(ChangePoint(20, 50e9, 47.5e9, -0.05, 0.0004), "2026-11-18", False, True)


def shown(*trends):
    """The page of these series alone."""
    analysis = sample(30, 10)
    analysis.trends = [replace(analysis.trends[0], **trend) for trend in trends]
    return html5lib.HTMLParser(strict=True).parse(page(analysis))


def told(tree, where="section[@id='trends']"):
    return " ".join("".join(tree.find(f".//{HTML}{where}").itertext()).split())


@pytest.mark.parametrize("word", [DROPPED, SHIFTED, WORSE, SUSPECT])
def test_series__says_what_changed_with_it(word):
    tree = shown({"word": word, "reason": "5.0 % less", "suspects": DRIVER, "points": ()})
    assert "5.0 % less; changed with it: driver 570 → 580" in told(tree)


def test_series__says_once_what_changed_with_it():
    tree = shown({"word": SHIFTED, "suspects": DRIVER, "points": (replace(SHIFT, suspects=DRIVER),)})
    assert told(tree).count("driver 570 → 580") == 1


@pytest.mark.parametrize("more, sentence", [
    ({"suspects": DRIVER}, "The same night changed: driver 570 → 580."),
    ({"suspects": DRIVER, "changed": "2026-11-18"}, "The same night changed: driver 570 → 580."),
    ({"suspects": DRIVER, "changed": "2026-11-17"}, "On 2026-11-17 changed: driver 570 → 580."),
    ({}, "Nothing else is known to have changed near that night.")])
def test_point__says_what_changed_and_when(more, sentence):
    tree = shown({"word": SHIFTED, "points": (replace(SHIFT, **more),)})
    assert f"50.0 → 47.5 GB/s (−5.0 %, p = 0.0004). {sentence}" in told(tree)


def test_point__of_a_drift_began_on_no_night():
    drift = replace(SHIFT, change=replace(SHIFT.change, is_drift=True))
    assert "that night" not in told(shown({"word": SHIFTED, "points": (drift,)}))


@pytest.mark.parametrize("cause, sentence", [
    ("CLOCK", "the clock changed, not the work"), ("BOTH", "part of it is the clock"),
    ("CODE", "not the clock: in cycles it is there, too"), ("UNKNOWN", None)])
def test_point__says_whether_it_is_the_clock(cause, sentence):
    point = replace(SHIFT, separation=Separation(cause, -0.05, 0.0, -0.05))
    text = told(shown({"word": SHIFTED, "points": (point,)}))
    assert sentence in text if sentence else "clock" not in text


def test_ended__are_one_line_and_no_picture():
    tree = shown({"word": STEADY}, {"word": GONE}, {"word": GONE})
    assert told(tree, "p[@id='ended']") == (
        "2 series are no longer measured: gpu 0 since 2026-11-27.")
    assert len(tree.findall(f".//{HTML}details[@class='series']")) == 1


def test_ended__one_is_told_as_one():
    assert told(shown({"word": GONE}), "p[@id='ended']").startswith("1 series is no longer")


def test_ended__is_silent_where_none_did():
    assert shown({"word": STEADY}).find(f".//{HTML}p[@id='ended']") is None


def test_months__median_of_an_even_number_of_nights_is_in_the_middle():
    key = SeriesKey("c", "w", "w.rate", "", "flop_per_s", "", "", "node7")
    values = [1e12, 2e12, 3e12, 8e12]
    history = History(key, [f"2026-11-0{day}" for day in range(1, 5)], values, values, values,
                      [], [])
    tree = shown({"word": STEADY, "history": history, "points": ()})
    row = tree.find(f".//{HTML}table[@class='months']/{HTML}tbody/{HTML}tr")
    assert ["".join(cell.itertext()).strip() for cell in row] == [
        "2026-11", "4", "1.000", "2.500", "8.000"]
