# SPDX-License-Identifier: Apache-2.0
"""Paths of a trend, made by hand so that a year of nights is about two kilobytes: whole numbers in
a box of one unit a night by HEIGHT, each point told by how far it is from the one before."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from statistics import median

HEIGHT = 80
BAND_POINTS = 36  # more than that of the band cannot be told apart beside the line


@dataclass(frozen=True)
class Box:
    """Which value lies where. Nights are days, so that one without a measurement leaves a gap."""

    first: date
    days: int
    low: float
    high: float

    def x(self, night: str) -> int:
        return (date.fromisoformat(night) - self.first).days

    def y(self, value: float) -> int:
        share = (value - self.low) / (self.high - self.low)
        return round((1 - min(max(share, 0.0), 1.0)) * HEIGHT)


def box(nights: list[str], lows: list[float], highs: list[float]) -> Box:
    """Round all values; a flat line lies in the middle."""
    first = date.fromisoformat(nights[0])
    days = max((date.fromisoformat(nights[-1]) - first).days, 1)
    finite = [v for v in (*lows, *highs) if math.isfinite(v)] or [0.0]
    low, high = min(finite), max(finite)
    margin = (high - low) * 0.06 or abs(high) * 0.05 or 1.0
    return Box(first, days, low - margin, high + margin)


def line(points: list[tuple[int, int]]) -> str:
    """'M0 50l1-3 1 2': a path through points; those that lie on the way are left out."""
    kept = _bends(points)
    if not kept:
        return ""
    (x, y), text = kept[0], f"M{kept[0][0]} {kept[0][1]}"
    if len(kept) == 1:
        return text + "h0"  # with round ends it shows as a dot
    steps = []
    for nx, ny in kept[1:]:
        dx, dy = nx - x, ny - y
        steps.append(f"{dx}{'' if dy < 0 else ' '}{dy}")
        x, y = nx, ny
    return f"{text}l{' '.join(steps)}"


def lines(points: list[tuple[int, int] | None]) -> str:
    """As line(), broken where there is None."""
    parts, run = [], []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            parts.append(line(run))
            run = []
    return "".join(parts)


def trend(frame: Box, nights: list[str], values: list[float]) -> str:
    """The line of all nights. Two nights that are more than a day apart stay joined: a year in
    which a machine runs on working days alone would be dust. A value that is none breaks it."""
    return lines([(frame.x(night), frame.y(value)) if math.isfinite(value) else None
                  for night, value in zip(nights, values, strict=True)])


def band(frame: Box, nights: list[str], lows: list[float], highs: list[float],
         cuts: tuple[int, ...] = ()) -> str:
    """The area from the first to the third quartile in about BAND_POINTS steps, each the median of
    its nights; interrupted where a new level begins, or the area would show values nobody saw."""
    size = math.ceil(len(nights) / BAND_POINTS)
    edges = [0, *cuts, len(nights)]
    return "".join(_area(frame, nights[a:b], lows[a:b], highs[a:b], size)
                   for a, b in zip(edges, edges[1:], strict=False))


def _area(frame, nights, lows, highs, size):
    rows = [(frame.x(night), low, high)
            for night, low, high in zip(nights, lows, highs, strict=True)
            if math.isfinite(low) and math.isfinite(high)]
    if len(rows) < 2:
        return ""
    groups = [rows[at:at + size] for at in range(0, len(rows), size)]
    if len(groups) == 1:
        groups *= 2  # as high at its end as at its start
    xs = [group[len(group) // 2][0] for group in groups]
    xs[0], xs[-1] = rows[0][0], rows[-1][0]
    bottom = [(x, frame.y(median([low for _, low, _ in g])))
              for x, g in zip(xs, groups, strict=True)]
    top = [(x, frame.y(median([high for _, _, high in g])))
           for x, g in zip(xs, groups, strict=True)]
    return line(top + bottom[::-1]) + "z"


def _bends(points):
    kept = []
    for point in points:
        while len(kept) >= 2 and _is_between(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _is_between(a, b, c) -> bool:
    """b lies on the way from a to c, so nobody misses it."""
    ab, bc = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    return ab[0] * bc[1] == ab[1] * bc[0] and ab[0] * bc[0] + ab[1] * bc[1] >= 0
