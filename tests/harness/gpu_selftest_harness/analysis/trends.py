# SPDX-License-Identifier: Apache-2.0
"""What is said of each series tonight: dropped, shifted, steady, or nothing that anybody could
tell."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np

from ..statistics.correlation import TO_SD
from ..statistics.gate import LEAST_NIGHTS
from ..statistics.night import night_value
from ..statistics.ranks import LONGEST
from ..statistics.replay import replay
from ..statistics.smallest import NIGHTS, detectable
from ..statistics.values import CLEAR, CONFIRMED, REFUTED, SUSPECT as GATE_SUSPECT
from .accepted import Accepted
from .chance import among
from .points import and_clock, changed, how, points_of, separation
from .series import (by, clean, clean_values, direction_of, gate_of, reference, share,
                     start_of, until, why_not)
from .standing import standing
from .successors import Successors
from .values import (DROPPED, GONE, IMPROVED, NOISY, SHIFTED, STEADY, SUSPECT, TRENDS, UNJUDGED,
                     WORSE, YOUNG, Trend)

TOLD_FOR = 7  # nights that a shift stays news; after that it is how things are


def trends(histories, night, provenance=None, cells=None, accepted=None):
    """Worst first. `provenance(digest)` is what a night was measured with, `cells` are those of the
    histories by key."""
    accepted = accepted or Accepted((), {}, night)
    cut = [until(history, night) for history in histories]
    cut = accepted.bring([history for history in cut if history.nights])
    judged = [index for index, history in enumerate(cut) if direction_of(history)]
    alarms = dict(zip(judged, replay(
        [clean_values(cut[index]) for index in judged])))
    successors = Successors(cut, cells or {}, night, provenance)
    teller = _Teller(night, provenance, successors, cut)
    told = [teller.tell(history, alarms.get(index, [])) for index, history in enumerate(cut)]
    told = among(told, [alarms.get(index, []) for index in range(len(cut))])
    told = successors.tell(list(map(teller.seen, told)), accepted)
    return sorted(accepted.told(told),
                  key=lambda trend: (TRENDS.index(trend.word), _badness(trend)))


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
        points = points_of(history, places, alarms, self._night, self._provenance)
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
        stays = standing(history, points)
        if is_clean:
            return self._judged(trend, values, level, news, stays)
        return self._not_judged(trend, news, stays)

    def _not_judged(self, trend, news, stays):
        """Nothing that was told is better because tonight tells nothing."""
        is_missing = trend.tonight is None
        if is_missing and self._has_ended(trend.history):
            return self._gone(trend)
        why = "not measured tonight" if is_missing else (
            f"not comparable tonight: {why_not(trend.history)}")
        if news and news.is_worse:
            return replace(trend, word=SHIFTED, since=news.night, suspects=news.suspects,
                           reason=f"{how(news)}; {why}")
        if stays:
            return replace(trend, word=WORSE, since=stays.point.night,
                           suspects=stays.point.suspects, reason=f"{stays.told}; {why}")
        if is_missing:
            return self._gone(trend)
        return replace(trend, word=NOISY, reason=why_not(trend.history))

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
            told = and_clock(f"{by(gated.shift)} tonight, which confirming launches show, too",
                             self._clock(trend.history, gated))
            return replace(trend, word=DROPPED, since=self._night,
                           suspects=self._changed(trend.history),
                           reason=f"{told}; {share(gated.limit)} is let pass{besides}")
        if news and news.is_worse:
            return replace(trend, word=SHIFTED, since=news.night, suspects=news.suspects,
                           reason=how(news))
        if gated.word == GATE_SUSPECT:
            return replace(trend, word=SUSPECT, since=self._night,
                           reason=f"{by(gated.shift)} tonight, not confirmed{besides}")
        if len(values) < LEAST_NIGHTS:
            return replace(trend, word=YOUNG,
                           reason=f"{len(values)} nights, {LEAST_NIGHTS} are needed")
        trend = replace(trend, smallest=detectable(level, series=self._series))
        if stays:
            return replace(trend, word=WORSE, since=stays.point.night,
                           suspects=stays.point.suspects,
                           reason=f"{stays.told}, and no less so")
        if news and gated.word == CLEAR:
            return replace(trend, word=IMPROVED, since=news.night, reason=how(news))
        if len(level) < LEAST_NIGHTS or detectable(level) is None:
            return replace(trend, word=YOUNG, reason=f"{len(level)} nights on this level are too"
                           f" few to see anything begin within {NIGHTS}")
        if gated.word == REFUTED:
            return replace(trend, reason="low at first tonight, not in confirming launches")
        return trend

    def seen(self, trend):
        """With what would have been seen, wherever it is said that nothing was."""
        if trend.gate is None or trend.word not in (STEADY, WORSE):
            return trend
        parts = (trend.reason, self._seen(trend))
        if trend.word == STEADY:
            parts = ("no regression", *reversed(parts))
        return replace(trend, reason="; ".join(filter(None, parts)))

    def _changed(self, history):
        """Since the last night before that could be compared."""
        return changed(history, clean(history)[-2], -1, self._provenance)

    def _clock(self, history, gated):
        """Its part in a drop of tonight."""
        nights = clean(history)[-1 - gated.nights:]
        return separation(history, nights[:-1], nights[-1:])

    def _seen(self, trend):
        if trend.smallest is not None:
            return f"{share(trend.smallest)} within {NIGHTS} nights would have been seen"
        told = f"too few nights to see anything begin within {NIGHTS} among {self._series} series"
        if trend.gate.limit is not None:
            told += f", but a drop of more than {share(trend.gate.limit)} tonight"
        return told


def _gate(history, values, alarms):
    """Against the level that was known before tonight."""
    known = [alarm for alarm in alarms if alarm.told_at < len(values) - 1]
    first = history.launches[-1] or [values[-1]]
    # Where nothing else can be compared, what was to confirm it is all there is of the night.
    more = history.confirming[-1] if history.confirming and history.launches[-1] else ()
    return gate_of(history, reference(values[:-1], known), night_value(first), more)


def _badness(trend):
    """Of the same word the largest first; the name decides what is left."""
    shift = trend.gate.shift if trend.gate and trend.gate.shift is not None else 0.0
    last = trend.points[-1].change.shift if trend.points else 0.0
    return -max(abs(shift), abs(last)), astuple(trend.history.key)
