# SPDX-License-Identifier: Apache-2.0
"""Paths say where they go, and not more."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_selftest_harness.report import svg

NIGHTS = [(date(2025, 11, 28) + timedelta(days=n)).isoformat() for n in range(365)]


def walk(path):
    """The points of a path of ours, by SVG's rules for M, l and h."""
    points, x, y = [], 0, 0
    for command, numbers in re.findall(r"([Mlhz])([^Mlhz]*)", path):
        values = [int(n) for n in re.findall(r"-?\d+", numbers)]
        if command == "M":
            x, y = values
            points.append((x, y))
        elif command == "l":
            for dx, dy in zip(values[::2], values[1::2], strict=True):
                x, y = x + dx, y + dy
                points.append((x, y))
    return points


def test_line__tells_each_point_from_the_one_before():
    assert svg.line([(0, 50), (1, 47), (2, 49)]) == "M0 50l1-3 1 2"


def test_line__leaves_out_what_lies_on_the_way():
    assert svg.line([(0, 5), (1, 5), (2, 5), (3, 5), (4, 9)]) == "M0 5l3 0 1 4"


def test_line__of_one_point_is_a_dot_and_of_none_is_nothing():
    assert svg.line([(3, 4)]) == "M3 4h0"
    assert svg.line([]) == ""


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_line__passes_through_every_point(ys):
    points = list(enumerate(ys))
    walked = walk(svg.line(points))
    assert set(walked) <= set(points)
    for (x1, y1), (x2, y2) in zip(walked, walked[1:]):
        for x, y in points[x1:x2 + 1]:
            assert (y - y1) * (x2 - x1) == (x - x1) * (y2 - y1)


def test_box__lays_the_highest_at_the_top_with_a_margin():
    frame = svg.box(NIGHTS[:3], [10, 20, 30], [20, 30, 110])
    assert (frame.low, frame.high) == (4.0, 116.0)
    assert (frame.y(116), frame.y(4), frame.y(60)) == (0, 100, 50)
    assert [frame.x(night) for night in NIGHTS[:3]] == [0, 1, 2]


def test_box__of_a_flat_line_has_it_in_the_middle():
    assert svg.box(NIGHTS[:2], [5, 5], [5, 5]).y(5) == 50


def test_trend__keeps_missing_nights_as_distance_and_breaks_at_what_is_no_number():
    nights = ["2026-01-01", "2026-01-02", "2026-01-10", "2026-01-11"]
    frame = svg.box(nights, [0, 0, 0, 0], [100, 100, 100, 100])
    assert [p[0] for p in walk(svg.trend(frame, nights, [0, 100, 0, 100]))] == [0, 1, 9, 10]
    assert svg.trend(frame, nights, [50, float("nan"), 50, 100]).count("M") == 2


def test_band__is_a_closed_area_of_few_points_as_wide_as_the_year():
    frame = svg.box(NIGHTS, [0.0] * 365, [100.0] * 365)
    path = svg.band(frame, NIGHTS, [40.0] * 365, [60.0] * 365)
    xs = [x for x, _ in walk(path)]
    assert path.endswith("z") and (min(xs), max(xs)) == (0, 364)
    assert {y for _, y in walk(path)} == {frame.y(40.0), frame.y(60.0)}


def test_band__shows_nothing_between_two_levels():
    lows, highs = [40.0] * 355 + [10.0] * 10, [60.0] * 355 + [20.0] * 10
    frame = svg.box(NIGHTS, [0.0] * 365, [100.0] * 365)
    first, second = svg.band(frame, NIGHTS, lows, highs, (355,)).split("z")[:2]
    assert {y for _, y in walk(first)} == {frame.y(40.0), frame.y(60.0)}
    assert set(walk(second)) == {(x, frame.y(v)) for x in (355, 364) for v in (10.0, 20.0)}


def test_band__of_one_night_is_none():
    assert svg.band(svg.box(NIGHTS[:1], [1], [2]), NIGHTS[:1], [1], [2]) == ""


@pytest.mark.parametrize("count", [1, 2, 365])
def test_box__holds_any_number_of_nights(count):
    frame = svg.box(NIGHTS[:count], [1.0] * count, [2.0] * count)
    assert frame.x(NIGHTS[count - 1]) == count - 1 and frame.days >= 1
