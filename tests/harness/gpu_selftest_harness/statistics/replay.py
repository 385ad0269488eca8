# SPDX-License-Identifier: Apache-2.0
"""The search for change points night after night: what a night is told is made from the values up
to it, as if the others had not come yet. Many series at once, as one after the other takes long. A
shift that goes away within days closes itself, and a drift too slow for any window is told when it
has come far enough."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import mannwhitneyu

from .change_points import ALPHA, LEAST_EFFECT, LEAST_NIGHTS, STANDS_OUT, best, logs_of
from .correlation import stands_out
from .ranks import LONGEST, SHORTEST
from .shift import hodges_lehmann, relative_shift
from .values import ChangePoint

AWAY_WITHIN = 3  # nights after the alarm in which a shift may close itself
REFINED_FOR = 7  # nights after the alarm in which better is known where it began
REFINED_BY = 10  # values, at most
DRIFT_NIGHTS = 30  # at the beginning of a level, and now
LEAST_DRIFT = 0.02


@dataclass(frozen=True)
class Alarm:
    """A change point, and the first night that could tell it."""

    told_at: int
    point: ChangePoint


def find(values, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """The change points of one series, oldest first."""
    return [alarm.point for alarm in replay([values], alpha, least_effect)[0]]


def replay(many, alpha=ALPHA, least_effect=LEAST_EFFECT):
    """For each series of positive values, oldest first: its alarms. Later nights may tell better
    where a change point lies, and that it went away; never that there was none."""
    every = [_Series(values) for values in many]
    for night in range(LEAST_NIGHTS - 1, max((len(one.log) for one in every), default=0)):
        known = [one for one in every if len(one.log) > night]
        for one in known:
            if one.alarms:
                one.look_back(night)
        for group in _by_length(known, night):
            windows = np.stack([one.window(night) for one in group])
            for row, first, p in best(windows, alpha, least_effect):
                group[row].tell(night, group[row].start(night) + first, p)
        _tell_drifts(known, night)
    return [one.alarms for one in every]


def _by_length(known, night):
    groups = {}
    for one in known:
        groups.setdefault(night + 1 - one.start(night), []).append(one)
    return [group for length, group in sorted(groups.items()) if length >= LEAST_NIGHTS]


def _tell_drifts(known, night):
    """Only levels that are longer than any window: in shorter ones a split shows it."""
    long = [one for one in known if night + 1 - one.level > LONGEST]
    if not long:
        return
    now = np.median([one.log[night + 1 - DRIFT_NIGHTS:night + 1] for one in long], axis=1)
    for one, median in zip(long, now):
        # Medians are quick, and drifts are rare; what decides is Hodges and Lehmann's estimate.
        if abs(median - one.first_median) >= LEAST_DRIFT / 2:
            one.tell_drift(night)


class _Series:
    def __init__(self, values):
        self.log = logs_of(values)
        self.alarms: list[Alarm] = []
        self.earlier = 0  # where the level began that the last alarm ended
        self._set_level(0)

    def _set_level(self, begin):
        self.level = begin
        self.first_median = float(np.median(self.log[begin:begin + DRIFT_NIGHTS] if len(self.log)
                                            else [0.0]))

    def start(self, night):
        return max(self.level, night + 1 - LONGEST)

    def window(self, night):
        return self.log[self.start(night):night + 1]

    def tell(self, night, begin, p):
        self.earlier = self.level
        begin = self._located(night, begin, night + 1 - SHORTEST)
        self.alarms.append(Alarm(night, self._point(night, begin, p)))
        self._set_level(begin)

    def tell_drift(self, night):
        first = self.log[self.level:self.level + DRIFT_NIGHTS]
        last = self.log[night + 1 - DRIFT_NIGHTS:night + 1]
        both = np.concatenate((first, last))
        if (abs(hodges_lehmann(first, last)) < np.log1p(LEAST_DRIFT)
                or stands_out(both, DRIFT_NIGHTS) < STANDS_OUT):
            return
        self.earlier = self.level
        self.alarms.append(Alarm(night, ChangePoint(
            night + 1 - DRIFT_NIGHTS, float(np.exp(np.median(first))),
            float(np.exp(np.median(last))), relative_shift(first, last),
            float(mannwhitneyu(first, last).pvalue), is_drift=True)))
        self._set_level(night + 1 - DRIFT_NIGHTS)

    def look_back(self, night):
        """At the last alarm, with the value of this night."""
        alarm = self.alarms[-1]
        age = night - alarm.told_at
        if age > REFINED_FOR or alarm.point.went_away or alarm.point.is_drift:
            return
        if SHORTEST <= age < AWAY_WITHIN + SHORTEST and self._is_back(night, alarm.point):
            self.alarms[-1] = replace(alarm, point=replace(alarm.point, went_away=True))
            self._set_level(self.earlier)
            return
        begin = self._located(night, alarm.point.index, alarm.told_at)
        if begin != alarm.point.index:
            self.alarms[-1] = replace(alarm, point=self._point(night, begin, alarm.point.p))
            self._set_level(begin)

    def _is_back(self, night, point):
        last = self.log[night + 1 - SHORTEST:night + 1]
        to_old, to_new = (np.abs(last - np.log(level)) for level in (point.before, point.after))
        return bool((to_old < to_new).all())

    def _located(self, night, about, latest):
        """Near there, and not after `latest`, where values begin to be nearer to the new level than
        to the old one. The split with the least p is often a few low nights too early, as those
        make its side longer. A value counts by no more than the shift, so that outliers count for
        neither side."""
        begin = max(self.earlier, night + 1 - LONGEST)
        first = max(begin + SHORTEST, about - REFINED_BY)
        last = min(latest, about + REFINED_BY)
        before, after = (np.median(self.log[begin:about]), np.median(self.log[about:night + 1]))
        values = self.log[first:night + 1]
        to_old, to_new = (np.minimum(np.abs(values - level), abs(after - before))
                          for level in (before, after))
        gains = np.cumsum((to_old - to_new)[::-1])[::-1][:last + 1 - first]
        return first + int(gains.argmax()) if len(gains) else about

    def _point(self, night, begin, p):
        old, new = self.log[max(self.earlier, begin - LONGEST):begin], self.log[begin:night + 1]
        return ChangePoint(int(begin), float(np.exp(np.median(old))), float(np.exp(np.median(new))),
                           relative_shift(old, new), p)
