# SPDX-License-Identifier: Apache-2.0
"""Many series are asked in one night, and some say yes by chance. What so many bring about is a
suspicion until further nights confirm it."""

from __future__ import annotations

from dataclasses import replace

from ..statistics.change_points import evidence
from ..statistics.discovery import benjamini_hochberg
from ..statistics.ranks import LONGEST
from .series import clean_values, start_of, why_not
from .values import GONE, IMPROVED, NOISY, SHIFTED, STEADY, SUSPECT, WORSE


def among(told, alarms):
    """What is no news is asked apart: much of it must not let a new shift pass."""
    judged = sum(1 for trend in told if trend.direction and trend.word != GONE)
    return _only_likely(_only_likely(told, alarms, judged, (SHIFTED, IMPROVED)), alarms, judged,
                        (WORSE,))


def _only_likely(told, alarms, judged, words):
    asked = [place for place, trend in enumerate(told) if trend.word in words]
    weights = [_evidence(told[place], alarms[place]) for place in asked]
    passed = benjamini_hochberg([*weights, *[1.0] * (judged - len(asked))])
    told = list(told)
    for place, is_likely in zip(asked, passed):
        if not is_likely:
            told[place] = _by_chance(told[place], f"of {judged} series one does so by chance")
    return told


def _by_chance(trend, why):
    if trend.word == SHIFTED:
        return replace(trend, word=SUSPECT, reason=f"{trend.reason}; {why}")
    if trend.gate is not None:
        return replace(trend, word=STEADY, since=None, reason=f"{trend.reason}; {why}")
    # Tonight says nothing, so it does not say that all is well.
    if trend.tonight is not None:
        return replace(trend, word=NOISY, since=None, reason=why_not(trend.history))
    last = trend.history.nights[-1]
    return replace(trend, word=GONE, since=last, reason=f"not measured since {last}")


def _evidence(trend, alarms):
    """Of the point that the word tells, with all that was measured until the next one."""
    real = [place for place, alarm in enumerate(alarms) if not alarm.point.went_away]
    at = next(place for place in reversed(real)
              if trend.points[place].night == trend.since)
    point = alarms[at].point
    if point.is_drift:
        return point.p
    start = start_of(alarms[:at])
    end = min((alarms[place].point.index for place in real if place > at), default=None)
    # What comes much later would push the point out of the window.
    end = min(end or point.index + LONGEST // 2, point.index + LONGEST // 2)
    return evidence(clean_values(trend.history)[start:end], point.index - start)
