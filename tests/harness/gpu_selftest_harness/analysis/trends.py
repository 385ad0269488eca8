# SPDX-License-Identifier: Apache-2.0
"""What is said of each series tonight: dropped, shifted, steady, or nothing that anybody could
tell."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np

from ..provenance import difference
from ..statistics.change_points import evidence
from ..statistics.clocks import separate
from ..statistics.correlation import TO_SD
from ..statistics.discovery import benjamini_hochberg
from ..statistics.gate import LEAST_NIGHTS, NIGHTS as GATE_NIGHTS
from ..statistics.night import night_value
from ..statistics.ranks import LONGEST
from ..statistics.replay import replay
from ..statistics.smallest import NIGHTS, detectable
from ..statistics.values import CLEAR, CLOCK, CONFIRMED, REFUTED, SUSPECT as GATE_SUSPECT
from .series import (by, clean, clean_values, direction_of, gate_of, reference, share, sign_of,
                     start_of, until)
from .standing import standing
from .successors import Successors
from .values import (DROPPED, GONE, IMPROVED, NOISY, SHIFTED, STEADY, SUSPECT, TRENDS, UNJUDGED,
                     WORSE, YOUNG, Point, Trend)

TOLD_FOR = 7  # nights that a shift stays news; after that it is how things are


def trends(histories, night, provenance=None, cells=None):
    """Worst first. `provenance(digest)` is what a night was measured with, `cells` are those of the
    histories by key."""
    cut = [until(history, night) for history in histories]
    cut = [history for history in cut if history.nights]
    judged = [index for index, history in enumerate(cut) if direction_of(history)]
    alarms = dict(zip(judged, replay(
        [clean_values(cut[index]) for index in judged])))
    successors = Successors(cut, cells or {}, night)
    teller = _Teller(night, provenance, successors, cut)
    told = [teller.tell(history, alarms.get(index, [])) for index, history in enumerate(cut)]
    told = _among(told, [alarms.get(index, []) for index in range(len(cut))])
    told = successors.tell(told, provenance)
    return sorted(told, key=lambda trend: (TRENDS.index(trend.word), _badness(trend)))


class _Teller:
    """What is the same for all series of a night."""

    def __init__(self, night, provenance, successors, histories):
        self._night, self._provenance, self._successors = night, provenance, successors
        self._nights = sorted({one for history in histories for one in history.nights})
        # So many are asked the same question tonight.
        self._series = sum(1 for history in histories
                           if direction_of(history) and history.nights[-1] == night)

    def tell(self, history, alarms):
        direction, last = direction_of(history), history.nights[-1]
        if direction is None:
            if last != self._night:
                return self._gone(Trend(history, GONE, "", None, None, None, None, None))
            reason = f"nobody says which way {history.key.unit or 'it'} is better"
            return Trend(history, UNJUDGED, reason, None, history.values[-1], None, None, None)
        places, values = clean(history), clean_values(history)
        points = tuple(_point(history, places, alarms[:place], alarm, self._night,
                              self._provenance) for place, alarm in enumerate(alarms))
        level = values[start_of(alarms):][-LONGEST:]
        median = float(np.median(level)) if len(level) else None
        spread = TO_SD * float(np.median(np.abs(level - median))) / median if len(level) else None
        tonight = history.values[-1] if last == self._night else None
        is_clean = tonight is not None and places[-1:] == [len(history.values) - 1]
        gated = _gate(history, values, alarms) if is_clean else None
        trend = Trend(history, STEADY, "", direction, tonight, median, spread, gated, points)
        # Nights that cannot be compared count: nothing is red for ever.
        recent = [point for alarm, point in zip(alarms, points) if not point.change.went_away
                  and len(history.values) - 1 - places[alarm.told_at] < TOLD_FOR]
        news = recent[-1] if recent else None
        stays = standing(values, alarms, points, direction)
        if is_clean:
            return self._judged(trend, values, level, news, stays)
        return self._not_judged(trend, news, stays)

    def _not_judged(self, trend, news, stays):
        """Nothing that was told is better because tonight tells nothing."""
        is_missing = trend.tonight is None
        if is_missing and self._has_ended(trend.history):
            return self._gone(trend)
        why = f"not comparable tonight: {_why_not(trend.history, trend.tonight)}"
        if is_missing:
            why = "not measured tonight"
        if news and news.is_worse:
            return replace(trend, word=SHIFTED, since=news.night, suspects=news.suspects,
                           reason=f"{_how(news)}; {why}")
        if stays:
            return replace(trend, word=WORSE, since=stays.point.night,
                           suspects=stays.point.suspects, reason=f"{stays.told}; {why}")
        if is_missing:
            return self._gone(trend)
        return replace(trend, word=NOISY, reason=_why_not(trend.history, trend.tonight))

    def _has_ended(self, history):
        missed = sum(1 for one in self._nights if one > history.nights[-1])
        return self._successors.has_ended(history) or missed > TOLD_FOR

    def _gone(self, trend):
        last = trend.history.nights[-1]
        return replace(trend, word=GONE, since=last, reason=f"not measured since {last}")

    def _judged(self, trend, values, level, news, stays):
        gated = trend.gate
        besides = f"; {stays.told}" if stays else ""
        if gated.word == CONFIRMED:
            return replace(trend, word=DROPPED, since=self._night,
                           suspects=self._changed(trend.history), reason=f"{by(gated.shift)} tonight, which confirming launches show, too; {share(gated.limit)} is"
                           f" let pass{besides}")
        if news and news.is_worse:
            return replace(trend, word=SHIFTED, since=news.night, suspects=news.suspects,
                           reason=_how(news))
        if gated.word == GATE_SUSPECT:
            return replace(trend, word=SUSPECT, since=self._night,
                           reason=f"{by(gated.shift)} tonight, not confirmed{besides}")
        if len(values) < LEAST_NIGHTS:
            return replace(trend, word=YOUNG,
                           reason=f"{len(values)} nights, {LEAST_NIGHTS} are needed")
        trend = replace(trend, smallest=detectable(level, series=self._series))
        if stays:
            return replace(trend, word=WORSE, since=stays.point.night,
                           suspects=stays.point.suspects, reason=f"{stays.told}, and no less so; {self._seen(trend)}")
        if news and gated.word == CLEAR:
            return replace(trend, word=IMPROVED, since=news.night, reason=_how(news))
        if len(level) < LEAST_NIGHTS or detectable(level) is None:
            return replace(trend, word=YOUNG, reason=f"{len(level)} nights on this level are too"
                           f" few to see anything begin within {NIGHTS}")
        refuted = ("; low at first tonight, not in confirming launches"
                   if gated.word == REFUTED else "")
        return replace(trend, reason=f"no regression; {self._seen(trend)}{refuted}")

    def _changed(self, history):
        """Since the last night before that could be compared."""
        return _changed(history, clean(history)[-2], -1, self._provenance)

    def _seen(self, trend):
        if trend.smallest is not None:
            return f"{share(trend.smallest)} within {NIGHTS} nights would have been seen"
        told = f"too few nights to see anything begin within {NIGHTS} among {self._series} series"
        if trend.gate.limit is not None:
            told += f", but a drop of more than {share(trend.gate.limit)} tonight"
        return told


def _among(told, alarms):
    """Shifts that so many series bring about by chance are suspicions until further nights confirm
    them. Those that are no news are asked apart: many of them must not let a new one pass."""
    judged = sum(1 for trend in told if trend.direction and trend.word != GONE)
    told = _only_likely(told, alarms, judged, {SHIFTED: SUSPECT, IMPROVED: STEADY})
    return _only_likely(told, alarms, judged, {WORSE: STEADY})


def _only_likely(told, alarms, judged, words):
    asked = [place for place, trend in enumerate(told) if trend.word in words]
    weights = [_evidence(told[place], alarms[place]) for place in asked]
    passed = benjamini_hochberg([*weights, *[1.0] * (judged - len(asked))])
    told = list(told)
    for place, is_likely in zip(asked, passed):
        if not is_likely:
            trend = told[place]
            told[place] = replace(
                trend, word=words[trend.word], since=trend.since if trend.word == SHIFTED else None,
                reason=f"{trend.reason}; of {judged} series one does so by chance")
    return told


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


def _gate(history, values, alarms):
    """Against the level that was known before tonight."""
    known = [alarm for alarm in alarms if alarm.told_at < len(values) - 1]
    first = history.launches[-1] or [values[-1]]
    # Where nothing else can be compared, what was to confirm it is all there is of the night.
    more = history.confirming[-1] if history.confirming and history.launches[-1] else ()
    return gate_of(history, reference(values[:-1], known), night_value(first), more)


def _point(history, places, earlier, alarm, night, provenance):
    index, direction = places[alarm.point.index], direction_of(history)
    suspects = _changed(history, places[alarm.point.index - 1], index, provenance)
    return Point(replace(alarm.point, index=index), history.nights[index],
                 is_new=history.nights[places[alarm.told_at]] == night,
                 is_worse=sign_of(direction) * alarm.point.shift > 0, suspects=suspects,
                 separation=_separation(history, places, earlier, alarm))


def _changed(history, before, after, provenance):
    if not provenance or not history.provenance:
        return ()
    one, other = history.provenance[before], history.provenance[after]
    return tuple(difference(provenance(one), provenance(other))) if one != other else ()


def _separation(history, places, earlier, alarm):
    """With the level before it, and no earlier one."""
    first = alarm.point.index
    old = places[max(first - GATE_NIGHTS, start_of(earlier)):first]
    new = places[first:alarm.told_at + 1]
    if not old:
        return None
    pick = [[numbers[place] for place in side] for numbers in (history.values, history.clocks_hz)
            for side in (old, new)]
    return separate(*pick, direction=direction_of(history))


def _how(point):
    told = f"{by(point.change.shift)} since {point.night}"
    if point.change.is_drift:
        told = f"{by(point.change.shift)}, little by little, by {point.night}"
    is_of_clock = point.separation is not None and point.separation.word == CLOCK
    return told + (", and the clock with it" if is_of_clock else "")


def _why_not(history, tonight):
    if tonight is None:
        return "not measured tonight"
    return (history.flags[-1] if history.flags else "") or "the number is not above 0"


def _badness(trend):
    """Of the same word the largest first; the name decides what is left."""
    shift = trend.gate.shift if trend.gate and trend.gate.shift is not None else 0.0
    last = trend.points[-1].change.shift if trend.points else 0.0
    return -max(abs(shift), abs(last)), astuple(trend.history.key)
