# SPDX-License-Identifier: Apache-2.0
"""Losses of speed that a person accepts. The nights before one are brought to what is left, so that
the new level is the baseline: no statistic sees the loss, and all of them see any other at once. A
number that an entry means and that did not lose stays as it was measured."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np

from ..statistics.gate import LEAST_NIGHTS
from ..statistics.replay import replay
from ..words import HIGHER
from .points import NEAR
from .series import clean, clean_values, direction_of


class Accepted:
    """`losses` of quarantine.py, `cells` by key."""

    def __init__(self, losses, cells, night):
        self._losses = [loss for loss in losses if loss.since.isoformat() <= night]
        self._cells, self._as_measured = cells, {}
        self._of, self._steps = defaultdict(list), defaultdict(list)
        self._has_it = defaultdict(list)  # of each loss: does each number that it means have it now?
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

    def _brought(self, measured, alarms):
        key = measured.key
        self._as_measured[key] = history = measured
        for loss in self._of.pop(key):
            begin, left = _begin(measured, alarms, loss), _left(loss, direction_of(measured))
            before, since = _around(measured, begin)
            has_lost = _is_lower(before, since[:LEAST_NIGHTS], left)
            self._has_it[loss].append(
                has_lost is not False and _is_lower(before, since[-LEAST_NIGHTS:], left))
            if has_lost is not False:
                self._of[key].append(loss)
                self._steps[key].append((begin, left))
                history = _scaled(history, begin, left)
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
            f" {loss.reason}" for loss in self._of[key]]
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
            if loss not in self._has_it:
                told.append(f"{loss.at}no number of this night is meant by what {loss.owner}"
                            " accepts: see 'when', 'workload', 'metric' and 'uuid'")
            elif {*self._has_it[loss]} - {None} == {False}:
                told.append(f"{loss.at}no number has the loss any more that {loss.owner} accepts:"
                            " delete the entry")
        return told


def _around(history, begin):
    """What was measured in the nights before it, and since."""
    places, values = np.array(clean(history)), clean_values(history)
    return values[places < begin], values[places >= begin]


def _is_lower(before, since, left):
    """Is it nearer to the accepted level than to the one before? None if that is not known."""
    if not len(before) or len(since) < LEAST_NIGHTS:
        return None
    shift = np.median(since) / np.median(before[-LEAST_NIGHTS:]) - 1
    return bool(abs(shift) >= abs(left - 1) / 2 and shift * (left - 1) >= 0)


def _begin(history, alarms, loss):
    """The first night of the loss: people may date it a night or two off, or it may be dated so
    for them."""
    since = loss.since.isoformat()
    named = sum(1 for night in history.nights if night < since)
    places = clean(history)
    found = [0, *(places[alarm.point.index] for alarm in alarms)]
    near = [place for place in found if abs(place - named) <= NEAR]
    return min(near, key=lambda place: abs(place - named), default=named)


def _left(loss, direction):
    return 1 - loss.percent / 100 if direction == HIGHER else 1 + loss.percent / 100


def _scaled(history, begin, left):
    """Clocks before it are those of another level, so they explain nothing."""
    values = [value * left for value in history.values[:begin]] + history.values[begin:]
    return replace(history, values=values,
                   clocks_hz=[None] * begin + history.clocks_hz[begin:])
