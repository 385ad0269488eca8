# SPDX-License-Identifier: Apache-2.0
"""Regressions that nobody mended. After some nights one is no news, but until the level is back it
is no steady series either."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..statistics.change_points import LEAST_EFFECT
from ..statistics.ranks import LONGEST
from .series import by, clean, direction_of, sign_of
from .values import Point


@dataclass(frozen=True)
class Standing:
    point: Point  # where it began
    shift: float  # of the level as it is, against the one before that point

    @property
    def told(self):
        return f"{by(self.shift)} than before {self.point.night}"


def standing(history, points):
    """None if the level is what it was before it got worse, or better."""
    sign, first, start = sign_of(direction_of(history)), None, 0
    for point in points:
        if point.change.went_away:
            continue
        start = point.change.index
        if first is None:
            first = point if point.is_worse else None
        elif sign * (point.change.after / first.change.before - 1) <= LEAST_EFFECT:
            first = None
    if first is None:
        return None
    level = [history.values[place] for place in clean(history) if place >= start]
    shift = float(np.median(level[-LONGEST:])) / first.change.before - 1
    return Standing(first, shift) if sign * shift > LEAST_EFFECT else None
