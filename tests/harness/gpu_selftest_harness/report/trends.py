# SPDX-License-Identifier: Apache-2.0
"""A trend as it is drawn and told: the line, its quartiles, its levels, a table by month, and every
fact of the picture as a sentence."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from ..analysis.values import DROPPED, GONE, IMPROVED, SHIFTED, SUSPECT, WORSE, Point, Trend
from . import svg
from .marks import Mark, of_trend
from .names import Names
from .text import number, quantity, scale

TOLD_FIRST = (DROPPED, SHIFTED, WORSE, SUSPECT, IMPROVED)
LARGE = 12  # of them; a night on which everything is worse is not told by a hundred pictures
DRAWN = 200  # altogether: a page of more than a megabyte is none for a telephone


@dataclass(frozen=True)
class Level:
    """What the series was between two change points."""

    path: str
    value: float


@dataclass(frozen=True)
class Chart:
    trend: Trend
    anchor: str
    name: str
    where: str
    cell: str
    mark: Mark
    size: float  # by what values are divided
    unit: str  # what they are in then
    frame: svg.Box
    line: str
    band: str
    levels: tuple[Level, ...]
    points: tuple[tuple[Point, float], ...]  # with its place, percent of the width
    flagged: str  # path of marks under nights that are not to be compared
    end: str  # path of a dot where the night itself is
    months: tuple[tuple[str, int, str, str, str], ...]  # month, nights, lowest, median, highest
    more_cells: int = 0  # in which the same is told of the same number

    HEIGHT = svg.HEIGHT
    NEAR = 45  # days in the enlarged end of a long series

    @property
    def is_long(self) -> bool:
        return self.frame.days > 2 * self.NEAR

    @property
    def near_points(self) -> list[tuple[Point, float, int]]:
        """Change points in the enlarged end: with place in percent, and number."""
        start = self.frame.days - self.NEAR + 1  # a day is left for the dot at the end
        return [(point, round(100 * (self.frame.x(point.night) - start) / self.NEAR, 1), number)
                for number, (point, _) in enumerate(self.points, 1)
                if self.frame.x(point.night) >= start]

    @property
    def first(self) -> str:
        return self.trend.history.nights[0]

    @property
    def last(self) -> str:
        return self.trend.history.nights[-1]

    @property
    def description(self) -> str:
        """The picture for whom it is read out."""
        history = self.trend.history
        levels = ", then ".join(f"{number(level.value / self.size)} {self.unit}"
                                for level in self.levels)
        return (f"{len(history.nights)} nights from {self.first} to {self.last}; "
                f"median {levels}; lowest {quantity(_least(history.values), history.key.unit)}, "
                f"highest {quantity(_most(history.values), history.key.unit)}.")


def chart(trend: Trend, names: Names, at: int) -> Chart:
    """Of a series that has a night."""
    history = trend.history
    key = history.key
    nights, values = history.nights, history.values
    frame = svg.box(nights, [*history.lows, *values], [*history.highs, *values])
    size, unit = scale(key.unit, max((abs(v) for v in values if math.isfinite(v)), default=0.0))
    return Chart(
        trend, f"t{at}", names.number(key), names.of(key), names.cell(key.cell),
        of_trend(trend.word), size, unit, frame, svg.trend(frame, nights, values),
        svg.band(frame, nights, history.lows, history.highs,
                 tuple(point.change.index for point in trend.points)), tuple(_levels(trend, frame)),
        tuple((point, round(100 * frame.x(point.night) / frame.days, 1)) for point in trend.points),
        _flagged(history, frame), _end(trend, frame), tuple(_months(history, size)))


def charts(trends: list[Trend], names: Names) -> tuple[list[Chart], list[Chart], int]:
    """What is told first and large, what is folded, and how many are left out: of these, too, what
    has something to tell comes first."""
    there = [trend for trend in trends if trend.history.nights and trend.word != GONE]
    there.sort(key=lambda trend: trend.word not in TOLD_FIRST)
    large, again = {}, Counter(_what(trend) for trend in there)
    for place, trend in enumerate(there):
        if trend.word in TOLD_FIRST and len(large) < LARGE:
            large.setdefault(_what(trend), place)
    places = set(large.values())
    there = [*(there[place] for place in sorted(places)),
             *(trend for place, trend in enumerate(there) if place not in places)]
    drawn = [chart(trend, names, at) for at, trend in enumerate(there[:DRAWN])]
    first = [replace(one, more_cells=again[_what(one.trend)] - 1) for one in drawn[:len(large)]]
    return first, drawn[len(first):], len(there[DRAWN:])


def _what(trend):
    """The same of all cells in which the same is told of the same number: one picture is enough."""
    key = trend.history.key
    return trend.word, key.workload, key.metric, key.variant, key.src, key.dst, key.node


def _levels(trend: Trend, frame: svg.Box):
    history = trend.history
    cuts = [0, *(p.change.index for p in trend.points), len(history.nights)]
    for start, end in zip(cuts, cuts[1:]):
        values = [v for v in history.values[start:end] if math.isfinite(v)]
        if values:
            middle = median(values)
            path = svg.line([(frame.x(history.nights[start]), frame.y(middle)),
                             (frame.x(history.nights[end - 1]), frame.y(middle))])
            yield Level(path, middle)


def _flagged(history, frame) -> str:
    return "".join(f"M{frame.x(night)} {svg.HEIGHT}v-5"
                   for night, flag in zip(history.nights, history.flags) if flag)


def _end(trend, frame) -> str:
    if trend.tonight is None or not math.isfinite(trend.tonight):
        return ""
    return svg.line([(frame.x(trend.history.nights[-1]), frame.y(trend.tonight))])


def _months(history, size):
    rows = zip(history.nights, history.values, strict=True)
    for month, of_month in groupby(rows, key=lambda row: row[0][:7]):
        values = sorted(v for _, v in of_month if math.isfinite(v))
        if values:
            yield (month, len(values), number(values[0] / size, 4),
                   number(median(values) / size, 4), number(values[-1] / size, 4))


def _least(values):
    return min((v for v in values if math.isfinite(v)), default=math.nan)


def _most(values):
    return max((v for v in values if math.isfinite(v)), default=math.nan)
