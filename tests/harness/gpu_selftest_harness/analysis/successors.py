# SPDX-License-Identifier: Apache-2.0
"""Series that go on as others. A cell's key has the driver in it, and a series is one GPU's, so a
new driver, or a new GPU in a slot, begins all of them anew. What that cost would be seen by none of
them, and what was worse before would be forgotten."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import astuple, dataclass, replace

import numpy as np

from ..model import AXES, History
from ..provenance import Difference
from ..statistics.compare import among, compare
from ..statistics.fleet import SLOW_BELOW
from ..statistics.gate import LEAST_NIGHTS, floor_of
from ..statistics.values import SLOWER, SUSPECT as GATE_SUSPECT
from .points import between
from .series import by, clean, clean_values, direction_of, gate_of, sign_of
from .slots import Slots
from .standing import standing
from .values import STEADY, SUSPECT, WORSE, YOUNG

AXIS = "driver"
NEWS = 7  # nights in which a new GPU is compared with the one before it though all is well


@dataclass(frozen=True)
class _Good:
    """What a series is held against: nights of one before it."""

    history: History
    values: np.ndarray
    last: int  # place of the last of them
    since: str | None = None  # what is worse began while that series went on


class Successors:
    """`cells` are those of the histories by key; the others have no predecessor."""

    def __init__(self, histories, cells, night, provenance=None):
        self._cells, self._provenance = cells, provenance
        self._before, self._followed = {}, set()
        known, slots = [one for one in histories if one.key.cell in cells], Slots(provenance)
        self._find(known, night, lambda history, at: astuple(replace(history.key, cell="")))
        self._find(known, night, slots.key)

    def _find(self, histories, night, key_at):
        """`key_at(history, place of a night)`: what has to agree, driver and cell aside; None if
        that is not known."""
        ended = defaultdict(list)
        for history in histories:
            if key := key_at(history, -1):
                ended[self._axes(history), key].append(history)
        for history in histories:
            if history.key in self._before or not (key := key_at(history, 0)):
                continue
            found = [one for one in ended[self._axes(history), key]
                     if one.nights[-1] < history.nights[0]]
            if history.nights[-1] == night:
                self._followed.update(one.key for one in found)
            if found:
                self._before[history.key] = max(
                    found, key=lambda one: (one.nights[-1], one.key.cell))

    def _axes(self, history):
        cell = self._cells[history.key.cell]
        return tuple(getattr(cell, axis) for axis in AXES if axis != AXIS)

    def has_ended(self, history):
        """Another series has taken its place."""
        return history.key in self._followed

    def tell(self, trends, accepted):
        """The trends, with what they are worse by than what they follow: a suspicion while a series
        is young, and how things are after that."""
        points = {trend.history.key: trend.points for trend in trends}
        asked = [(place, trend, self._good(trend.history, points, accepted))
                 for place, trend in enumerate(trends)
                 if trend.word in (YOUNG, STEADY) and trend.history.key in self._before
                 and not any(not point.change.went_away for point in trend.points)]
        trends, compared = list(trends), []
        for place, trend, good in asked:
            new = clean_values(trend.history)[-LEAST_NIGHTS:]
            if not len(good.values) or not len(new):
                continue
            if self._is_worse(trend.history, good, new):
                compared.append((place, trend, good, new))
            elif self._is_new_gpu(trend.history, good) and len(trend.history.nights) <= NEWS:
                shift = np.median(new) / np.median(good.values) - 1
                trends[place] = replace(trend, reason=f"{trend.reason}; "
                                        + self._than(trend.history, good, shift))
        told = among([compare(good.values, new, self._floor(trend.history, good), trend.direction)
                      for _, trend, good, new in compared],
                     [len(new) for _, _, _, new in compared])
        for (place, trend, good, new), comparison in zip(compared, told):
            # One night alone can be compared by the gate and by nothing else.
            is_low = len(new) == 1 and gate_of(
                good.history, good.values, new[0], ()).word == GATE_SUSPECT
            if comparison.word == SLOWER or is_low:
                trends[place] = self._told(trend, good, comparison.shift)
        return trends

    def _good(self, history, points, accepted):
        """The last nights of the series before this one on which all was well with it."""
        before = self._before[history.key]
        places, values = clean(before), clean_values(before)
        worse = standing(before, points.get(before.key, ()))
        good = None
        if worse is not None:
            values = values[:places.index(worse.point.change.index)]
            good = _Good(before, values[-LEAST_NIGHTS:], worse.point.change.index - 1,
                         worse.point.night)
        elif before.key in self._before:
            earlier = self._good(before, points, accepted)
            if len(values) and len(earlier.values) and self._is_worse(
                    before, earlier, values[-LEAST_NIGHTS:]):
                good = replace(earlier, since=earlier.since or before.nights[0])
        good = good or _Good(before, values[-LEAST_NIGHTS:], len(before.nights) - 1)
        return replace(good, values=good.values * accepted.left_of(before.key, history.key))

    def _is_worse(self, history, good, new):
        shift = np.median(new) / np.median(good.values) - 1
        return sign_of(direction_of(history)) * shift > self._floor(history, good)

    def _is_new_gpu(self, history, good):
        return (history.key.src, history.key.dst) != (good.history.key.src, good.history.key.dst)

    def _floor(self, history, good):
        """Two GPUs of one model differ for years."""
        least = SLOW_BELOW if self._is_new_gpu(history, good) else 0.0
        return max(floor_of(history.key.unit, history.key.metric), least)

    def _told(self, trend, good, shift):
        history = trend.history
        found = between(good.history, good.last, history, 0, self._provenance)
        drivers = self._drivers(history, good)
        if drivers[0] != drivers[1] and not any(row.what == AXIS for row in found):
            found = (Difference(AXIS, *drivers), *found)
        return replace(trend, word=SUSPECT if trend.word == YOUNG else WORSE, suspects=found,
                       since=good.since or history.nights[0],
                       reason=self._than(history, good, shift))

    def _drivers(self, history, good):
        return tuple(self._cells[one.key.cell].driver for one in (good.history, history))

    def _than(self, history, good, shift):
        one, other = self._drivers(history, good)
        until, begin = good.history.nights[good.last], history.nights[0]
        told = []
        if one != other:
            told.append(f"than with driver {one} until {until}; with driver {other} since {begin}")
        if self._is_new_gpu(history, good):
            told.append(f"than {_gpus(good.history, history)} in the same slot until {until};"
                        f" new GPU since {begin}")
        return f"{by(shift)} " + "; ".join(told or [f"than until {until}"])


def _gpus(history, other):
    """Of the one that the other has not."""
    mine, theirs = ((one.key.src, one.key.dst) for one in (history, other))
    return " and ".join(dict.fromkeys(gpu for gpu, new in zip(mine, theirs) if gpu != new))
