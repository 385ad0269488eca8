# SPDX-License-Identifier: Apache-2.0
"""Losses of speed that a person accepts. The nights before one are brought to what is left, so that
the new level is the baseline: no statistic sees the loss, and all of them see any other at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from ..statistics.gate import LEAST_NIGHTS
from ..statistics.replay import replay
from ..words import HIGHER
from .points import NEAR
from .series import clean, clean_values, direction_of, sign_of
from .values import GONE

_OF_VALUES = ("values", "lows", "highs")
_OF_LAUNCHES = ("launches", "confirming")


class Accepted:
    """`losses` of quarantine.py, `cells` by key."""

    def __init__(self, losses, cells, night):
        self._losses = [loss for loss in losses if loss.since.isoformat() <= night]
        self._cells, self._as_measured = cells, {}
        self._of, self._steps = defaultdict(list), defaultdict(list)
        self._to_come = [loss for loss in losses if loss not in self._losses]

    def bring(self, histories):
        """The same, with the nights before each loss on the level after it."""
        for history in histories:
            cell = self._cells.get(history.key.cell)
            if cell is not None and direction_of(history):
                own = [loss for loss in self._losses if loss.is_of(history.key, cell)]
                if own:
                    self._of[history.key] = own
        concerned = [one for one in histories if one.key in self._of]
        alarms = dict(zip((one.key for one in concerned), replay(map(clean_values, concerned))))
        return [self._brought(one, alarms[one.key]) if one.key in alarms else one
                for one in histories]

    def _brought(self, history, alarms):
        self._as_measured[history.key] = history
        for loss in self._of[history.key]:
            step = _begin(history, alarms, loss), _left(loss, direction_of(history))
            self._steps[history.key].append(step)
            history = _scaled(history, *step)
        return history

    def left_of(self, before, key):
        """The share of the level of the series before that is accepted of the one that follows it:
        of losses with which it began."""
        return float(np.prod([
            left for loss, (begin, left) in zip(self._of.get(key, ()), self._steps.get(key, ()))
            if begin == 0 and loss not in self._of.get(before, ())]))

    def told(self, trends):
        """As measured again, each with what is accepted of it."""
        return [self._told(trend) if trend.history.key in self._of else trend for trend in trends]

    def _told(self, trend):
        key = trend.history.key
        points = tuple(self._as_it_was(point, self._steps[key]) for point in trend.points)
        reasons = [trend.reason] + [
            f"{loss.percent:g} % slower since {loss.since} is accepted by {loss.owner}:"
            f" {loss.reason}" for loss in self._of[key] if trend.word != GONE]
        return replace(trend, history=self._as_measured[key], points=points,
                       reason="; ".join(filter(None, reasons)))

    @staticmethod
    def _as_it_was(point, steps):
        change = point.change
        before, after = (float(np.prod([left for begin, left in steps if place < begin]))
                         for place in (change.index - 1, change.index))
        return replace(point, change=replace(change, before=change.before / before,
                                             after=change.after / after))

    @property
    def problems(self):
        """Of the entries: those that nothing has, or has any more."""
        told = [f"{loss.at}{loss.owner} accepts a loss since {loss.since}, which is still to come"
                for loss in self._to_come]
        for loss in self._losses:
            keys = [key for key, own in self._of.items() if loss in own]
            if not keys:
                told.append(f"{loss.at}no number of this night is meant by what {loss.owner}"
                            " accepts: see 'when', 'workload', 'metric' and 'uuid'")
            elif {self._is_back(key, loss) for key in keys} - {None} == {True}:
                told.append(f"{loss.at}no number has the loss any more that {loss.owner} accepts:"
                            " delete the entry")
        return told

    def _is_back(self, key, loss):
        """Nearer to the level before than to the accepted one; None if that is not known."""
        history = self._as_measured[key]
        begin, left = self._steps[key][self._of[key].index(loss)]
        places, values = np.array(clean(history)), clean_values(history)
        before, since = values[places < begin][-LEAST_NIGHTS:], values[places >= begin]
        if not len(before) or len(since) < LEAST_NIGHTS:
            return None
        shift = np.median(since[-LEAST_NIGHTS:]) / np.median(before) - 1
        return abs(shift) < abs(left - 1) / 2 or shift * (left - 1) < 0


def _begin(history, alarms, loss):
    """The first night of the loss: people may date it a night or two off, or it may be dated so
    for them."""
    since = loss.since.isoformat()
    named = sum(1 for night in history.nights if night < since)
    sign, places = sign_of(direction_of(history)), clean(history)
    found = [places[alarm.point.index] for alarm in alarms
             if sign * alarm.point.shift > 0 and not alarm.point.went_away]
    near = [place for place in found if abs(place - named) <= NEAR]
    return min(near, key=lambda place: abs(place - named), default=named if named > NEAR else 0)


def _left(loss, direction):
    return 1 - loss.percent / 100 if direction == HIGHER else 1 + loss.percent / 100


def _scaled(history, begin, left):
    """Clocks before it are those of another level, so they explain nothing."""
    def scaled(numbers, scale):
        return [scale(one) for one in numbers[:begin]] + numbers[begin:]

    return replace(
        history, clocks_hz=[None] * begin + history.clocks_hz[begin:],
        **{name: scaled(getattr(history, name), lambda value: value * left)
           for name in _OF_VALUES},
        **{name: scaled(getattr(history, name), lambda values: [value * left for value in values])
           for name in _OF_LAUNCHES})
