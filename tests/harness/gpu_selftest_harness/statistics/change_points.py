# SPDX-License-Identifier: Apache-2.0
"""Where a series became another one. Each night asks whether its last values split into two levels:
the best split by Mann and Whitney's test, with a p that knows that every split was looked at. Ranks,
because one night in twenty may be far off for reasons of its own. The answer for a night is made
from the values up to it, as if the others had not come yet, for many series at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import looks
from .correlation import TO_SD, stands_out
from .ranks import LONGEST, SHORTEST, shifts_reach, split_table, splits
from .shift import relative_shift
from .values import ChangePoint

# Found by `synthetic.table()`, which says what comes of them. An ALPHA of 0.001 would let three nights
# make a change point, and one year in ten has three outliers in a row.
ALPHA = 0.0005
STANDS_OUT = 5.5  # standard errors that know of correlation
LEAST_EFFECT = 0.01
SPIKE = 4.0  # spreads from the median: a night that, alone, is left out
LEAST_NIGHTS = 10  # before fewer values nothing is said
AWAY_WITHIN = 3  # nights after the alarm in which a shift may close itself


@dataclass(frozen=True)
class Alarm:
    """A change point, and the first night that could tell it."""

    told_at: int
    point: ChangePoint


def find(values, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """The change points of one series, oldest first; for those that could be told at which night, and
    those that went away again, see `replay`."""
    return [alarm.point for alarm in replay([values], alpha, least_effect)[0]]


def replay(many, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """For each series of positive values, oldest first: its alarms, as night after night would have
    told them."""
    logs = [_logs(values) for values in many]
    starts, alarms = np.zeros(len(logs), dtype=int), [[] for _ in logs]
    pending = [None] * len(logs)
    for night in range(LEAST_NIGHTS - 1, max(map(len, logs), default=0)):
        rows = [row for row, log in enumerate(logs) if len(log) > night]
        for row in rows:
            if pending[row] is not None:
                _close(logs[row], night, row, starts, alarms, pending)
        starts[rows] = np.maximum(starts[rows], night + 1 - LONGEST)
        lengths = night + 1 - starts[rows]
        for n in np.unique(lengths[lengths >= LEAST_NIGHTS]):
            group = [row for row, length in zip(rows, lengths) if length == n]
            windows = np.stack([logs[row][starts[row]:night + 1] for row in group])
            for where, first, p in best(windows, alpha, least_effect):
                row = group[where]
                begin = starts[row] + first
                alarms[row].append(Alarm(night, _point(logs[row], starts[row], begin, night, p)))
                pending[row] = starts[row]
                starts[row] = begin
    return alarms


def best(windows, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """(row, index of the first value behind the split, p) of each row that has a split: the one with
    the least p of those with p <= alpha and an effect that is large enough."""
    alone = spikes(windows)
    kept = windows.shape[1] - alone.sum(axis=1)
    for n in np.unique(kept[kept >= LEAST_NIGHTS]):
        rows = np.flatnonzero(kept == n)
        columns = np.nonzero(~alone[rows])[1].reshape(len(rows), n)
        part = np.take_along_axis(windows[rows], columns, axis=1)
        for row, k, p in _best_of(part, alpha, least_effect):
            yield int(rows[row]), int(columns[row, k]), p


def _best_of(windows, alpha, least_effect):
    n = windows.shape[1]
    p = split_table().p(n, splits(windows)) * looks.table()[n]
    suspects = np.flatnonzero(p.min(axis=1) <= alpha)
    if not len(suspects):
        return
    up, down = shifts_reach(windows[suspects], np.log1p(least_effect))
    worth = np.where(up | down, p[suspects], np.inf)
    for row, candidates in zip(suspects, worth):
        split = int(candidates.argmin())
        if candidates[split] <= alpha and stands_out(windows[row], split + SHORTEST) >= STANDS_OUT:
            yield int(row), split + SHORTEST, float(candidates[split])

def spikes(windows):
    """Which values are far off alone, both neighbours are not: a night on which somebody else used the
    machine. The last value may yet get company."""
    middle = np.median(windows, axis=1, keepdims=True)
    off = np.abs(windows - middle)
    far = off > SPIKE * TO_SD * np.median(off, axis=1, keepdims=True)
    alone = far.copy()
    alone[:, 1:] &= ~far[:, :-1]
    alone[:, :-1] &= ~far[:, 1:]
    alone[:, -1] = False
    return alone


def _logs(values):
    values = np.asarray(values, dtype=float)
    if not (np.isfinite(values).all() and (values > 0).all()):
        raise ValueError("change points need finite values above 0")
    return np.log(values)


def _point(log, start, begin, night, p, went_away=False):
    old, new = log[start:begin], log[begin:night + 1]
    return ChangePoint(int(begin), float(np.exp(np.median(old))), float(np.exp(np.median(new))),
                       relative_shift(old, new), p, went_away)


def _close(log, night, row, starts, alarms, pending):
    """A shift of which the last nights show nothing any more has gone away."""
    alarm = alarms[row][-1]
    if night > alarm.told_at + AWAY_WITHIN + SHORTEST - 1:
        pending[row] = None
        return
    if night < alarm.told_at + SHORTEST:
        return
    before, after = np.log(alarm.point.before), np.log(alarm.point.after)
    last = log[night + 1 - SHORTEST:night + 1]
    if (np.abs(last - before) < np.abs(last - after)).all():
        point = alarm.point
        alarms[row][-1] = Alarm(alarm.told_at, ChangePoint(
            point.index, point.before, point.after, point.shift, point.p, went_away=True))
        starts[row] = pending[row]
        pending[row] = None
