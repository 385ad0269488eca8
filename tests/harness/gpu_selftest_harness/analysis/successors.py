# SPDX-License-Identifier: Apache-2.0
"""Series that go on under another driver. A cell's key has the driver in it, so an upgrade begins
all series anew, and what the upgrade cost would be seen by none of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, replace

import numpy as np

from ..model import AXES
from ..provenance import Difference, difference
from ..statistics.compare import among, compare
from ..statistics.gate import LEAST_NIGHTS, floor_of
from ..statistics.values import SLOWER, SUSPECT as GATE_SUSPECT
from .series import by, clean_values, direction_of, gate_of, sign_of
from .values import STEADY, SUSPECT, WORSE, YOUNG

AXIS = "driver"


class Successors:
    """`cells` are the cells of the histories by key; the others have no predecessor."""

    def __init__(self, histories, cells, night):
        self._cells, self._before, self._followed = cells, {}, set()
        groups = defaultdict(list)
        for history in histories:
            if history.key.cell in cells:
                groups[_same(history.key, cells)].append(history)
        for group in groups.values():
            for history in group:
                if history.nights[-1] == night:
                    self._add(history, group)

    def _add(self, history, group):
        ended = [one for one in group if one.nights[-1] < history.nights[0]]
        self._followed.update(one.key for one in ended)
        if ended:
            self._before[history.key] = max(ended, key=lambda one: (one.nights[-1], one.key.cell))

    def has_ended(self, history):
        """Another series has taken its place."""
        return history.key in self._followed

    def tell(self, trends, provenance, accepted):
        """The trends, with what they are worse by than what they follow: a suspicion while a series
        is young, and how things are after that."""
        asked = [(place, trend, self._before[trend.history.key])
                 for place, trend in enumerate(trends)
                 if trend.word in (YOUNG, STEADY) and trend.history.key in self._before
                 and not any(not point.change.went_away for point in trend.points)]
        compared = [(place, trend, before, *sides) for place, trend, before in asked
                    if (sides := _sides(trend, before, accepted))]
        told = among([compare(old, new, _floor(trend), trend.direction)
                      for _, trend, _, old, new in compared],
                     [len(new) for _, _, _, _, new in compared])
        trends = list(trends)
        for (place, trend, before, old, new), comparison in zip(compared, told):
            # One night alone can be compared by the gate and by nothing else.
            is_low = len(new) == 1 and gate_of(before, old, new[0], ()).word == GATE_SUSPECT
            if comparison.word == SLOWER or is_low:
                trends[place] = self._told(trend, before, comparison.shift, provenance)
        return trends

    def _told(self, trend, before, shift, provenance):
        one, other = (self._cells[history.key.cell].driver for history in (before, trend.history))
        found = []
        if provenance and before.provenance and trend.history.provenance:
            found = difference(provenance(before.provenance[-1]),
                               provenance(trend.history.provenance[0]))
        if not any(row.what == AXIS for row in found):
            found = [Difference(AXIS, one, other), *found]
        return replace(
            trend, word=SUSPECT if trend.word == YOUNG else WORSE, suspects=tuple(found),
            since=trend.history.nights[0],
            reason=f"{by(shift)} than with driver {one} until {before.nights[-1]}; with driver"
                   f" {other} since {trend.history.nights[0]}")


def _same(key, cells):
    cell = cells[key.cell]
    return (*(getattr(cell, axis) for axis in AXES if axis != AXIS), *astuple(replace(key, cell="")))


def _sides(trend, before, accepted):
    """Its last nights, and those of the series before it; None where nothing is worse."""
    old, new = (clean_values(history)[-LEAST_NIGHTS:] for history in (before, trend.history))
    old = old * accepted.left_of(before.key, trend.history.key)
    if direction_of(before) != trend.direction or not len(old) or not len(new):
        return None
    shift = np.median(new) / np.median(old) - 1
    return (old, new) if sign_of(trend.direction) * shift > _floor(trend) else None


def _floor(trend):
    return floor_of(trend.history.key.unit, trend.history.key.metric)
